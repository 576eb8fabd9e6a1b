"""Every standard scenario, what each promise needs, and what sets the components' actions going: one line a module."""

from collections.abc import Mapping
from types import ModuleType

from checker.vocabulary import Property
from kubeproof.standard import (
    autoscaler,
    cron_job,
    daemon_set,
    deletion,
    deployment,
    drain,
    job,
    nodes,
    promises,
    replica_set,
    stateful_set,
    volume,
)
from kubeproof.standard.scenario import StandardScenario

_MODULES: tuple[ModuleType, ...] = (
    deployment,
    replica_set,
    nodes,
    stateful_set,
    daemon_set,
    volume,
    deletion,
    cron_job,
    drain,
    job,
    autoscaler,
)
STANDARD: tuple[StandardScenario, ...] = tuple(scenario for module in _MODULES for scenario in module.SCENARIOS)
_ALL: Mapping[str, Property] = {prop.name: prop for standard in STANDARD for prop in standard.properties}
PROPERTIES: tuple[Property, ...] = tuple(sorted(_ALL.values(), key=lambda prop: prop.kind.liveness))
"""Every promise: those of states and steps first."""
PROPERTY_NEEDS: Mapping[str, str] = {
    name: need for module in (promises, *_MODULES) for name, need in module.NEEDS.items()
}
SET_GOING_BY: Mapping[str, frozenset[str]] = {
    action: budgets for module in (promises, *_MODULES) for action, budgets in module.SET_GOING_BY.items()
}
"""Action -> the disturbances of which one at least must be possible, by the names of their budgets."""
