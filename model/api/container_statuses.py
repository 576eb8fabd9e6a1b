"""How the containers of a Pod ended, as its status says.

Source: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
"""

import msgspec


class ContainerStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of ``status.containerStatuses`` or ``status.initContainerStatuses``."""

    name: str = ""
    exit_code: int | None = None
    """Of the container that terminated; None while it has not."""
    finished_at: int | None = None
    """When it terminated, in seconds; None while it has not, or if nobody recorded when."""
    restartable: bool = False
    """An init container with restartPolicy Always: a sidecar."""
