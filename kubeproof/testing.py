"""For test suites: Hypothesis state machines that report in the words of ``kubeproof verify``.

>>> from kubeproof.testing import workload_machine  # doctest: +SKIP
>>> TestWeb = workload_machine("web.yaml", "rollout").TestCase  # doctest: +SKIP
"""

import functools
import io
from collections.abc import Sequence
from pathlib import Path

from hypothesis.stateful import RuleBasedStateMachine
from rich.console import Console

from checker.machine import state_machine
from checker.trace import Trace
from checker.vocabulary import Property, Scenario
from kubeproof import reporting
from kubeproof.instances import instance
from kubeproof.manifests.loader import load
from kubeproof.narration import tell
from kubeproof.options import NODES, UsageError
from kubeproof.scenarios import build, standard_scenario
from kubeproof.translation import workloads_of
from model.cluster import Cluster


def workload_machine(
    path: str | Path, scenario: str, *, assume: Sequence[str] = (), nodes: int = NODES
) -> type[RuleBasedStateMachine]:
    """A state machine for one scenario of the first workload in a manifest.

    Raises
    ------
    BadManifests
        If the manifest is not valid.
    UsageError, UnknownName
        If there is no workload, or no scenario of that name.
    """
    workloads = workloads_of(load([str(path)], None), nodes)
    if not workloads:
        raise UsageError(f"{path} has no workload")
    standard = standard_scenario(scenario, workloads[0])
    searched = instance(workloads[0], replicas=standard.replicas, nodes=standard.nodes)
    built = build(searched, standard, assume=assume)
    return state_machine(built, functools.partial(in_words, built))


def in_words(scenario: Scenario[Cluster], trace: Trace, prop: Property) -> str:
    """A trace of a scenario as ``kubeproof verify`` prints it."""
    text = io.StringIO()
    console = Console(file=text, width=120, highlight=False)
    console.print(reporting.story(tell(scenario, trace, prop), prop))
    return text.getvalue()
