"""The Deployment controller as a transition of the cluster.

One sync is one step: between its writes nobody can tell an object that is written a moment later from one that is seen
a moment later. Its decisions are those of `model.controllers.deployment.sync`; what the state keeps of its writes is
ReplicaSets' sizes and annotations. The Deployment's status, which no other component here reads, is kept where the
scenario follows it: then the progress deadline is reported, and old ReplicaSets beyond the history limit are deleted.

There is no clock. What a sync writes is of the moment 0, and `progress_deadline_passes` makes the condition Progressing
older than any deadline, at any time. Left out: the condition Available and the number of ready Pods in the status.

Source: pkg/controller/deployment/deployment_controller.go
"""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from model.api import objects
from model.api.refusals import Refusal
from model.cluster import Cluster
from model.control_plane.informers import observed_pod, observed_replica_set
from model.control_plane.pod_requests import deleted
from model.controllers.deployment.conditions import Reason
from model.controllers.deployment.kept_status import status_as_written, status_to_keep
from model.controllers.deployment.sync import sync
from model.controllers.deployment.writes import (
    CreateReplicaSet,
    DeleteReplicaSet,
    UpdateDeploymentStatus,
    UpdateReplicaSet,
    Write,
    conflict_with_itself,
)
from model.parts import Part, component, some
from model.rows.deployment import Deployment, DeploymentSpec
from model.rows.replica_set import ReplicaSet
from model.rows.slots import DeploymentSlot


def deployment_controller_syncs(state: Cluster, deployment: DeploymentSlot) -> Iterator[Cluster]:
    """The Deployment controller moves its ReplicaSets one step towards the wanted template and size."""
    wanted = state.deployments[deployment]
    if wanted is None:
        return

    def refusal(write: Write, earlier: Sequence[Write]) -> Refusal | None:
        if isinstance(write, CreateReplicaSet) and _find(state, deployment, write.replica_set) is not None:
            return Refusal.ALREADY_EXISTS
        if isinstance(write, UpdateReplicaSet) and not _is_current(state, deployment, write.replica_set):
            return Refusal.CONFLICT
        return conflict_with_itself(write, earlier)

    cached = _cached_replica_sets(state, deployment)
    result = sync(api_deployment(state, deployment, wanted), cached, _pods(state, deployment), 0, refusal)
    after = state
    for write in result.writes:
        after = _stored(after, deployment, write)
    if after is not state:
        yield after


def progress_deadline_passes(state: Cluster, deployment: DeploymentSlot) -> Iterator[Cluster]:
    """The condition Progressing has not been updated for progressDeadlineSeconds.

    A rollout that is complete is not under a deadline, nor is one that is paused or reported already.
    """
    current = state.deployments[deployment]
    if current is None or current.status is None or current.status.overdue:
        return
    if current.status.progressing in _UNDER_A_DEADLINE:
        yield state.update(current, status=replace(current.status, overdue=True))


_UNDER_A_DEADLINE = (
    Reason.NEW_REPLICA_SET_CREATED,
    Reason.FOUND_NEW_REPLICA_SET,
    Reason.REPLICA_SET_UPDATED,
    Reason.REPLICA_SET_CREATE_ERROR,
    Reason.DEPLOYMENT_RESUMED,
)


def api_deployment(state: Cluster, slot: int, deployment: Deployment) -> objects.Deployment:
    """The Deployment in a slot as the rules take it."""
    return rule_deployment(state.constants.deployments[slot], deployment)


def rule_deployment(spec: DeploymentSpec, deployment: Deployment) -> objects.Deployment:
    """The Deployment as the rules take it."""
    status = deployment.status
    return objects.Deployment(
        name=spec.name,
        template=deployment.template,
        replicas=deployment.replicas,
        paused=deployment.paused,
        deleting=deployment.deleting is not None,
        strategy=spec.strategy,
        max_surge=spec.max_surge,
        max_unavailable=spec.max_unavailable,
        **(
            {"revision_history_limit": None, "progress_deadline_seconds": None}
            if status is None
            else status_as_written(spec, status)
        ),
    )


