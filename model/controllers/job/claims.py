"""Which Pods a Job's controller takes for its own.

Source: pkg/controller/job/job_controller.go (getPodsForJob)
"""

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from model.api.jobs import Job
from model.api.objects import Pod
from model.api.refusals import Refusal
from model.controllers.claims import adoptable, owned, releasable
from model.controllers.job.writes import AdoptPod, ReleasePod, Steps


def claim_pods(
    job: Job, pods: Sequence[Pod], selected: Callable[[Pod], bool], *, can_adopt: bool
) -> Steps[tuple[tuple[Pod, ...], bool]]:
    """Claim Pods of all phases. Returns them, and whether a write failed: then the sync ends.

    An adopted Pod is as the cache shows it, but with the finalizer that it gets.
    Source: pkg/controller/job/job_controller.go (getPodsForJob)
    """
    claimed: list[Pod] = []
    error = False
    for pod in pods:
        if adoptable(pod, job, selected):
            refused = (yield AdoptPod(pod)) if can_adopt else Refusal.FORBIDDEN
            claimed.extend(() if refused else (replace(pod, tracking_finalizer=True),))
        elif releasable(pod, job, selected):
            refused = yield ReleasePod(pod)
        else:
            refused = None
            claimed.extend((pod,) if owned(pod, job) and selected(pod) else ())
        error = error or refused not in (None, Refusal.NOT_FOUND)
    return tuple(claimed), error
