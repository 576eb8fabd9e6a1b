"""Verification: manifests in, verdicts out. What the command line does, as a library."""

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

import msgspec
from msgspec.structs import replace

from checker.results import Progress
from checker.verdict import Outcome, Verdict
from checker.vocabulary import Property, Scenario
from kubeproof.instances import Bound, instance, size_of, sizes_below
from kubeproof.manifests.errors import Note
from kubeproof.manifests.loader import load_sources, read
from kubeproof.naming import slug
from kubeproof.options import Options, UsageError, check_options, memory_size
from kubeproof.runs import Run
from kubeproof.scenarios import ALL, NoSteadyState, build, is_about
from kubeproof.searching import Clock, Decided, Summary, decide, undecided
from kubeproof.standard.catalog import STANDARD
from kubeproof.standard.scenario import StandardScenario
from kubeproof.translation import workloads_of
from kubeproof.workload import Workload

__all__ = ["Cell", "Report", "UsageError", "resume", "verify", "verify_workloads"]


class Cell(msgspec.Struct, frozen=True):
    """One verdict of one workload, the instance of it that was searched, and how the search went."""

    written: Workload
    searched: Workload
    verdict: Verdict
    summary: Summary


class Report(msgspec.Struct, frozen=True):
    """All that one verification found, and how it was told to look; `cut_short` is why there may be more to find."""

    cells: tuple[Cell, ...]
    notes: tuple[Note, ...]
    options: Options
    cut_short: str | None = None

    @property
    def assume(self) -> tuple[str, ...]:
        """The orders between timers that the user vouches for."""
        return self.options.assume

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


ProgressCallback = Callable[[Workload, str, Progress], None]


