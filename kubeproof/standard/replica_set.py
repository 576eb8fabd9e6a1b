"""What may happen to the Pods of a Deployment's ReplicaSets, and to the controller that counts them."""

from collections.abc import Mapping

from checker.vocabulary import Property
from kubeproof.standard.deployment import CONVERGENCE
from kubeproof.standard.promises import PLACEMENT, ROUTED, TRAFFIC
from kubeproof.standard.scenario import StandardScenario
from model.cluster import Caches, FeatureGates
from model.controllers.replicaset.actions import replica_set_controller_claims_pod
from model.disturbances import controller_manager, pods
from properties.replica_set_size import overfilled_replica_sets

SIZE: tuple[Property, ...] = (overfilled_replica_sets, *PLACEMENT, *CONVERGENCE)
NEEDS: Mapping[str, str] = {overfilled_replica_sets.name: "a Deployment"}
_LAGGING = Caches(replica_set_pods=True)

SET_GOING_BY: Mapping[str, frozenset[str]] = {
    function.__name__: budgets
    for function, budgets in (
        (pods.kubelet_evicts_pod, frozenset({"pod_evictions"})),
        (pods.user_changes_pod_labels, frozenset({"pod_relabels"})),
        (pods.user_restores_pod_labels, frozenset({"pod_relabels"})),
        (replica_set_controller_claims_pod, frozenset({"pod_relabels"})),
        (controller_manager.expectations_expire, frozenset({"expectation_expiries"})),
        (controller_manager.controller_manager_restarts, frozenset({"controller_restarts"})),
    )
}

SCENARIOS: tuple[StandardScenario, ...] = (
    StandardScenario(
        name="pod-deletion",
        sentence="the user deletes one Pod",
        on_request=True,
        budgets={"pod_deletions": 1},
        properties=(*TRAFFIC, *ROUTED, *SIZE),
        spare_pods=lambda _: 1,
    ),
    StandardScenario(
        name="pod-eviction",
        sentence="a kubelet evicts one Pod because its node runs out of memory or disk",
        on_request=True,
        budgets={"pod_evictions": 1},
        properties=(*TRAFFIC, *ROUTED, *SIZE),
        spare_pods=lambda _: 1,
    ),
    StandardScenario(
        name="pod-labels",
        sentence="the user takes a Pod out of its ReplicaSet by changing its labels, and may change them back",
        on_request=True,
        budgets={"pod_relabels": 2},
        properties=SIZE,
        nodes=1,
        traffic=False,
        spare_pods=lambda _: 2,
    ),
    StandardScenario(
        name="expired-expectations",
        sentence="the user scales up by one replica; before 1.36, caches may lag for longer than 5 minutes",
        on_request=True,
        budgets={"scale_ups": 1, "expectation_expiries": 1},
        properties=SIZE,
        caches=_LAGGING,
        gates=FeatureGates(stale_controller_consistency_replica_set=False),
        nodes=1,
        traffic=False,
        spare_pods=lambda _: 3,
    ),
    StandardScenario(
        name="consistency-store",
        sentence="the user scales up by one replica; caches may lag for longer than 5 minutes",
        on_request=True,
        budgets={"scale_ups": 1, "expectation_expiries": 1},
        properties=SIZE,
        caches=_LAGGING,
        nodes=1,
        traffic=False,
        spare_pods=lambda _: 3,
    ),
    StandardScenario(
        name="controller-restart",
        sentence="the user scales up by one replica; the controller manager restarts, and its lists are up to date",
        on_request=True,
        budgets={"scale_ups": 1, "controller_restarts": 1},
        properties=SIZE,
        caches=_LAGGING,
        nodes=1,
        traffic=False,
        spare_pods=lambda _: 3,
    ),
    StandardScenario(
        name="stale-restart",
        sentence="the user scales up by one replica; the controller manager restarts and may list from an API server "
        "whose watch cache is old",
        on_request=True,
        budgets={"scale_ups": 1, "controller_restarts": 1},
        properties=SIZE,
        caches=Caches(replica_set_pods=True, stale_relists=True),
        nodes=1,
        traffic=False,
        spare_pods=lambda _: 3,
    ),
)
