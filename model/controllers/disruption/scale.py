"""How many Pods there should be of those that a budget selects: the sizes of the controllers that own them.

Source: pkg/controller/disruption/disruption.go
"""

from collections.abc import Iterable, Mapping

import msgspec

from model.api.objects import Pod


class PodController(msgspec.Struct, frozen=True, kw_only=True):
    """An object that owns Pods: a ReplicaSet, a StatefulSet, whatever else."""

    uid: str
    replicas: int | None
    """``spec.replicas`` of its scale; None if the kind has no scale: a DaemonSet, a Job."""
    deployment: str | None = None
    """uid of the Deployment that controls a ReplicaSet."""


class ExpectedScale(msgspec.Struct, frozen=True, kw_only=True):
    """The sizes of all controllers together."""

    replicas: int
    unmanaged: tuple[str, ...] = ()
    """Names of the Pods that no controller owns: they are not counted, which an event says."""


Controllers = Mapping[str, PodController]
"""Controllers of Pods, and Deployments, by uid."""


def scaled_controller(uid: str, controllers: Controllers) -> PodController | None:
    """The object whose size says how many Pods the controller `uid` should have, None if there is none.

    That is the Deployment, if a ReplicaSet has one; a ReplicaSet whose Deployment is gone speaks for itself.
    Source: pkg/controller/disruption/disruption.go (finders)
    """
    controller = controllers.get(uid)
    if controller is not None and controller.deployment is not None:
        controller = controllers.get(controller.deployment, controller)
    return None if controller is None or controller.replicas is None else controller


def expected_scale(pods: Iterable[Pod], controllers: Controllers) -> ExpectedScale | None:
    """The sizes of the controllers that own `pods`, each counted once. None if one is gone or has no scale.

    `controllers` are as the caches show them; those that the caches lack, as a live read does.
    Source: pkg/controller/disruption/disruption.go (getExpectedScale)
    """
    scales: dict[str, int] = {}
    unmanaged: list[str] = []
    for pod in pods:
        if pod.controller is None:
            unmanaged.append(pod.name)
            continue
        controller = scaled_controller(pod.controller, controllers)
        if controller is None or controller.replicas is None:
            return None
        scales[controller.uid] = controller.replicas
    return ExpectedScale(replicas=sum(scales.values()), unmanaged=tuple(unmanaged))
