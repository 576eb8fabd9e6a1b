"""How a Job deletes active Pods: when it ends, and when it has too many.

Source: pkg/controller/job/job_controller.go
"""

from collections.abc import Sequence

import msgspec

from model.api.objects import Pod
from model.api.refusals import Refusal
from model.controllers.job.writes import DeletePod, Expect, ExpectFewer, RemoveFinalizer, Steps


class Deleted(msgspec.Struct, frozen=True, kw_only=True):
    """What came of deleting Pods."""

    removed: int = 0
    """Pods deleted, or found to be gone."""
    ready: int = 0
    """Ready Pods that the API server was asked to delete, even if it refused."""
    error: bool = False


def delete_active_pods(pods: Sequence[Pod]) -> Steps[Deleted]:
    """Delete the Pods of a Job that ends. They keep their finalizers until they are counted.

    Source: pkg/controller/job/job_controller.go (deleteActivePods)
    """
    removed = 0
    for pod in pods:
        removed += gone((yield DeletePod(pod)))
    return Deleted(removed=removed, ready=sum(pod.ready for pod in pods), error=removed < len(pods))


def delete_job_pods(pods: Sequence[Pod]) -> Steps[Deleted]:
    """Delete Pods that the Job has too many. They lose their finalizers first, so that they never count as failed.

    Source: pkg/controller/job/job_controller.go (manageJob, deleteJobPods)
    """
    yield Expect(deletions=len(pods))
    removed = ready = 0
    for pod in pods:
        refused = (yield RemoveFinalizer(pod)) if pod.tracking_finalizer else None
        if refused is None:
            ready += pod.ready
            refused = yield DeletePod(pod)
        if refused is not None:
            yield ExpectFewer(deletions=1)
        removed += gone(refused)
    return Deleted(removed=removed, ready=ready, error=removed < len(pods))


def gone(refused: Refusal | None) -> bool:
    """Whether the Pod goes, or is gone already."""
    return refused is None or refused is Refusal.NOT_FOUND
