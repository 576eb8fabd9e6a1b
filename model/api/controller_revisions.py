"""ControllerRevision: one Pod template that a StatefulSet or DaemonSet has had, with its place in the history.

Source: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/controller-revision-v1/
"""

from collections.abc import Mapping

import msgspec


class ControllerRevision(msgspec.Struct, frozen=True, kw_only=True):
    """A ControllerRevision. `data` is any value that compares equal for equal Pod templates."""

    name: str
    uid: str = ""
    controller: str | None = None
    """uid of the controlling owner reference."""
    labels: Mapping[str, str] = {}
    """The labels of the Pod template, and one with the hash of the data."""
    data: object = None
    revision: int = 0
    """The higher, the later it was the newest; unlike the data, it changes."""
    created: int = 0
