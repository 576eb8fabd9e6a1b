"""What may happen to StatefulSets."""

from collections.abc import Mapping

from checker.vocabulary import Property
from kubeproof.instances import Bound
from kubeproof.standard.promises import CRASHES, PLACEMENT, probed
from kubeproof.standard.scenario import StandardScenario
from kubeproof.workload import Workload
from model.cluster import FeatureGates
from model.controllers.statefulset.actions import stateful_set_controller_syncs
from model.disturbances import stateful_set
from properties.stateful_set_identity import doubled_identities
from properties.stateful_set_order import pods_started_too_early, pods_stopped_too_early, pods_updated_too_early
from properties.stateful_set_update import complete_updates, pods_that_miss_the_spec, stateful_sets_not_as_wanted

KIND = "a StatefulSet"
IDENTITY: tuple[Property, ...] = (doubled_identities,)
ORDER: tuple[Property, ...] = (pods_started_too_early, pods_updated_too_early)
UPDATE: tuple[Property, ...] = (complete_updates, pods_that_miss_the_spec)

NEEDS: Mapping[str, str] = {
    **{
        prop.name: KIND
        for prop in (*IDENTITY, *ORDER, *UPDATE, pods_stopped_too_early, stateful_sets_not_as_wanted)
    }
}

BROKEN = "revision v2 starts and never becomes ready; v1 and v3 work"

_UPDATES = frozenset({"image_updates", "rollbacks"})
_SYNCS = _UPDATES | {"scale_ups", "scale_downs", "pod_deletions", "forced_deletions"}

SET_GOING_BY: Mapping[str, frozenset[str]] = {
    function.__name__: budgets
    for function, budgets in (
        (stateful_set.user_updates_stateful_set, frozenset({"image_updates"})),
        (stateful_set.user_rolls_stateful_set_back, frozenset({"rollbacks"})),
        (stateful_set.user_scales_stateful_set_up, frozenset({"scale_ups"})),
        (stateful_set.user_scales_stateful_set_down, frozenset({"scale_downs"})),
        (stateful_set.user_deletes_pod, frozenset({"pod_deletions"})),
        (stateful_set.user_deletes_stuck_pod, frozenset({"stuck_pod_deletions"})),
        (stateful_set_controller_syncs, _SYNCS),
    )
}


def with_max_unavailable(workload: Workload) -> bool:
    """A StatefulSet says how many Pods may be unavailable during an update."""
    return any(member.replicas > 0 and member.max_unavailable is not None for member in workload.stateful_sets)


SCENARIOS: tuple[StandardScenario, ...] = (
    StandardScenario(
        name="rollout",
        kind="StatefulSet",
        needs=KIND,
        sentence="the user applies a new image",
        budgets={"image_updates": 1},
        revisions=2,
        replicas=3,
        properties=(*IDENTITY, *ORDER, *UPDATE, *PLACEMENT, stateful_sets_not_as_wanted),
        convergence=Bound(3, 1),
        traffic=False,
    ),
    StandardScenario(
        name="rollout-max-unavailable",
        kind="StatefulSet",
        needs="maxUnavailable in a StatefulSet",
        applies=with_max_unavailable,
        sentence="the user applies a new image; feature gate MaxUnavailableStatefulSet is on (by default it is off)",
        budgets={"image_updates": 1},
        gates=FeatureGates(max_unavailable_stateful_set=True),
        revisions=2,
        replicas=3,
        properties=(*IDENTITY, *ORDER, *UPDATE, *PLACEMENT, stateful_sets_not_as_wanted),
        convergence=Bound(3, 1),
        traffic=False,
    ),
    StandardScenario(
        name="stuck-rollout",
        kind="StatefulSet",
        needs="a StatefulSet with a readiness probe",
        applies=probed,
        sentence="the user applies an image that does not work, and then one that does",
        budgets={"image_updates": 2},
        revisions=3,
        broken=frozenset({"v2"}),
        replicas=3,
        properties=(*IDENTITY, *ORDER, *UPDATE, *PLACEMENT, stateful_sets_not_as_wanted),
        convergence=Bound(2, 1),
        traffic=False,
        assumptions=(BROKEN,),
    ),
    StandardScenario(
        name="freed-rollout",
        kind="StatefulSet",
        needs="a StatefulSet with a readiness probe",
        applies=probed,
        sentence="the user applies an image that does not work, then one that does, and deletes the Pod that is stuck",
        budgets={"image_updates": 2, "stuck_pod_deletions": 1},
        revisions=3,
        broken=frozenset({"v2"}),
        replicas=3,
        properties=(*IDENTITY, *ORDER, *UPDATE, *PLACEMENT, stateful_sets_not_as_wanted),
        convergence=Bound(2, 1),
        traffic=False,
        assumptions=(BROKEN, "the user does delete a Pod of v2 sooner or later once v3 is applied"),
    ),
    StandardScenario(
        name="scale",
        kind="StatefulSet",
        needs=KIND,
        sentence="the user scales up and down by two replicas, one at a time",
        budgets={"scale_ups": 2, "scale_downs": 2},
        replicas=2,
        properties=(
            *IDENTITY,
            pods_started_too_early,
            pods_stopped_too_early,
            *PLACEMENT,
            stateful_sets_not_as_wanted,
        ),
        convergence=Bound(2, 1),
        spare_pods=lambda _: 2,
        traffic=False,
    ),
    StandardScenario(
        name="node-failure",
        kind="StatefulSet",
        needs=KIND,
        sentence="one node crashes and comes back",
        budgets={"node_crashes": 1},
        assumptions=(CRASHES,),
        replicas=3,
        properties=(*IDENTITY, *PLACEMENT, stateful_sets_not_as_wanted),
        convergence=Bound(2, 2),
        traffic=False,
    ),
    StandardScenario(
        name="pod-deletion",
        kind="StatefulSet",
        needs=KIND,
        sentence="the user deletes two Pods, and a node crashes and comes back",
        budgets={"pod_deletions": 2, "node_crashes": 1},
        assumptions=(CRASHES,),
        replicas=3,
        properties=(*IDENTITY, pods_started_too_early, *PLACEMENT, stateful_sets_not_as_wanted),
        convergence=Bound(2, 2),
        traffic=False,
    ),
)
