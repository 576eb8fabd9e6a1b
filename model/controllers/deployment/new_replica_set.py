"""The ReplicaSet of the Deployment's current Pod template: created if missing, its revision kept up to date.

Left out: annotations other than the controller's own, and the revision history among these. Names stand for
hash-derived ones that never collide.
Source: pkg/controller/deployment/sync.go
"""

from collections.abc import Sequence

from msgspec.structs import replace

from model.api.objects import Deployment, ReplicaSet
from model.controllers.deployment.conditions import (
    Reason,
    Status,
    Type,
    find_condition,
    new_condition,
    set_condition,
)
from model.controllers.deployment.progress import progress_deadline
from model.controllers.deployment.replica_sets import (
    find_new_replica_set,
    find_old_replica_sets,
    max_revision,
    replica_count,
)
from model.controllers.deployment.rolling import new_replicas
from model.controllers.deployment.scaling import with_replicas_annotations
from model.controllers.deployment.writes import (
    CreateReplicaSet,
    Refusal,
    Refused,
    UpdateDeploymentStatus,
    UpdateReplicaSet,
    Writes,
    stored,
)


