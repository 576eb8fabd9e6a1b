"""Why a trace ends as it does: the steps that its end depends on, found from what each step really read and changed.

Every step of the trace, and the property at its end, is run once more on a tracking view, which notes the columns that
it reads: the guards that it passed are part of that. A value that is read was provided by the last step that changed
its column, or by the initial state. A step is needed if the property read what it provided, or a needed step did: the
dynamic backward slice.

What is true of it: the needed steps alone, from the same initial state, by the same yields, lead to a state in which
the property names the same offenders. Each of them reads the values that it read in the trace, because whoever provided
these comes before it in the slice and no step between them changed the column; and a pure function that reads the same
does the same, the property too. So every step of a *shortest* counterexample is needed. A longer trace may keep steps
that one could do without: a value that was read counts, whether or not it made a difference.
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from checker.layout import FieldLayout, Layout
from checker.state import BoundReached, State
from checker.trace import Step, Trace, enabled
from checker.views import Recording, StateView
from checker.vocabulary import Kind, Property, Scenario

Codes = bytes
"""One code per column."""
Sources = dict[int, int]
"""Column -> number of the step that provided its value; 0 is the initial state."""


class Change(msgspec.Struct, frozen=True):
    """A column, as in ``pods[2].phase``, and its values; ``pods[2]`` itself says whether the slot is taken.

    A field of an empty slot is None.
    """

    column: str
    before: Any
    after: Any


class Provided(msgspec.Struct, frozen=True):
    """A change that was read later: by the needed steps `readers` (numbers from 1), by the property, or by both."""

    change: Change
    readers: tuple[int, ...]
    property_reads: bool


class Alternative(msgspec.Struct, frozen=True):
    """A step that could have been taken instead.

    `derails` says that after it the needed steps that remain, by the same yields, do not lead to offenders any more.
    Other steps may still lead there. One that does not derail avoids nothing: a real run with it has offenders.
    """

    step: Step
    derails: bool


class ExplainedStep(msgspec.Struct, frozen=True):
    """What one step of a trace is there for, and what could have been done instead of it."""

    needed: bool
    provides: tuple[Provided, ...]
    alternatives: tuple[Alternative, ...]

    @property
    def readers(self) -> tuple[int, ...]:
        """The needed steps that read something that this one provides."""
        return tuple(sorted({reader for provided in self.provides for reader in provided.readers}))

    @property
    def property_reads(self) -> bool:
        """The property reads something that this step provides."""
        return any(provided.property_reads for provided in self.provides)


class Explanation(msgspec.Struct, frozen=True):
    """A trace explained: its steps, and what the property read in the last state that was not so in the first."""

    promise: Property
    steps: tuple[ExplainedStep, ...]
    facts: tuple[Change, ...]


def explain(scenario: Scenario[Any], trace: Trace, prop: Property) -> Explanation:
    """Say which steps of a run of `scenario` the answer of `prop` at its end depends on.

    Parameters
    ----------
    trace
        Any run, the shortest or not. It need not violate the property: the slice is then that of its not doing so.

    Raises
    ------
    NotTaken
        If a step of the trace is not what its event does.
    ValueError
        If `prop` speaks of whole runs: one state or step does not decide it.
    """
    if prop.kind not in (Kind.NEVER, Kind.NEVER_STEP, Kind.SOMETIMES):
        raise ValueError(f"{prop.name} speaks of whole runs: no single state or step of a trace decides it")
    run = _Run(trace, prop)
    needed = run.needed()
    steps = (
        ExplainedStep(
            needed=number in needed,
            provides=tuple(run.provided(number, needed)) if number in needed else (),
            alternatives=tuple(run.alternatives(scenario, number, needed)),
        )
        for number in range(1, len(trace.steps) + 1)
    )
    return Explanation(prop, tuple(steps), tuple(run.facts()))


class NotTaken(Exception):
    """A step of a trace is not what its event does: another model's trace, or an impure function."""


