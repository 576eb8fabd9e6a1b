"""What may happen to Deployments that a HorizontalPodAutoscaler scales."""

from collections.abc import Mapping
from itertools import product

from checker.vocabulary import Property
from kubeproof.instances import Bound
from kubeproof.kinds.autoscaler_instances import LONGEST, SYNC_PERIOD
from kubeproof.standard.scenario import StandardScenario
from kubeproof.workload import Workload
from model.controllers.horizontalpodautoscaler.actions import autoscaler_syncs, metrics_server_measures
from model.disturbances import load
from properties.autoscaler_converges import autoscalers_not_as_wanted
from properties.autoscaler_settles import autoscalers_that_do_not_settle
from properties.autoscaler_shrinking import autoscalers_that_shrink_blindly, autoscalers_that_shrink_too_fast
from properties.autoscaler_size import autoscalers_out_of_bounds, sizes_taken_from_autoscalers
from properties.eventually_stable import deployments_not_as_wanted, replica_sets_not_as_wanted

BOUNDS: tuple[Property, ...] = (autoscalers_out_of_bounds,)
RATES: tuple[Property, ...] = (autoscalers_that_shrink_too_fast,)
CONVERGENCE: tuple[Property, ...] = (
    autoscalers_not_as_wanted,
    autoscalers_that_do_not_settle,
    deployments_not_as_wanted,
    replica_sets_not_as_wanted,
)
PROMISES: tuple[Property, ...] = (*BOUNDS, *RATES, *CONVERGENCE)

NEEDS: Mapping[str, str] = {
    **dict.fromkeys(
        (prop.name for prop in (*BOUNDS, autoscalers_not_as_wanted, autoscalers_that_do_not_settle)),
        "a HorizontalPodAutoscaler",
    ),
    autoscalers_that_shrink_too_fast.name: "a HorizontalPodAutoscaler with spec.behavior",
    autoscalers_that_shrink_blindly.name: "an outage of the metrics API",
    sizes_taken_from_autoscalers.name: "a HorizontalPodAutoscaler and a manifest that says replicas",
}

_SYNCS = frozenset({"load_changes", "metrics_outages", "reapplies", "controller_restarts"})
SET_GOING_BY: Mapping[str, frozenset[str]] = {
    load.load_changes.__name__: frozenset({"load_changes"}),
    load.metrics_fail.__name__: frozenset({"metrics_outages"}),
    load.metrics_return.__name__: frozenset({"metrics_outages"}),
    load.user_reapplies_manifest.__name__: frozenset({"reapplies"}),
    autoscaler_syncs.__name__: _SYNCS,
    metrics_server_measures.__name__: _SYNCS,
}

_NEEDS = "a Deployment with a HorizontalPodAutoscaler"
ASSUMPTIONS: tuple[str, ...] = (
    "every metric follows one load, which the ready Pods share evenly; starting takes nothing of what is measured",
    "a Pod that has become ready is measured before the second sync after that",
    f"autoscalers sync every {SYNC_PERIOD} seconds, and their windows and periods are as long as they are written, or "
    f"{LONGEST} syncs in proportion",
)


def autoscaled(workload: Workload) -> bool:
    """Some Deployment of it has an autoscaler."""
    return bool(workload.autoscalers)


def behaves(workload: Workload) -> bool:
    """Some autoscaler of it has scaling policies of its own."""
    return any(each.autoscaler.behavior is not None for each in workload.autoscalers)


def reappliable(workload: Workload) -> bool:
    """The manifest of an autoscaled Deployment says replicas."""
    return any(each.written_replicas is not None for each in workload.autoscalers)


def fewest(workload: Workload) -> tuple[tuple[int, ...], ...]:
    """What is autoscaled at its smallest."""
    return (tuple(sizes[0] for sizes in _sizes(workload)),)


def any_size(workload: Workload) -> tuple[tuple[int, ...], ...]:
    """What is autoscaled at any size that it may have."""
    return tuple(product(*_sizes(workload)))


