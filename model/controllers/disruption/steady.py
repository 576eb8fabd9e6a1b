"""PodDisruptionBudgets whose status is right."""

from checker.state import Pool
from model.cluster import Cluster, Constants
from model.controllers.disruption.actions import disruption_controller_syncs
from model.rows.disruption_budget import DisruptionBudget
from model.steady import Start


def steady_disruption_budgets(constants: Constants) -> Start:
    """Every budget as a user has just created it; `synced` gives it its status."""
    new = DisruptionBudget(current_healthy=0, desired_healthy=0, expected_pods=0, disruptions_allowed=0, observed=False)
    return Start(pools={"disruption_budgets": Pool.of(new for _ in constants.disruption_budgets)})


def synced(state: Cluster) -> Cluster:
    """The cluster with the status of every budget as its controller writes it."""
    for slot in range(state.disruption_budgets.capacity):
        state = next(disruption_controller_syncs(state, slot), state)
    return state
