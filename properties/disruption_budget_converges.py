"""Eventually stable reconciliation of PodDisruptionBudgets: the status comes to say what is."""

from collections.abc import Iterator

from checker.vocabulary import eventually_always
from model.cluster import Cluster
from model.controllers.disruption.actions import computed_status, stored_status


@eventually_always("disruption_budget_converges")
def budgets_with_a_wrong_status(state: Cluster) -> Iterator[str]:
    """In the end a budget's status is of its present spec and counts the Pods that there are.

    It never does where the number of expected Pods cannot be told: no disruption is allowed then.
    Relied on by every eviction.
    Source: https://kubernetes.io/docs/tasks/run-application/configure-pdb/#arbitrary-controllers-and-selectors
    """
    for slot, budget in state.disruption_budgets.items():
        name = f"PodDisruptionBudget {state.constants.disruption_budgets[slot].name}"
        status = computed_status(state, slot)
        if status is None:
            yield f"{name}: how many Pods to expect cannot be told: no disruption is allowed"
        elif not budget.observed:
            yield f"{name}: its status is of an older spec"
        elif status != stored_status(budget):
            allowed = status.disruptions_allowed
            yield f"{name}: its status allows {budget.disruptions_allowed} disruptions, not {allowed}"