class _Run:
    """A trace and what was read on the way. Step `number` leads from state `number` - 1 to state `number`.

    `sources[number]` are the columns that a step read, `at_end` those that the property read, with who provided them;
    `yields[number]` says by which yield of its event a step was taken.
    """

    def __init__(self, trace: Trace, prop: Property) -> None:
        self.trace = trace
        self.prop = prop
        self.layout = Layout(trace.initial)
        self.columns = _columns(self.layout)
        self.rows = [_encode(self.layout, state) for state in trace.states]
        self.changed = [frozenset[int](), *(_changed(*pair) for pair in itertools.pairwise(self.rows))]
        self.sources: list[Sources] = [{}]
        self.yields = [0]
        self.at_end: list[Sources] = []
        self.property_columns: frozenset[int] = frozenset()
        self._run()

    def _run(self) -> None:
        before: Sources = {}
        last: Sources = {}
        for number, step in enumerate(self.trace.steps, 1):
            columns, which = _reads_of_step(self.layout, self.rows[number - 1], step)
            self.sources.append(_provided_by(last, columns))
            self.yields.append(which)
            before, last = last, {**last, **dict.fromkeys(self.changed[number], number)}
        self.at_end = self._read_by_property(before, last)

    def _read_by_property(self, before: Sources, last: Sources) -> list[Sources]:
        """Who provided what the property read, one by one for the states that it looks at."""
        if self.prop.kind is not Kind.NEVER_STEP:
            [self.property_columns] = _reads(self.layout, self.prop, self.rows[-1:])
            return [_provided_by(last, self.property_columns)]
        if not self.trace.steps:
            return []
        was, self.property_columns = _reads(self.layout, self.prop, self.rows[-2:])
        # A step that changes nothing is none: it rests on one column not having had its new value before.
        pivot = min(self.changed[-1], key=lambda column: (before.get(column, 0), column))
        itself = {pivot: len(self.trace.steps)}
        return [_provided_by(before, was | {pivot}), _provided_by(last, self.property_columns), itself]

    def needed(self) -> frozenset[int]:
        """The numbers of the steps in the slice."""
        found = {number for sources in self.at_end for number in sources.values()}
        for number in range(len(self.trace.steps), 0, -1):
            if number in found:
                found.update(self.sources[number].values())
        return frozenset(found - {0})

    def provided(self, number: int, needed: frozenset[int]) -> Iterable[Provided]:
        """What a step provides to the needed steps and to the property."""
        for column in sorted(self.changed[number]):
            readers = [reader for reader in sorted(needed) if self.sources[reader].get(column) == number]
            at_end = any(sources.get(column) == number for sources in self.at_end)
            if readers or at_end:
                yield Provided(self._change(column, number - 1, number), tuple(readers), at_end)

    def alternatives(self, scenario: Scenario[Any], number: int, needed: frozenset[int]) -> Iterable[Alternative]:
        """Every other step from the state before the step `number`."""
        rest = [later for later in sorted(needed) if later >= number]
        read = [*self.at_end, *(self.sources[later] for later in rest)]
        offends = bool(self.trace.offenders(self.prop))
        awaited = {column for sources in read for column, source in sources.items() if source < number}
        for other in enabled(scenario, self.trace.states[number - 1]):
            if other.state != self.trace.steps[number - 1].state:
                changes = _changed(self.rows[number - 1], _encode(self.layout, other.state))
                # What changes nothing that is awaited cannot derail anything, for the reason in the module's text.
                derails = offends and not awaited.isdisjoint(changes) and self._derails(number, other, rest)
                yield Alternative(other, derails)

    def _derails(self, number: int, other: Step, rest: Sequence[int]) -> bool:
        """Nothing offends when `other` is taken and then the steps `rest`, nor without it where it is one of them."""
        same = next((later for later in rest if self.trace.steps[later - 1].choice == other.choice), None)
        runs = [rest] if same is None else [rest, [later for later in rest if later != same]]
        start = [self.trace.states[number - 1], other.state]
        return not any(self._offends_after(start, run) for run in runs)

    def _offends_after(self, start: Sequence[State], numbers: Sequence[int]) -> bool:
        """Whether something offends in the last of these states, or on the way when these steps are taken next."""
        states = list(start)
        for number in numbers:
            if self._offends(states):
                return True
            event = self.trace.steps[number - 1].event
            try:
                yielded = event.action.function(states[-1], **event.slots)
                after = next(itertools.islice(yielded, self.yields[number], None), None)
            except BoundReached:
                return False
            if after is None:
                return False
            if after != states[-1]:
                states.append(after)
        return self._offends(states)

    def _offends(self, states: Sequence[State]) -> bool:
        return bool(self.prop.offenders(*(states[-2:] if self.prop.kind is Kind.NEVER_STEP else states[-1:])))

    def facts(self) -> Iterable[Change]:
        """What the property read in the last state that was not so in the first."""
        for column in sorted(self.property_columns):
            if self.rows[0][column] != self.rows[-1][column]:
                yield self._change(column, 0, -1)

    def _change(self, column: int, before: int, after: int) -> Change:
        value = self.columns[column].value
        return Change(self.layout.column_name(column), value(self.rows[before]), value(self.rows[after]))


