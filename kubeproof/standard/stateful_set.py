"""What may happen to StatefulSets."""

from collections.abc import Mapping
from typing import Any

from checker.vocabulary import Property
from kubeproof.instances import Bound
from kubeproof.standard.promises import CRASHES, PLACEMENT, probed
from kubeproof.standard.scenario import StandardScenario
from kubeproof.workload import Workload
from model.api.stateful_sets import UpdateStrategy
from model.cluster import FeatureGates
from model.controllers.statefulset.actions import stateful_set_controller_syncs
from model.controllers.statefulset.claims import garbage_collector_deletes_claim
from model.disturbances import stateful_set
from properties.stateful_set_claims import claims_left_over, claims_lost
from properties.stateful_set_identity import doubled_identities
from properties.stateful_set_order import pods_started_too_early, pods_stopped_too_early, pods_updated_too_early
from properties.stateful_set_update import (
    complete_updates,
    pods_that_miss_the_spec,
    pods_updated_below_the_partition,
    stateful_sets_not_as_wanted,
)

KIND = "a StatefulSet"
PARTITION = "a StatefulSet with a partition"
ROLLING = "a StatefulSet with update strategy RollingUpdate"
MAX_UNAVAILABLE = "a StatefulSet with maxUnavailable"
CLAIMS = "a StatefulSet with volumeClaimTemplates"
ON_DELETE = "a StatefulSet with update strategy OnDelete"

ALWAYS: tuple[Property, ...] = (doubled_identities, *PLACEMENT, stateful_sets_not_as_wanted)
UPDATE: tuple[Property, ...] = (
    pods_started_too_early,
    pods_updated_too_early,
    complete_updates,
    pods_that_miss_the_spec,
)
NEEDS: Mapping[str, str] = {
    **{prop.name: KIND for prop in (doubled_identities, stateful_sets_not_as_wanted, *UPDATE, pods_stopped_too_early)},
    pods_updated_below_the_partition.name: PARTITION,
    **{prop.name: CLAIMS for prop in (claims_lost, claims_left_over)},
}

BROKEN = "revision v2 starts and never becomes ready; v1 and v3 work"
FREED = "the user does delete a Pod of v2 sooner or later once v3 is applied"
DELETED = "the user does delete every Pod that is not of the new template sooner or later"
GATED = FeatureGates(max_unavailable_stateful_set=True)
GATE = "feature gate MaxUnavailableStatefulSet is on; by default it is off"

_SYNCS = frozenset({"image_updates", "rollbacks", "scale_ups", "scale_downs", "pod_deletions", "forced_deletions"})
SET_GOING_BY: Mapping[str, frozenset[str]] = {
    function.__name__: budgets
    for function, budgets in (
        (stateful_set.user_updates_stateful_set, frozenset({"image_updates"})),
        (stateful_set.user_rolls_stateful_set_back, frozenset({"rollbacks"})),
        (stateful_set.user_scales_stateful_set_up, frozenset({"scale_ups"})),
        (stateful_set.user_scales_stateful_set_down, frozenset({"scale_downs"})),
        (stateful_set.user_deletes_pod, frozenset({"pod_deletions"})),
        (stateful_set.user_force_deletes_pod, frozenset({"forced_deletions"})),
        (stateful_set.user_deletes_stuck_pod, frozenset({"stuck_pod_deletions"})),
        (stateful_set.user_deletes_outdated_pod, frozenset({"outdated_pod_deletions"})),
        (stateful_set_controller_syncs, _SYNCS),
        (garbage_collector_deletes_claim, frozenset()),  # it is for the retention policy to say
    )
}


def partitioned(workload: Workload) -> bool:
    """Some of a StatefulSet's Pods are held back from updates."""
    return any(member.replicas > 0 and member.partition for member in workload.stateful_sets)


def with_max_unavailable(workload: Workload) -> bool:
    """A StatefulSet says how many Pods may be unavailable during an update."""
    return any(member.replicas > 0 and member.max_unavailable is not None for member in workload.stateful_sets)


def with_max_unavailable_and_probe(workload: Workload) -> bool:
    """That, and a revision that does not work can be told from one that does."""
    return with_max_unavailable(workload) and probed(workload)


def with_claims(workload: Workload) -> bool:
    """A StatefulSet's Pods have claims of their own."""
    return any(member.replicas > 0 and member.has_claims for member in workload.stateful_sets)


def rolling(workload: Workload) -> bool:
    """A StatefulSet replaces its Pods by itself."""
    strategies = [member.update_strategy for member in workload.stateful_sets if member.replicas > 0]
    return UpdateStrategy.ROLLING_UPDATE in strategies


def rolling_and_probed(workload: Workload) -> bool:
    """That, and a revision that does not work can be told from one that does."""
    return rolling(workload) and probed(workload)


def on_delete(workload: Workload) -> bool:
    """A StatefulSet leaves it to its user to replace Pods."""
    return any(
        member.replicas > 0 and member.update_strategy is UpdateStrategy.ON_DELETE for member in workload.stateful_sets
    )


def _scenario(**fields: Any) -> StandardScenario:
    defaults = {"kind": "StatefulSet", "needs": KIND, "replicas": 3, "convergence": Bound(3, 1), "traffic": False}
    return StandardScenario(**{**defaults, **fields})


