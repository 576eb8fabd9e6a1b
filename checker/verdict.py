"""Verdicts: what was shown about a property, in what bounds, and nothing more."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

import msgspec

from checker.explored import Explored
from checker.results import Found, Limits, Progress, SearchResult
from checker.search import search
from checker.trace import Lasso, Step, Trace
from checker.vocabulary import Event, Kind, Property, Scenario


class Outcome(Enum):
    """What a verdict says."""

    HOLDS = "holds"
    """Shown exhaustively, within the listed bounds; for `sometimes`: a witness was found."""
    VIOLATED = "violated"
    """A trace (for a liveness property, with a cycle) shows an offender; it was replayed in the plain run."""
    UNREACHED = "unreached"
    """A `sometimes` that no reachable state satisfies."""
    INCONCLUSIVE = "inconclusive"
    """A limit was hit first."""


class Verdict(msgspec.Struct, frozen=True):
    """The answer for one property in one scenario.

    `reason` says why an inconclusive verdict is one. `trace` is the shortest trace to an offender (or witness), or one
    with fewer disturbances. The numbers are those of the whole search; for a violation those at the moment when it was
    found. `notes` says how states were counted, and what else to know.

    For a liveness property, `fairness` says in words which runs count. If it is violated,
    `cycle` has the steps that are repeated forever after `trace` (none: nothing happens any more), and `starved` the
    events that are enabled somewhere on the cycle and never taken, which their fairness allows.
    """

    promise: Property
    scenario: str
    outcome: Outcome
    bounds: Mapping[str, int | str]
    disturbances: Mapping[str, int]
    assumptions: tuple[str, ...]
    states: int
    transitions: int
    depth: int
    seconds: float
    collision_probability: float
    reason: str | None = None
    trace: Trace | None = None
    cycle: tuple[Step, ...] | None = None
    starved: tuple[Event, ...] = ()
    fairness: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def offenders(self) -> list[Any]:
        """What the property names at the end of the trace."""
        return self.trace.offenders(self.promise) if self.trace else []

    @property
    def lasso(self) -> Lasso | None:
        """The run without end that breaks a liveness property."""
        return Lasso(self.trace, self.cycle) if self.trace is not None and self.cycle is not None else None


class Checked(msgspec.Struct, frozen=True):
    """One scenario's verdicts, in the order of its safety properties, and the search that they come from."""

    scenario: Scenario[Any]
    verdicts: tuple[Verdict, ...]
    search: SearchResult


def check(
    scenario: Scenario[Any],
    *,
    symmetry: bool = True,
    limits: Limits = Limits(),  # noqa: B008  a frozen value
    progress: Callable[[Progress], None] | None = None,
) -> Checked:
    """Search a scenario and say what that shows about each of its properties of states and steps."""
    searched = msgspec.structs.replace(scenario, properties=scenario.safety_properties)
    return verdicts(scenario, search(searched, symmetry=symmetry, limits=limits, progress=progress))


def verdicts(scenario: Scenario[Any], result: SearchResult) -> Checked:
    """What a search or a simulation shows about each property of states and steps."""
    return Checked(scenario, tuple(_verdict(scenario, prop, result) for prop in scenario.safety_properties), result)


def with_fewer_disturbances(found: tuple[Verdict, ...], again: SearchResult) -> tuple[Verdict, ...]:
    """The verdicts, with the traces of another search (`checker.search.Order.DISTURBANCES`) where they have fewer."""
    return tuple(_with_fewer_disturbances(verdict, again.found.get(verdict.promise.name)) for verdict in found)


def _with_fewer_disturbances(verdict: Verdict, other: Found | None) -> Verdict:
    if verdict.trace is None or other is None or other.trace.disturbances >= verdict.trace.disturbances:
        return verdict
    return msgspec.structs.replace(verdict, trace=other.trace, depth=len(other.trace.steps))


def _verdict(scenario: Scenario[Any], prop: Property, result: SearchResult) -> Verdict:
    found = result.found.get(prop.name)
    outcome, reason = _outcome(prop, result)
    return Verdict(
        promise=prop,
        scenario=scenario.name,
        outcome=outcome,
        bounds=scenario.bounds,
        disturbances=scenario.disturbances,
        assumptions=scenario.assumptions,
        states=found.states if found else result.states,
        transitions=found.transitions if found else result.transitions,
        depth=len(found.trace.steps) if found else result.depth,
        seconds=found.seconds if found else result.seconds,
        collision_probability=result.collision_probability,
        reason=reason,
        trace=found.trace if found else None,
        notes=result.notes,
    )


def _outcome(prop: Property, result: SearchResult) -> tuple[Outcome, str | None]:
    if prop.name in result.found:
        return (Outcome.HOLDS if prop.kind is Kind.SOMETIMES else Outcome.VIOLATED), None
    if result.exhausted:
        return (Outcome.UNREACHED if prop.kind is Kind.SOMETIMES else Outcome.HOLDS), None
    return Outcome.INCONCLUSIVE, why_inconclusive(result)


def why_inconclusive(result: SearchResult | Explored) -> str:
    """Which limit or bound kept a search from seeing everything, and how far it was."""
    if result.stopped is not None:
        return f"{result.stopped} ({result.states:,} states, depth {result.depth})"
    return f"bound reached: the pool {', '.join(result.full_pools)} has too few slots"