def _cached_replica_sets(state: Cluster, deployment: int) -> list[objects.ReplicaSet]:
    """The Deployment's ReplicaSets as the controller's cache shows them; their age is the order of the slots."""
    found: list[objects.ReplicaSet] = []
    for slot, replica_set in state.replica_sets.items():
        observed = observed_replica_set(state, replica_set)
        if replica_set.deployment == deployment and observed is not None:
            found.append(
                objects.ReplicaSet(
                    name=_name(state, deployment, replica_set.template),
                    uid=str(slot),
                    template=replica_set.template,
                    created=slot,
                    replicas=observed.replicas,
                    status_replicas=observed.status_replicas,
                    available_replicas=observed.available_replicas,
                    revision=observed.revision,
                    desired_annotation=observed.desired_annotation,
                    max_annotation=observed.max_annotation,
                    observed_generation=1 if replica_set.spec_observed else 0,
                )
            )
    return found


def _pods(state: Cluster, deployment: int) -> list[objects.Pod]:
    """The Pods in the controllers' cache, which only Recreate looks at."""
    found: list[objects.Pod] = []
    if state.constants.deployments[deployment].strategy is objects.Strategy.RECREATE:
        for pod in state.pods:
            observed = observed_pod(state, pod)
            if observed is not None:
                found.append(objects.Pod(controller=str(pod.replica_set), phase=observed.phase))
    return found


def _find(state: Cluster, deployment: int, wanted: objects.ReplicaSet) -> ReplicaSet | None:
    """The row of a ReplicaSet; its template, which its name is made from, identifies it within its Deployment."""
    for replica_set in state.replica_sets:
        if replica_set.deployment == deployment and replica_set.template == wanted.template:
            return replica_set
    return None


def _is_current(state: Cluster, deployment: int, cached: objects.ReplicaSet) -> bool:
    """The cached copy carries the version that the API server has."""
    replica_set = _find(state, deployment, cached)
    return replica_set is not None and replica_set.observed_is_current


def _stored(state: Cluster, deployment: int, write: Write) -> Cluster:
    """The state after the API server has accepted a write."""
    lagging = state.constants.caches.deployment_replica_sets
    match write:
        case CreateReplicaSet(new):
            return state.create(
                "replica_sets",
                ReplicaSet(
                    deployment=deployment,
                    template=_number(new.template),
                    replicas=new.replicas,
                    status_replicas=0,
                    available_replicas=0,
                    revision=new.revision or 0,
                    desired_annotation=new.desired_annotation or 0,
                    max_annotation=new.max_annotation or 0,
                    observed_is_current=not lagging,
                    spec_observed=not state.constants.deployment_status,
                ),
            )
        case UpdateReplicaSet(changed):
            row = _find(state, deployment, changed)
            assert row is not None  # it was read from this state's cache
            same_size = changed.replicas == row.replicas
            return state.update(
                row,
                replicas=changed.replicas,
                revision=changed.revision or 0,
                desired_annotation=changed.desired_annotation or 0,
                max_annotation=changed.max_annotation or 0,
                observed_is_current=not lagging,
                spec_observed=row.spec_observed and (same_size or not state.constants.deployment_status),
            )
        case UpdateDeploymentStatus(changed):
            current = state.deployments[deployment]
            assert current is not None  # it is being synced
            status = status_to_keep(changed)
            return state if current.status in (None, status) else state.update(current, status=status)
        case DeleteReplicaSet(name):
            return _without(state, deployment, name)


def _without(state: Cluster, deployment: int, name: str) -> Cluster:
    """The state after the DELETE of a ReplicaSet and, by the garbage collector, of what it owned."""
    after = state
    for slot, replica_set in state.replica_sets.items():
        if replica_set.deployment == deployment and _name(state, deployment, replica_set.template) == name:
            for number, pod in state.pods.items():
                if pod.replica_set == slot:
                    after = deleted(after, number)
                    left = after.pods[number]
                    after = after if left is None else after.update(left, replica_set=None)
            after = after.delete(replica_set)
    return after


def _name(state: Cluster, deployment: int, template: int) -> str:
    return f"{state.constants.deployments[deployment].name}-{template}"


def _number(template: object) -> int:
    assert isinstance(template, int)  # templates are numbers in this model
    return template


PARTS: tuple[Part, ...] = (
    *component(some("deployments"), deployment_controller_syncs),
    *component(lambda state: state.constants.deployment_status, progress_deadline_passes),
)
