"""PodDisruptionBudgets whose status is right."""

from collections.abc import Sequence

from checker.state import Pool
from model.api import objects
from model.api.disruption_budgets import PodDisruptionBudget
from model.cluster import Constants
from model.controllers.disruption.scale import Controllers, PodController
from model.controllers.disruption.sync import sync
from model.rows.disruption_budget import DisruptionBudget, DisruptionBudgetSpec
from model.steady import PodGroup, Start


def steady_disruption_budgets(constants: Constants, start: Start) -> Start:
    """Every budget with the status that its controller has written over what else the cluster begins with."""
    budgets = [_synced(spec, start) for spec in constants.disruption_budgets]
    return Start(pools={"disruption_budgets": Pool.of(budgets)} if budgets else {})
