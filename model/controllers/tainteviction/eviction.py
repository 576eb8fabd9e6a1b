"""What the taint eviction controller writes when it evicts a Pod.

The Pod is read live. It is deleted whatever its phase, with its own grace period, and no PodDisruptionBudget is asked.

Source: pkg/controller/tainteviction/taint_eviction.go
"""

from typing import TypeAlias

import msgspec

from model.api.objects import Condition

ATTEMPTS = 5
"""How often the writes are tried; then the Pod stays until its Node's taints or its tolerations change."""
DISRUPTION_TARGET = Condition(type="DisruptionTarget", status="True", reason="DeletionByTaintManager")


class PatchPodCondition(msgspec.Struct, frozen=True, kw_only=True):
    """PATCH of a Pod's status with this condition; it has the uid of the Pod that was read as a precondition."""

    pod: str
    condition: Condition


class DeletePod(msgspec.Struct, frozen=True, kw_only=True):
    """DELETE of a Pod by name, without any precondition: a new Pod of the same name is hit, too."""

    pod: str


EvictionWrite: TypeAlias = PatchPodCondition | DeletePod


def evict(pod: str, disruption_target: Condition | None = None) -> tuple[EvictionWrite, ...]:
    """Say in the Pod's status why it is deleted, unless it says so, and delete it.

    `disruption_target` is the condition of that type that the live Pod has. A write that is refused ends the attempt.
    Source: pkg/controller/tainteviction/taint_eviction.go (addConditionAndDeletePod)
    """
    said = disruption_target is not None and (
        disruption_target.status == DISRUPTION_TARGET.status and disruption_target.reason == DISRUPTION_TARGET.reason
    )
    patch = () if said else (PatchPodCondition(pod=pod, condition=DISRUPTION_TARGET),)
    return (*patch, DeletePod(pod=pod))