class _Column(msgspec.Struct, frozen=True):
    """How a column is read: `field` None for the one that says whether its slot, which starts at `slot`, is taken."""

    at: int
    field: FieldLayout | None
    slot: int | None

    def value(self, row: Codes) -> Any:
        """The column's value in a row; None in an empty slot."""
        if self.field is None:
            return bool(row[self.at])
        if self.slot is not None and not row[self.slot]:
            return None
        return self.field.domain.values[row[self.at]]


def _columns(layout: Layout) -> Mapping[int, _Column]:
    columns: dict[int, _Column] = {}

    def add(fields: Iterable[FieldLayout], base: int, slot: int | None) -> None:
        for field in fields:
            for at in range(base + field.offset, base + field.offset + (field.size or 1)):
                columns[at] = _Column(at, field, slot)

    add(layout.scalars.values(), 0, None)
    for pool in layout.pools.values():
        for start in map(pool.start, range(pool.capacity)):
            columns[start] = _Column(start, None, start)
            add(pool.fields.values(), start, start)
    return columns


def _encode(layout: Layout, state: State) -> Codes:
    return bytes(layout.encode(state).tolist())


def _changed(before: Codes, after: Codes) -> frozenset[int]:
    return frozenset(column for column, code in enumerate(before) if code != after[column])


def _provided_by(last: Mapping[int, int], columns: Iterable[int]) -> Sources:
    return {column: last.get(column, 0) for column in columns}


def _recording(layout: Layout) -> Recording:
    """A recording that sees through derived functions, down to the columns that they read."""
    return Recording(
        layout,
        lambda recording, row, function, args, keywords: function(StateView(recording, row), *args, **dict(keywords)),
    )


def _reads(layout: Layout, prop: Property, rows: Sequence[Codes]) -> list[frozenset[int]]:
    """The columns that a property reads, in each of the states that it is given."""
    recordings = [_recording(layout) for _ in rows]
    for _ in prop.function(*map(StateView, recordings, rows)):
        pass
    return [_columns_read(recording) for recording in recordings]


def _columns_read(recording: Recording) -> frozenset[int]:
    return frozenset(column for column, _ in recording.reads)


def _reads_of_step(layout: Layout, row: Codes, step: Step) -> tuple[frozenset[int], int]:
    """The columns that an event reads up to the yield that was taken, and the number of that yield."""
    recording = _recording(layout)
    successors = 0
    for which, after in enumerate(step.event.action.function(StateView(recording, row), **step.event.slots)):
        if any(row[column] != code for column, code in after._writes.items()):
            if successors == step.choice.successor:
                return _columns_read(recording), which
            successors += 1
    raise NotTaken(
        f"{step.choice.name} has only {successors} successors here, not a number {step.choice.successor} (from 0)"
    )
