"""A Deployment's status between the state, which keeps what is read again, and the rules, which take it whole.

A condition's age is kept as one bit: whether it is older than the progress deadline. The rules' clock stands at 0.
"""

from typing import Any

from model.api import objects
from model.api.conditions import condition_of
from model.controllers.deployment.conditions import Reason, Status, Type
from model.rows.deployment import DeploymentSpec, DeploymentStatus

_FALSE = (Reason.PROGRESS_DEADLINE_EXCEEDED, Reason.REPLICA_SET_CREATE_ERROR)
_UNKNOWN = (Reason.DEPLOYMENT_PAUSED, Reason.DEPLOYMENT_RESUMED)


def status_as_written(spec: DeploymentSpec, status: DeploymentStatus) -> dict[str, Any]:
    """What only a Deployment has whose status is followed, as the rules take it."""
    return {
        "revision_history_limit": spec.revision_history_limit,
        "progress_deadline_seconds": spec.progress_deadline_seconds,
        "observed_generation": 1 if status.observed else 0,
        "status_replicas": status.replicas,
        "updated_replicas": status.updated_replicas,
        "available_replicas": status.available_replicas,
        "revision": status.revision,
        "conditions": () if status.progressing is None else (_progressing(status.progressing, status.overdue),),
    }


def _progressing(reason: Reason, overdue: bool) -> objects.Condition:
    """The condition Progressing; one that is overdue is older than any deadline."""
    status = Status.FALSE if reason in _FALSE else Status.UNKNOWN if reason in _UNKNOWN else Status.TRUE
    return objects.Condition(
        type=Type.PROGRESSING,
        status=status,
        reason=reason,
        last_update_time=None if overdue else 0,
        last_transition_time=0,
    )


def status_to_keep(deployment: objects.Deployment) -> DeploymentStatus:
    """What the state keeps of a status that is written."""
    condition = condition_of(deployment.conditions, Type.PROGRESSING)
    return DeploymentStatus(
        observed=deployment.observed_generation >= deployment.generation,
        replicas=deployment.status_replicas,
        updated_replicas=deployment.updated_replicas,
        available_replicas=deployment.available_replicas,
        revision=deployment.revision,
        progressing=None if condition is None else Reason(condition.reason),
        overdue=condition is not None and condition.last_update_time is None,
    )