def _sizes(workload: Workload) -> list[range]:
    """The sizes that each Deployment may have."""
    found = []
    for deployment in workload.deployments:
        ranges = [
            range(each.autoscaler.min_replicas, each.autoscaler.max_replicas + 1)
            for each in workload.autoscalers
            if each.target == deployment.name
        ]
        found.append(ranges[0] if ranges else range(deployment.replicas, deployment.replicas + 1))
    return found


def at_most(workload: Workload) -> int:
    """How many Pods more than written there are when everything is at its largest."""
    return sum(sizes[-1] for sizes in _sizes(workload)) - workload.replicas


def replaced(workload: Workload) -> int:
    """As `at_most`, while those of the largest size that the smallest has no need of are still terminating."""
    return at_most(workload) + sum(sizes[-1] - sizes[0] for sizes in _sizes(workload))


SCENARIOS: tuple[StandardScenario, ...] = (
    StandardScenario(
        name="load-rise",
        sentence="the load on what is autoscaled, at its smallest, changes once",
        needs=_NEEDS,
        applies=autoscaled,
        budgets={"load_changes": 1},
        replicas=4,
        nodes=1,
        autoscaled=True,
        traffic=False,
        starts=fewest,
        properties=PROMISES,
        convergence=Bound(3, 1),
        spare_pods=replaced,
        assumptions=ASSUMPTIONS,
    ),
    StandardScenario(
        name="load-swing",
        sentence="the load changes twice, up and down by any amount",
        needs=_NEEDS,
        applies=autoscaled,
        budgets={"load_changes": 2},
        replicas=2,
        nodes=1,
        autoscaled=True,
        traffic=False,
        starts=any_size,
        properties=PROMISES,
        convergence=Bound(3, 1),
        spare_pods=lambda workload: replaced(workload) + 1,
        assumptions=ASSUMPTIONS,
    ),
    StandardScenario(
        name="reapply",
        sentence="the user applies the Deployment's manifest again, with the replicas that it says",
        needs="an autoscaled Deployment whose manifest says replicas",
        applies=reappliable,
        budgets={"reapplies": 1},
        replicas=3,
        nodes=1,
        autoscaled=True,
        traffic=False,
        starts=any_size,
        properties=(*PROMISES, sizes_taken_from_autoscalers),
        convergence=Bound(3, 1),
        spare_pods=replaced,
        assumptions=ASSUMPTIONS,
    ),
    StandardScenario(
        name="metrics-outage",
        sentence="the metrics API fails for a while, and the load changes once, before, meanwhile or after",
        needs=_NEEDS,
        applies=autoscaled,
        budgets={"metrics_outages": 1, "load_changes": 1},
        replicas=2,
        nodes=1,
        autoscaled=True,
        traffic=False,
        starts=any_size,
        properties=(*PROMISES, autoscalers_that_shrink_blindly),
        convergence=Bound(3, 1),
        spare_pods=replaced,
        assumptions=ASSUMPTIONS,
    ),
    StandardScenario(
        name="autoscaler-restart",
        sentence="the controller manager restarts, and the load changes once, before or after",
        needs=_NEEDS,
        applies=autoscaled,
        budgets={"controller_restarts": 1, "load_changes": 1},
        replicas=4,
        nodes=1,
        autoscaled=True,
        traffic=False,
        starts=any_size,
        properties=PROMISES,
        convergence=Bound(3, 1),
        spare_pods=replaced,
        assumptions=ASSUMPTIONS,
    ),
    StandardScenario(
        name="load-rise-rollout",
        on_request=True,
        sentence="the user applies a new image, and the load changes once, before, meanwhile or after",
        needs=_NEEDS,
        applies=autoscaled,
        budgets={"image_updates": 1, "load_changes": 1},
        revisions=2,
        replicas=2,
        nodes=1,
        autoscaled=True,
        traffic=False,
        starts=fewest,
        properties=PROMISES,
        convergence=Bound(2, 1),
        spare_pods=lambda workload: replaced(workload) + 1,
        assumptions=ASSUMPTIONS,
    ),
)
