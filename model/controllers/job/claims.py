"""Which Pods a Job's controller takes for its own.

Source: pkg/controller/job/job_controller.go (getPodsForJob)
"""

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from model.api.jobs import Job
from model.api.objects import Pod, ReplicaSet
from model.controllers.deployment.writes import Refusal
from model.controllers.job.writes import AdoptPod, ReleasePod, Steps
from model.controllers.replicaset.claims import adoptable, owned, releasable


def as_owner(job: Job) -> ReplicaSet:
    """The Job as the rules of ownership take it: whatever kind an owner is, they look at these fields alone."""
    return ReplicaSet(name=job.name, uid=job.uid, deleting=job.deleting)


def claim_pods(
    job: Job, pods: Sequence[Pod], selected: Callable[[Pod], bool], *, can_adopt: bool
) -> Steps[tuple[tuple[Pod, ...], bool]]:
    """Claim Pods of all phases. Returns them, and whether a write failed: then the sync ends.

    An adopted Pod is as the cache shows it, but with the finalizer that it gets.
    Source: pkg/controller/job/job_controller.go (getPodsForJob)
    """
    owner = as_owner(job)
    claimed: list[Pod] = []
    error = False
    for pod in pods:
        if adoptable(pod, owner, selected):
            refused = (yield AdoptPod(pod)) if can_adopt else Refusal.FORBIDDEN
            claimed.extend(() if refused else (replace(pod, tracking_finalizer=True),))
        elif releasable(pod, owner, selected):
            refused = yield ReleasePod(pod)
        else:
            refused = None
            claimed.extend((pod,) if owned(pod, owner) and selected(pod) else ())
        error = error or refused not in (None, Refusal.NOT_FOUND)
    return tuple(claimed), error