SCENARIOS: tuple[StandardScenario, ...] = (
    _scenario(
        name="rollout",
        sentence="the user applies a new image",
        budgets={"image_updates": 1},
        revisions=2,
        properties=(*UPDATE, *ALWAYS),
    ),
    _scenario(
        name="rollback",
        needs=ROLLING,
        applies=rolling,
        sentence="the user applies a new image and may roll it back at any moment",
        budgets={"image_updates": 1, "rollbacks": 1},
        revisions=2,
        properties=(*UPDATE, *ALWAYS),
    ),
    _scenario(
        name="stuck-rollout",
        needs=f"{ROLLING} and a readiness probe",
        applies=rolling_and_probed,
        sentence="the user applies an image that does not work, and then one that does",
        budgets={"image_updates": 2},
        revisions=3,
        broken=frozenset({"v2"}),
        properties=(*UPDATE, *ALWAYS),
        assumptions=(BROKEN,),
    ),
    _scenario(
        name="freed-rollout",
        needs=f"{ROLLING} and a readiness probe",
        applies=rolling_and_probed,
        sentence="the user applies an image that does not work, then one that does, and deletes the Pod that is stuck",
        budgets={"image_updates": 2, "stuck_pod_deletions": 1},
        revisions=3,
        broken=frozenset({"v2"}),
        properties=(*UPDATE, *ALWAYS),
        assumptions=(BROKEN, FREED),
    ),
    _scenario(
        name="rollout-max-unavailable",
        needs=MAX_UNAVAILABLE,
        applies=with_max_unavailable,
        sentence="the user applies a new image, and several Pods may be unavailable during the update",
        budgets={"image_updates": 1},
        gates=GATED,
        revisions=2,
        properties=(*UPDATE, *ALWAYS),
        assumptions=(GATE,),
    ),
    _scenario(
        name="stuck-rollout-max-unavailable",
        needs=f"{MAX_UNAVAILABLE} and a readiness probe",
        applies=with_max_unavailable_and_probe,
        sentence="the same with an image that does not work, and then one that does",
        budgets={"image_updates": 2},
        gates=GATED,
        revisions=3,
        broken=frozenset({"v2"}),
        properties=(*UPDATE, *ALWAYS),
        assumptions=(BROKEN, GATE),
    ),
    _scenario(
        name="on-delete",
        needs=ON_DELETE,
        applies=on_delete,
        sentence="the user applies a new image and deletes the Pods of the old one, in any order",
        budgets={"image_updates": 1, "outdated_pod_deletions": 3},
        revisions=2,
        properties=(pods_started_too_early, complete_updates, pods_that_miss_the_spec, *ALWAYS),
        assumptions=(DELETED,),
    ),
    _scenario(
        name="canary",
        needs=PARTITION,
        applies=partitioned,
        sentence="the user applies a new image for the Pods from the partition up, and deletes a Pod",
        budgets={"image_updates": 1, "pod_deletions": 1},
        revisions=2,
        properties=(pods_updated_below_the_partition, complete_updates, *ALWAYS),
    ),
    _scenario(
        name="canary-scaled-to-zero",
        needs=PARTITION,
        applies=partitioned,
        sentence="the user applies a new image for the Pods from the partition up, scales down to none and up again",
        budgets={"image_updates": 1, "scale_downs": 2, "scale_ups": 1},
        revisions=2,
        replicas=2,
        properties=(pods_updated_below_the_partition, complete_updates, *ALWAYS),
        convergence=Bound(2, 1),
        spare_pods=lambda _: 1,
    ),
    _scenario(
        name="scale",
        sentence="the user scales up and down by two replicas, one at a time",
        budgets={"scale_ups": 2, "scale_downs": 2},
        replicas=2,
        properties=(pods_started_too_early, pods_stopped_too_early, *ALWAYS),
        convergence=Bound(2, 1),
        spare_pods=lambda _: 2,
    ),
    _scenario(
        name="retention",
        needs=CLAIMS,
        applies=with_claims,
        sentence="the user scales up and down by one replica, in any order",
        budgets={"scale_ups": 1, "scale_downs": 1},
        replicas=2,
        properties=(claims_lost, claims_left_over, *ALWAYS),
        convergence=Bound(2, 1),
        spare_pods=lambda _: 1,
        spare_claims=1,
    ),
    _scenario(
        name="node-failure",
        sentence="one node crashes and comes back",
        budgets={"node_crashes": 1},
        assumptions=(CRASHES,),
        properties=ALWAYS,
        convergence=Bound(2, 2),
    ),
    _scenario(
        name="pod-deletion",
        sentence="the user deletes two Pods, and a node crashes and comes back",
        budgets={"pod_deletions": 2, "node_crashes": 1},
        assumptions=(CRASHES,),
        properties=(pods_started_too_early, *ALWAYS),
        convergence=Bound(2, 2),
    ),
    _scenario(
        name="forced-deletion",
        sentence="the user deletes a Pod by force (kubectl delete pod --force)",
        budgets={"forced_deletions": 1},
        properties=(pods_started_too_early, *ALWAYS),
        convergence=Bound(3, 2),
        spare_pods=lambda _: 1,
    ),
)
