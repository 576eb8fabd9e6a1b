"""Rollouts go forward, and say so when they do not."""

from collections.abc import Iterator

from checker.vocabulary import derived, eventually_always, never, never_step
from model.cluster import Cluster
from model.controllers.deployment.actions import api_deployment
from model.controllers.deployment.conditions import Reason
from model.controllers.deployment.progress import deployment_complete
from model.disturbances.deployment import has_replica_set
from model.rows.deployment import Deployment
from model.rows.replica_set import ReplicaSet
from model.rows.slots import DeploymentSlot


@derived
def scaling_pending(state: Cluster, deployment: DeploymentSlot) -> bool:
    """The user has scaled the Deployment, and its ReplicaSets do not know yet."""
    row = state.deployments[deployment]
    return row is not None and any(
        replica_set.deployment == deployment
        and replica_set.replicas > 0
        and replica_set.desired_annotation != row.replicas
        for replica_set in state.replica_sets
    )


@never_step("rollout_moves_forward")
def replica_sets_moved_back(before: Cluster, after: Cluster) -> Iterator[ReplicaSet]:
    """Unless the user scales, no old ReplicaSet of a Deployment is made larger, and its new one never smaller.

    It holds also when a rollout gets stuck: nothing is rolled back, before the progress deadline or after. It does not
    hold when the user pauses a rollout: a paused Deployment is brought to its full size, if need be with Pods of the
    old template.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#proportional-scaling,
    https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#failed-deployment
    """
    for slot, replica_set in before.replica_sets.items():
        deployment, written = after.deployments[replica_set.deployment], after.replica_sets[slot]
        if deployment is not None and written is not None and not scaling_pending(before, replica_set.deployment):
            new = replica_set.template == deployment.template
            change = written.replicas - replica_set.replicas
            if change < 0 if new else change > 0:
                yield replica_set


@eventually_always("stuck_rollout_reported")
def unreported_rollouts(state: Cluster) -> Iterator[str]:
    """In the end a Deployment's rollout is complete, or its condition Progressing is False: ProgressDeadlineExceeded.

    It breaks without a deadline. A Deployment that is paused owes no progress.
    Relied on by `kubectl rollout status` and by every pipeline that waits for it.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#progress-deadline-seconds
    """
    for slot, deployment in state.deployments.items():
        status = deployment.status
        if status is None or deployment.paused or status.progressing is Reason.PROGRESS_DEADLINE_EXCEEDED:
            continue
        if not deployment_complete(api_deployment(state, slot, deployment)):
            reason = "no condition Progressing" if status.progressing is None else status.progressing.value
            name = state.constants.deployments[slot].name
            yield f"Deployment {name}: its rollout is not complete, and its status says {reason}"


@never("rollback_possible")
def deployments_without_history(state: Cluster) -> Iterator[Deployment]:
    """The revision before a Deployment's current one can be rolled back to: its ReplicaSet is still there.

    A revisionHistoryLimit of 0 deletes it once the rollout is complete. Relied on by whoever notices too late.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#clean-up-policy
    """
    for slot, deployment in state.deployments.items():
        revisions = state.constants.deployments[slot].revisions
        index = revisions.index(deployment.template)
        if index > 0 and not has_replica_set(state, slot, revisions[index - 1]):
            yield deployment