def verify(
    *paths: str | Path,
    scenarios: Sequence[str] = (),
    properties: Sequence[str] = (),
    assume: Sequence[str] = (),
    memory: int | str | None = None,
    stdin: TextIO | None = None,
    progress: ProgressCallback | None = None,
    checkpoint: Path | None = None,
    **options: Any,
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
    memory
        Bytes that the process may use, or a text such as ``2GiB``; beyond that it goes on on disk.
    checkpoint
        A folder to keep the run in; what was kept there before is gone on with.
    options
        The rest of `kubeproof.options.Options`, whose names are those of the command line.

    Raises
    ------
    BadManifests
        If the manifests cannot be read or are not valid; it lists every error with file, line and remedy.
    UsageError
        If a name or a number makes no sense.
    BadRun, BadCheckpoint
        If what is in `checkpoint` is another run, or cannot be read.
    """
    chosen = Options(
        scenarios=tuple(scenarios),
        properties=tuple(properties),
        assume=tuple(assume),
        memory=memory_size(memory) if isinstance(memory, str) else memory,
        **options,
    )
    check_options(chosen, saved=checkpoint is not None)
    sources = read([str(path) for path in paths], stdin or sys.stdin)
    manifests = load_sources(sources)
    run = None if checkpoint is None else Run.begin(checkpoint, sources, chosen)
    return verify_workloads(workloads_of(manifests, chosen.nodes), manifests.notes, chosen, progress, run)


def resume(folder: Path, progress: ProgressCallback | None = None) -> Report:
    """Go on with a run that is kept in a folder; the result is that of the run without a break.

    Raises
    ------
    BadRun, BadCheckpoint
        If what is in the folder is no run, or cannot be read.
    """
    run = Run.open(folder)
    manifests = load_sources(run.sources)
    return verify_workloads(workloads_of(manifests, run.options.nodes), manifests.notes, run.options, progress, run)


def verify_workloads(
    workloads: Sequence[Workload],
    notes: Sequence[Note],
    options: Options,
    progress: ProgressCallback | None = None,
    run: Run | None = None,
) -> Report:
    """Verify workloads that are already built; `notes` are passed on, `run` keeps what was decided."""
    verification = _Verification(options, progress, run)
    cells = [
        cell
        for number, workload in enumerate(workloads, 1)
        for standard in STANDARD
        if standard.is_for(workload) and _is_chosen(standard, options)
        for cell in verification.of(number, workload, standard)
    ]
    return Report(tuple(cells), tuple(notes), options, verification.cut_short)


class _Verification:
    """What all searches of one verification share."""

    def __init__(self, options: Options, progress: ProgressCallback | None, run: Run | None) -> None:
        self._options = options
        self._progress = progress
        self._run = run
        self._clock = Clock(options.timeout)
        self.cut_short: str | None = None

    def of(self, number: int, written: Workload, standard: StandardScenario) -> Iterator[Cell]:
        """The verdicts of one scenario of one workload, the `number`th."""
        wanted = [
            prop
            for prop in standard.properties
            if is_about(prop, written, standard)
            and (not self._options.properties or prop.name in self._options.properties)
        ]
        for group, bound in (("states", standard.bound), ("runs", standard.convergence)):
            members = [prop for prop in wanted if prop.kind.liveness is (group == "runs")]
            name = f"{number}-{slug(written.name)}.{standard.name}.{group}"
            yield from self._smallest_first(name, written, standard, members, bound)

    def _smallest_first(
        self, name: str, written: Workload, standard: StandardScenario, wanted: Sequence[Property], bound: Bound
    ) -> Iterator[Cell]:
        """The verdicts at the bound; with --deepen, a violation at the smallest size that has one."""
        most = Bound(self._options.replicas or bound.replicas, bound.nodes)
        sizes = sizes_below(written, most) if self._options.deepen else [most]
        cells: dict[str, Cell] = {}
        for size in sizes:
            still_open = [prop for prop in wanted if not _violated(cells.get(prop.name))]
            searched = instance(written, replicas=size.replicas, nodes=size.nodes)
            at = f"{name}.{size.replicas}x{len(searched.nodes)}"
            for cell in self._at_one_size(at, written, searched, standard, still_open):
                cells[cell.verdict.promise.name] = cell
        return (cells[prop.name] for prop in wanted if prop.name in cells)

    def _at_one_size(
        self, name: str, written: Workload, searched: Workload, standard: StandardScenario, wanted: Sequence[Property]
    ) -> Iterator[Cell]:
        try:
            scenario = build(searched, standard, assume=self._options.assume, bounds=size_of(searched, written))
        except NoSteadyState as error:
            scenario = Scenario(standard.name, (), (), tuple(wanted), disturbances=standard.budgets)
            decided = undecided(scenario, str(error))
        else:
            members = tuple(prop for prop in scenario.properties if prop in wanted)
            if not members:
                return
            decided = self._decide(name, written, replace(scenario, properties=members))
        for verdict in decided.verdicts:
            yield Cell(written, searched, verdict, decided.summary)

    def _decide(self, name: str, written: Workload, scenario: Scenario[Any]) -> Decided:
        """Decide a scenario, or take up what was decided about it before."""
        kept = None if self._run is None else self._run.decided(name, scenario)
        if kept is not None:
            return kept
        if self.cut_short == "interrupted":
            return undecided(scenario, "interrupted")
        progress = self._progress
        decided = decide(
            scenario,
            self._options,
            self._clock,
            None if progress is None else lambda now: progress(written, scenario.name, now),
            None if self._run is None else self._run.folder(name),
        )
        self.cut_short = decided.cut_short or self.cut_short
        if self._run is not None and decided.cut_short is None:
            self._run.keep(name, decided)
        return decided


def _is_chosen(standard: StandardScenario, options: Options) -> bool:
    """The scenario is asked for, by its name or among all, or nothing is and it need not be."""
    if not options.scenarios:
        return not standard.on_request
    return standard.name in options.scenarios or ALL in options.scenarios


def _violated(cell: Cell | None) -> bool:
    return cell is not None and cell.verdict.outcome is Outcome.VIOLATED
