"""The words for every kind: one line a module."""

from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any

from kubeproof.naming import Names
from kubeproof.words import (
    autoscaler,
    cron_job,
    daemon_set,
    deletion,
    deployment,
    disruption_budget,
    job,
    namespace,
    nodes,
    stateful_set,
)
from model.cluster import Cluster

_TOLD: tuple[ModuleType, ...] = (
    deployment,
    stateful_set,
    daemon_set,
    cron_job,
    autoscaler,
    disruption_budget,
    job,
    namespace,
    deletion,
)
_MODULES = (*_TOLD, nodes)

FACTS: tuple[Callable[[Cluster], Iterator[tuple[tuple[str, str], tuple[str, ...]]]], ...] = tuple(
    module.facts for module in _TOLD
)
"""What there is to say about objects of other kinds: one function a kind."""
ACTORS: Mapping[str, str] = {prefix: actor for module in _MODULES for prefix, actor in module.ACTORS.items()}
"""Who acts, by the first words of an action's name."""
REASONS: Mapping[str, Callable[[Any, Any, Names], str]] = {
    name: reason for module in _MODULES for name, reason in module.REASONS.items()
}
"""Promise -> says why one offender offends, at the end of these states."""
