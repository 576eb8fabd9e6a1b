"""Rolling updates: the new ReplicaSet grows within the surge, the old ones shrink within availability.

Source: pkg/controller/deployment/rolling.go
"""

from collections.abc import Sequence

from model.api.objects import Deployment, ReplicaSet, Strategy
from model.controllers.deployment.fenceposts import max_surge, max_unavailable
from model.controllers.deployment.history import cleanup_deployment
from model.controllers.deployment.new_replica_set import get_new_replica_set
from model.controllers.deployment.progress import deployment_complete, sync_rollout_status
from model.controllers.deployment.replica_sets import (
    active, all_replica_sets,
    available_replica_count,
    by_creation,
    replica_count,
)
from model.controllers.deployment.scaling import scale_replica_set
from model.controllers.deployment.writes import Refused, Writes
