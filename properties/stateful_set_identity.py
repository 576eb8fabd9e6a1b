"""One Pod for each identity of a StatefulSet: what a database that keeps its data under its name rests on."""

from collections.abc import Iterator
from itertools import pairwise

from checker.vocabulary import derived, never
from model.cluster import Cluster
from model.rows.pod import Container, Pod
from model.rows.slots import StatefulSetSlot

_RUNS = (Container.RUNNING, Container.SERVING, Container.STOPPING)


def runs(pod: Pod) -> bool:
    """Some process of the Pod runs on its node, whatever the API says."""
    return any(container in _RUNS for container in pod.containers)


@derived
def running_ordinals(state: Cluster, stateful_set: StatefulSetSlot) -> tuple[int, ...]:
    """The ordinals of the Pods of which something runs, ascending; one of which two run comes twice."""
    return tuple(
        sorted(
            pod.ordinal
            for pod in state.pods
            if pod.stateful_set == stateful_set and pod.ordinal is not None and runs(pod)
        )
    )


@never("one_pod_per_identity")
def doubled_identities(state: Cluster) -> Iterator[str]:
    """Of each identity of a StatefulSet at most one Pod has containers that run, on all nodes together.

    Relied on by whatever must not have two of it write to one volume, or vote twice in one quorum.
    Source: https://kubernetes.io/docs/tasks/run-application/force-delete-stateful-set-pod/#statefulset-considerations
    """
    for slot, _ in state.stateful_sets.items():  # noqa: PERF102  a pool is no dict
        for ordinal, following in pairwise(running_ordinals(state, slot)):
            if ordinal == following:
                yield f"Pod {state.constants.stateful_sets[slot].name}-{ordinal}"
