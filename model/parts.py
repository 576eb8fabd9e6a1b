"""Parts of the next-state relation: an action, and which clusters have it."""

from collections.abc import Callable

import msgspec

from checker.vocabulary import Action, ActionFunction, disturbance, slot_parameters
from model.cluster import Cluster
from model.rows.pod_template import PodTemplate

Present = Callable[[Cluster], bool]


class Part(msgspec.Struct, frozen=True):
    """An action, and whether the scenario that begins with a state has it."""

    action: Action
    present: Present


def component(present: Present, *functions: ActionFunction) -> tuple[Part, ...]:
    """What a component does, where it is `present`."""
    return tuple(Part(Action(function), present) for function in functions)


def budgeted(budget: str, function: ActionFunction) -> Part:
    """A disturbance, where it may happen at all and there is what it happens to; `budget` is a field of `Cluster`."""
    pools = tuple(slot_parameters(function).values())
    return Part(
        disturbance(function),
        lambda state: getattr(state, budget) > 0 and all(getattr(state, pool).capacity > 0 for pool in pools),
    )


def some(pool: str) -> Present:
    """Clusters that can have objects of a kind, by the name of its pool."""
    return lambda state: getattr(state, pool).capacity > 0


def some_template(holds: Callable[[PodTemplate], bool]) -> Present:
    """Clusters with such a Pod template."""
    return lambda state: any(holds(template) for template in state.constants.templates)
