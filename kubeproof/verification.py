"""Verification: manifests in, verdicts out. What the command line does, as a library."""

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

import msgspec

from checker.results import Limits, Progress
from checker.verdict import Outcome, Verdict, check
from checker.vocabulary import Property
from kubeproof.instances import instance, size_of
from kubeproof.manifests.errors import Note
from kubeproof.manifests.loader import load
from kubeproof.scenarios import ASSUMPTIONS, PROPERTIES, STANDARD, NoSteadyState, StandardScenario, build
from kubeproof.translation import workloads_of
from kubeproof.workload import Workload

MAX_STATES = 3_000_000
NODES = 2


class UsageError(ValueError):
    """An option names something that does not exist."""


class Cell(msgspec.Struct, frozen=True):
    """One verdict of one workload, and the instance of it that was searched."""

    written: Workload
    searched: Workload
    verdict: Verdict


class Report(msgspec.Struct, frozen=True):
    """All that one verification found."""

    cells: tuple[Cell, ...]
    notes: tuple[Note, ...]
    assume: tuple[str, ...]

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdicts alone."""
        return tuple(cell.verdict for cell in self.cells)

    def verdict(self, promise: str, scenario: str) -> Verdict:
        """The first verdict on a property in a scenario, by their names; KeyError if there is none."""
        for verdict in self.verdicts:
            if (verdict.promise.name, verdict.scenario) == (promise, scenario):
                return verdict
        raise KeyError((promise, scenario))

    @property
    def exit_code(self) -> int:
        """1 if something is violated, else 3 if something is inconclusive, else 0."""
        outcomes = {verdict.outcome for verdict in self.verdicts}
        if Outcome.VIOLATED in outcomes:
            return 1
        return 3 if Outcome.INCONCLUSIVE in outcomes else 0


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How to verify; see `verify`."""

    scenarios: Sequence[str] = ()
    properties: Sequence[str] = ()
    assume: Sequence[str] = ()
    nodes: int = NODES
    replicas: int | None = None
    max_states: int = MAX_STATES
    timeout: float | None = None


ProgressCallback = Callable[[Workload, str, Progress], None]


def verify(
    *paths: str | Path,
    scenarios: Sequence[str] = (),
    properties: Sequence[str] = (),
    assume: Sequence[str] = (),
    nodes: int = NODES,
    replicas: int | None = None,
    max_states: int = MAX_STATES,
    timeout: float | None = None,
    stdin: TextIO | None = None,
    progress: ProgressCallback | None = None,
) -> Report:
    """Verify Kubernetes manifests.

    Parameters
    ----------
    paths
        Files, folders, or ``-`` for `stdin` (standard input by default).
    scenarios, properties
        Names to choose; all that apply by default. See ``kubeproof scenarios`` and ``kubeproof properties``.
    assume
        Names of orders between timers that you vouch for; the verdicts list them.
    nodes
        How many nodes to assume when the manifests have no Node objects.
    replicas
        The most replicas a Deployment that are searched; the scenario's own bound by default.
    max_states
        Distinct states after which one scenario of one workload is inconclusive.
    timeout
        Seconds after which everything that is not decided is inconclusive.

    Raises
    ------
    BadManifests
        If the manifests cannot be read or are not valid; it lists every error with file, line and remedy.
    UsageError
        If a name or a number makes no sense.
    """
    options = Options(
        scenarios=scenarios,
        properties=properties,
        assume=assume,
        nodes=nodes,
        replicas=replicas,
        max_states=max_states,
        timeout=timeout,
    )
    _check(options)
    manifests = load([str(path) for path in paths], stdin or sys.stdin)
    return verify_workloads(workloads_of(manifests, nodes), manifests.notes, options, progress)


def verify_workloads(
    workloads: Sequence[Workload],
    notes: Sequence[Note],
    options: Options,
    progress: ProgressCallback | None = None,
) -> Report:
    """Verify workloads that are already built; `notes` are passed on."""
    deadline = None if options.timeout is None else time.monotonic() + options.timeout
    cells: list[Cell] = []
    interrupted = False
    for workload in workloads:
        for standard in STANDARD:
            if standard.applies(workload) and (not options.scenarios or standard.name in options.scenarios):
                found = _verify_one(workload, standard, options, deadline, interrupted, progress)
                interrupted = interrupted or any("interrupted" in (cell.verdict.reason or "") for cell in found)
                cells.extend(found)
    return Report(tuple(cells), tuple(notes), tuple(options.assume))


def _verify_one(
    written: Workload,
    standard: StandardScenario,
    options: Options,
    deadline: float | None,
    interrupted: bool,
    progress: ProgressCallback | None,
) -> list[Cell]:
    """The verdicts of one scenario of one workload."""
    searched = instance(written, replicas=options.replicas or standard.replicas, nodes=standard.nodes)
    bounds = size_of(searched, written)
    wanted = [prop for prop in standard.properties if not options.properties or prop.name in options.properties]
    if not wanted:
        return []
    try:
        scenario = build(searched, standard, assume=options.assume, bounds=bounds)
    except NoSteadyState as error:
        return [Cell(written, searched, _undecided(prop, standard, str(error))) for prop in wanted]
    scenario = msgspec.structs.replace(
        scenario, properties=tuple(prop for prop in scenario.properties if prop in wanted)
    )
    if interrupted:
        return [Cell(written, searched, _undecided(prop, standard, "interrupted")) for prop in scenario.properties]
    left = None if deadline is None else max(0.0, deadline - time.monotonic())
    checked = check(
        scenario,
        limits=Limits(max_states=options.max_states, timeout=left),
        progress=None if progress is None else lambda now: progress(written, standard.name, now),
    )
    return [Cell(written, searched, verdict) for verdict in checked.verdicts]


def _undecided(prop: Property, standard: StandardScenario, reason: str) -> Verdict:
    return Verdict(
        promise=prop,
        scenario=standard.name,
        outcome=Outcome.INCONCLUSIVE,
        bounds={},
        disturbances=standard.budgets,
        assumptions=(),
        states=0,
        transitions=0,
        depth=0,
        seconds=0.0,
        collision_probability=0.0,
        reason=reason,
    )


def _check(options: Options) -> None:
    """Refuse names that do not exist and numbers that make no sense."""
    known = {
        "scenario": (options.scenarios, [standard.name for standard in STANDARD]),
        "property": (options.properties, [prop.name for prop in PROPERTIES]),
        "assumption": (options.assume, list(ASSUMPTIONS)),
    }
    for what, (names, all_names) in known.items():
        for name in names:
            if name not in all_names:
                raise UsageError(f"no {what} is called {name!r}; there are: {', '.join(all_names)}")
    for what, number in (("nodes", options.nodes), ("replicas", options.replicas), ("max-states", options.max_states)):
        if number is not None and number < 1:
            raise UsageError(f"--{what} must be at least 1, not {number}")
    if options.timeout is not None and options.timeout <= 0:
        raise UsageError(f"--timeout must be more than 0 seconds, not {options.timeout}")
