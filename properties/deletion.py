"""Deletion: what has a live owner stays, what has lost it goes, and a deletion ends."""

from collections.abc import Iterator

from checker.vocabulary import eventually_always, never_step
from model.api.namespaces import NamespacePhase
from model.cluster import Cluster, pod_template
from model.rows.replica_set import ReplicaSet


@never_step("live_owner_keeps_dependents")
def collected_despite_their_owner(before: Cluster, after: Cluster) -> Iterator[ReplicaSet]:
    """No ReplicaSet is deleted while its Deployment is there and is not being deleted, and none that has no owner.

    Relied on by everybody: nothing else keeps the garbage collector off what runs.
    Source: https://kubernetes.io/docs/concepts/architecture/garbage-collection/#owners-dependents
    """
    if after.namespace is not NamespacePhase.ACTIVE:
        return
    for slot, replica_set in before.replica_sets.items():
        owner = before.deployments[replica_set.deployment]
        kept = not replica_set.owned or (owner is not None and owner.deleting is None)
        if kept and after.replica_sets[slot] is None:
            yield replica_set


@never_step("closed_namespace_stays_empty")
def created_in_a_closed_namespace(before: Cluster, after: Cluster) -> Iterator[str]:
    """No Pod is created in a namespace that is being deleted.

    Otherwise a controller that has not heard of the deletion could keep it from ever ending.
    Source: https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#namespacelifecycle
    """
    if before.namespace is not NamespacePhase.ACTIVE and _pods(after) > _pods(before):
        yield "a Pod was created in a namespace that is being deleted"


@eventually_always("deletion_ends")
def not_gone_yet(state: Cluster) -> Iterator[str]:
    """In the end nothing is left of what was deleted: no object that waits, and none whose owner is gone.

    What a user has left behind on purpose (``--cascade=orphan``) has no owner, and stays.
    Relied on by whoever deletes to free room, and by whoever creates the same again.
    Source: https://kubernetes.io/docs/concepts/architecture/garbage-collection/#cascading-deletion,
    https://kubernetes.io/docs/concepts/overview/working-with-objects/finalizers/
    """
    for slot, deployment in state.deployments.items():
        if deployment.deleting is not None or state.namespace is None:
            yield f"Deployment {state.constants.deployments[slot].name} is still there"
    for replica_set in state.replica_sets:
        dangling = replica_set.owned and state.deployments[replica_set.deployment] is None
        if dangling or replica_set.deleting is not None or state.namespace is None:
            name = state.constants.deployments[replica_set.deployment].name
            yield f"ReplicaSet {name}-{state.constants.templates[replica_set.template].name} is still there"
    for pod in state.pods:
        dangling = pod.replica_set is not None and state.replica_sets[pod.replica_set] is None
        if pod.exists and (dangling or state.namespace is None):
            yield f"a Pod of {pod_template(state, pod).name} is still there"
    if state.namespace is NamespacePhase.TERMINATING:
        yield "the namespace is still there"


def _pods(state: Cluster) -> int:
    return sum(1 for pod in state.pods if pod.exists)
