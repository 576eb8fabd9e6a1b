"""Users delete whole workloads, each as often as its budget in the state allows.

Source: https://kubernetes.io/docs/concepts/architecture/garbage-collection/#cascading-deletion
"""

from collections.abc import Iterator

from model.api.namespaces import Namespace, NamespacePhase
from model.api.object_meta import ObjectMeta
from model.cluster import Cluster
from model.control_plane.apiserver.deletion import DeleteOptions, PropagationPolicy, delete
from model.control_plane.apiserver.deletion_strategies import Strategy, default_policy
from model.control_plane.apiserver.namespaces import delete_namespace
from model.controllers.garbagecollector.actions import stored
from model.controllers.garbagecollector.objects import deployment_meta
from model.parts import Part, budgeted
from model.rows.slots import DeploymentSlot


def user_deletes_deployment(state: Cluster, deployment: DeploymentSlot) -> Iterator[Cluster]:
    """The user deletes the Deployment (``kubectl delete``): it is gone at once, and its dependents go later."""
    if state.background_deletions > 0:
        for after in _deleted(state, deployment, PropagationPolicy.BACKGROUND):
            yield after.set(background_deletions=state.background_deletions - 1)


def user_deletes_deployment_in_the_foreground(state: Cluster, deployment: DeploymentSlot) -> Iterator[Cluster]:
    """The user deletes the Deployment with ``--cascade=foreground``: it goes after its dependents."""
    if state.foreground_deletions > 0:
        for after in _deleted(state, deployment, PropagationPolicy.FOREGROUND):
            yield after.set(foreground_deletions=state.foreground_deletions - 1)


def user_deletes_deployment_and_leaves_its_pods(state: Cluster, deployment: DeploymentSlot) -> Iterator[Cluster]:
    """The user deletes the Deployment with ``--cascade=orphan``: its dependents stay, without an owner."""
    if state.orphaning_deletions > 0:
        for after in _deleted(state, deployment, PropagationPolicy.ORPHAN):
            yield after.set(orphaning_deletions=state.orphaning_deletions - 1)


def user_deletes_namespace(state: Cluster) -> Iterator[Cluster]:
    """The user deletes the namespace: nothing can be created in it any more, and everything in it is to go."""
    if state.namespace_deletions > 0 and state.namespace is NamespacePhase.ACTIVE:
        namespace = Namespace(meta=ObjectMeta(kind="Namespace", name="namespace"), phase=state.namespace)
        written = delete_namespace(namespace, DeleteOptions(), 0).stored
        if written is not None:
            yield state.set(namespace=written.phase, namespace_deletions=state.namespace_deletions - 1)


def _deleted(state: Cluster, deployment: int, policy: PropagationPolicy) -> Iterator[Cluster]:
    row, meta = state.deployments[deployment], deployment_meta(state, deployment)
    if row is not None and row.deleting is None:
        strategy = Strategy(default_policy=default_policy("Deployment"))
        yield stored(state, row, delete(meta, DeleteOptions(propagation_policy=policy), strategy, 0))


PARTS: tuple[Part, ...] = (
    budgeted("background_deletions", user_deletes_deployment),
    budgeted("foreground_deletions", user_deletes_deployment_in_the_foreground),
    budgeted("orphaning_deletions", user_deletes_deployment_and_leaves_its_pods),
    budgeted("namespace_deletions", user_deletes_namespace),
)
