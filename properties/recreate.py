"""Recreate: Pods of two revisions never run at the same time."""

from collections.abc import Callable, Iterator

from checker.vocabulary import derived, never
from model.api.objects import Strategy
from model.cluster import Cluster
from model.rows.deployment import Deployment
from model.rows.pod import Container, Pod
from model.rows.slots import DeploymentSlot

_RUNS = (Container.RUNNING, Container.SERVING, Container.STOPPING)


@derived
def revisions_there(state: Cluster, deployment: DeploymentSlot) -> int:
    """Of how many Pod templates a Deployment has Pods that have not ended, as the API says."""
    return _revisions(state, deployment, lambda pod: pod.exists and not pod.terminal)


@derived
def revisions_running(state: Cluster, deployment: DeploymentSlot) -> int:
    """Of how many Pod templates of a Deployment containers really run."""
    return _revisions(state, deployment, lambda pod: any(container in _RUNS for container in pod.containers))


def _revisions(state: Cluster, deployment: int, counts: Callable[[Pod], bool]) -> int:
    """Of how many Pod templates a Deployment has Pods that count."""
    return sum(
        1
        for template in state.constants.deployments[deployment].revisions
        if any(
            pod.template == template and counts(pod) and _owner(state, pod.replica_set) == deployment
            for pod in state.pods
        )
    )


def _owner(state: Cluster, slot: int | None) -> int | None:
    replica_set = None if slot is None else state.replica_sets[slot]
    return None if replica_set is None else replica_set.deployment


@never("one_revision_at_a_time")
def deployments_of_two_revisions(state: Cluster) -> Iterator[Deployment]:
    """A Deployment with strategy Recreate never has Pods of two revisions, terminating ones included.

    It holds as long as the controllers' caches keep up: a Pod that they do not show yet is not waited for.
    Relied on by applications that must not run next to another version of themselves.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#recreate-deployment
    """
    for slot, deployment in state.deployments.items():
        if _recreates(state, slot) and revisions_there(state, slot) > 1:
            yield deployment


@never("one_revision_runs")
def deployments_running_two_revisions(state: Cluster) -> Iterator[Deployment]:
    """Containers of two revisions of a Deployment with strategy Recreate never run at the same time.

    It holds where `one_revision_at_a_time` does: an object is gone only after its containers. Deleting a Pod by force,
    which takes the object away at once, would break it; no scenario of a Deployment does that.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#recreate-deployment
    """
    for slot, deployment in state.deployments.items():
        if _recreates(state, slot) and revisions_running(state, slot) > 1:
            yield deployment


def _recreates(state: Cluster, slot: int) -> bool:
    return state.constants.deployments[slot].strategy is Strategy.RECREATE
