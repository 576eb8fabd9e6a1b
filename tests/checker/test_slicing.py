"""Traces are explained: by hand on toys, and by taking the needed steps alone on random systems."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.plain import plain_search
from checker.slicing import Change, Explanation, NotTaken, explain
from checker.state import BoundReached, State
from checker.trace import Choice, Step, Trace, enabled, replay
from checker.vocabulary import Action, Kind, Property, Scenario, never, never_step
from tests.checker import toys
from tests.checker.random_systems import random_systems


def explained(scenario: Scenario[Any], prop: Property, *choices: Choice) -> Explanation:
    return explain(scenario, replay(scenario, 0, choices), prop)


def needed(explanation: Explanation) -> list[int]:
    return [number for number, step in enumerate(explanation.steps, 1) if step.needed]


def light(lamp: int) -> Choice:
    return Choice("light", {"lamp": lamp})


INCREMENT, RESET, ISSUE = Choice("increment"), Choice("reset"), Choice("issue")


@never("lamp 1 is lit")
def lamp_1(state: toys.Lamps) -> Iterator[int]:
    """Lamp 1 stays dark."""
    lamp = state.lamps[1]
    if lamp is not None and lamp.lit:
        yield 1


def ticket_in(slot: int) -> Property:
    @never(f"ticket in slot {slot}")
    def taken(state: toys.Queue) -> Iterator[int]:
        ticket = state.tickets[slot]
        if ticket is not None:
            yield ticket.number

    return taken


@never_step("to zero")
def to_zero(before: toys.Counter, after: toys.Counter) -> Iterator[int]:
    """No step leads to zero. Looks only at where the step leads."""
    if after.value == 0:
        yield after.value


# -- slices that are known by heart


def test_a_step_that_nobody_reads_is_not_needed() -> None:
    assert needed(explained(toys.lamps(3), lamp_1, light(0), light(1), light(2))) == [2]


def test_a_value_that_is_overwritten_without_being_read_is_not_needed() -> None:
    explanation = explained(toys.resetting_counter(4), toys.full, INCREMENT, INCREMENT, RESET, INCREMENT)
    assert needed(explanation) == [3, 4]


def test_a_property_of_steps_depends_on_both_of_its_states() -> None:
    choices = [INCREMENT, INCREMENT, RESET, INCREMENT, RESET]
    assert needed(explained(toys.resetting_counter(4), toys.falls, *choices)) == [3, 4, 5]


def test_a_last_step_depends_on_what_makes_it_a_step_at_all() -> None:
    assert needed(explained(toys.resetting_counter(4), to_zero, INCREMENT, RESET)) == [1, 2]


def test_a_guard_is_part_of_what_a_step_reads() -> None:
    take = [Choice("take_left_fork", {"philosopher": 0}), Choice("take_right_fork", {"philosopher": 0})]
    lay = Choice("lay_down_forks", {"philosopher": 0})
    again = Choice("take_left_fork", {"philosopher": 1})
    explanation = explained(toys.dining_philosophers(3), _held_by(1), *take, lay, again)
    assert needed(explanation) == [1, 2, 3, 4]  # the fork between them was taken and laid down
    assert needed(explained(toys.dining_philosophers(3), _held_by(1), take[0], again)) == [2]


def _held_by(philosopher: int) -> Property:
    @never("holds a fork")
    def holds(state: toys.Table) -> Iterator[int]:
        row = state.philosophers[philosopher]
        if row is not None and row.held:
            yield philosopher

    return holds


def test_a_row_that_is_created_depends_on_whoever_filled_the_slots_before_it() -> None:
    serve = Choice("serve", {"ticket": 0})
    assert needed(explained(toys.queue(3, slots=2), ticket_in(1), ISSUE, ISSUE, serve)) == [1, 2]
    assert needed(explained(toys.queue(3, slots=2), ticket_in(1), ISSUE, serve, ISSUE)) == []
    assert needed(explained(toys.queue(3, slots=2), ticket_in(0), ISSUE, serve, ISSUE)) == [1, 2, 3]


def test_a_yield_that_changes_nothing_is_no_step_but_its_reads_count() -> None:
    scenario = Scenario("two numbers", (Two(),), (Action(set_second), Action(set_first)))
    explanation = explained(scenario, first_is_set, Choice("set_second"), Choice("set_first"))
    assert needed(explanation) == [1, 2]


class Two(State, frozen=True):
    first: int = 0
    second: int = 0


def set_second(state: Two) -> Iterator[Two]:
    yield state.set(second=1)


def set_first(state: Two) -> Iterator[Two]:
    yield state.set(first=0)
    if state.second:
        yield state.set(first=1)


def set_second_to_2(state: Two) -> Iterator[Two]:
    yield state.set(second=2)


def set_both(state: Two) -> Iterator[Two]:
    yield state.set(first=1, second=1)


def only_set_first(state: Two) -> Iterator[Two]:
    yield state.set(first=1)


@never("first is set")
def first_is_set(state: Two) -> Iterator[int]:
    if state.first:
        yield state.first


@never_step("second stays")
def second_stays(before: Two, after: Two) -> Iterator[int]:
    if before.second == after.second:
        yield after.second


def derailing(explanation: Explanation) -> list[dict[str, bool]]:
    """For each step the alternatives and whether they derail."""
    return [
        {alternative.step.choice.name: alternative.derails for alternative in step.alternatives}
        for step in explanation.steps
    ]


def test_derived_functions_are_seen_through() -> None:
    choices = [Choice(action, {"process": process}) for action in ("look", "enter") for process in (0, 1)]
    explanation = explained(toys.broken_mutual_exclusion(3), toys.surplus_processes, *choices)
    assert needed(explanation) == [1, 2, 3, 4]
    assert explanation.facts == (
        Change("processes[0].at", toys.At.REST, toys.At.INSIDE),
        Change("processes[1].at", toys.At.REST, toys.At.INSIDE),
    )


# -- what is provided to whom


def test_it_is_said_who_reads_what_a_step_provides() -> None:
    choices = [Choice(action, {"process": process}) for action in ("look", "enter") for process in (0, 1)]
    first, *_, last = explained(toys.broken_mutual_exclusion(), toys.surplus_processes, *choices).steps
    [provided] = first.provides
    assert provided.change == Change("processes[0].at", toys.At.REST, toys.At.DOOR)
    assert (first.readers, first.property_reads) == ((3,), False)
    assert (last.readers, last.property_reads) == ((), True)


def test_fields_of_an_empty_slot_are_none_and_the_slot_itself_says_whether_it_is_taken() -> None:
    step, _ = explained(toys.queue(3, slots=2), ticket_in(1), ISSUE, ISSUE).steps
    assert [provided.change for provided in step.provides] == [
        Change("issued", 0, 1),
        Change("tickets[0]", False, True),
    ]
    assert explained(toys.queue(3, slots=2), ticket_in(1), ISSUE, ISSUE).facts == (
        Change("tickets[1]", False, True),
        Change("tickets[1].number", None, 2),
    )


# -- what could have been done instead


def test_every_other_step_is_an_alternative_and_what_only_comes_earlier_derails_nothing() -> None:
    explanation = explained(toys.lamps(3), lamp_1, light(0), light(1))
    assert derailing(explanation) == [{"light(lamp=1)": False, "light(lamp=2)": False}, {"light(lamp=2)": False}]


def test_an_alternative_derails_if_a_needed_step_cannot_be_taken_after_it() -> None:
    first, second = (Choice("lock", {"process": process}) for process in (0, 1))
    [step] = explained(toys.mutual_exclusion(), toys.processes_inside, first).steps
    [alternative] = step.alternatives
    assert (alternative.step.choice, alternative.derails) == (second, False)  # somebody is inside all the same
    [step] = explained(toys.mutual_exclusion(), _inside(0), first).steps
    [alternative] = step.alternatives
    assert (alternative.step.choice, alternative.derails) == (second, True)


def _inside(process: int) -> Property:
    @never(f"process {process} inside")
    def inside(state: toys.Room) -> Iterator[int]:
        row = state.processes[process]
        if row is not None and row.inside:
            yield process

    return inside


def test_an_alternative_derails_if_nothing_offends_at_the_end() -> None:
    explanation = explained(toys.resetting_counter(3), toys.full, INCREMENT, INCREMENT, INCREMENT)
    assert derailing(explanation) == [{}, {"reset()": True}, {"reset()": True}]


def test_an_alternative_that_is_one_of_the_needed_steps_only_comes_earlier() -> None:
    @never("two lamps")
    def two_lamps(state: toys.Lamps) -> Iterator[int]:
        if sum(lamp.lit for lamp in state.lamps) == 2:
            yield 2

    explanation = explained(toys.lamps(2), two_lamps, light(0), light(1))
    assert derailing(explanation) == [{"light(lamp=1)": False}, {}]


def test_the_steps_that_remain_are_taken_by_the_same_yield() -> None:
    scenario = Scenario("two numbers", (Two(),), tuple(map(Action, (set_second, set_first, set_second_to_2))))
    explanation = explained(scenario, first_is_set, Choice("set_second"), Choice("set_first"))
    assert derailing(explanation) == [{"set_second_to_2()": False}, {"set_second_to_2()": False}]


def test_a_step_that_changes_nothing_any_more_is_not_looked_at() -> None:
    scenario = Scenario("two numbers", (Two(),), tuple(map(Action, (only_set_first, set_both))))
    explanation = explained(scenario, second_stays, Choice("only_set_first"))
    assert derailing(explanation) == [{"set_both()": True}]


def test_an_alternative_derails_if_a_step_reaches_a_bound_after_it() -> None:
    def fill(state: toys.Queue) -> Iterator[toys.Queue]:
        yield state.create("tickets", toys.Ticket(0)).create("tickets", toys.Ticket(0))

    @never("issued")
    def issued(state: toys.Queue) -> Iterator[int]:
        if state.issued:
            yield state.issued

    queue = toys.queue(1, slots=2)
    scenario = Scenario("queue", queue.initial, (*queue.actions, Action(fill)))
    assert derailing(explained(scenario, issued, ISSUE)) == [{"fill()": True}]


def test_another_successor_of_the_same_event_is_an_alternative() -> None:
    [step] = explained(toys.dice(2), _thrown(), Choice("throw", successor=3)).steps
    assert [alternative.step.choice.successor for alternative in step.alternatives] == [0, 1, 2]


def _thrown() -> Property:
    @never("thrown")
    def thrown(state: toys.Dice) -> Iterator[int]:
        if state.first:
            yield state.first

    return thrown


# -- traces that are none


def test_a_step_that_its_event_cannot_take_is_refused() -> None:
    scenario = toys.counter(3)
    trace = replay(scenario, 0, [INCREMENT])
    [step] = trace.steps
    broken = Trace(0, trace.initial, (Step(step.event, Choice("increment", successor=5), step.state),))
    with pytest.raises(NotTaken, match=r"has only 1 successors here, not a number 5"):
        explain(scenario, broken, toys.full)


def test_an_empty_trace_is_explained_by_nothing() -> None:
    assert explained(toys.resetting_counter(2), toys.falls) == Explanation(toys.falls, (), ())
    assert explained(toys.resetting_counter(2), toys.full) == Explanation(toys.full, (), ())


# -- random systems


def safety(scenario: Scenario[Any]) -> list[Property]:
    """The properties that one state or one step decides."""
    return [prop for prop in scenario.properties if prop.kind in (Kind.NEVER, Kind.NEVER_STEP, Kind.SOMETIMES)]


many = settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def runs(draw: st.DrawFn) -> tuple[Scenario[Any], Trace]:
    """A random system and a random run of it."""
    scenario = draw(random_systems())
    trace = Trace(0, scenario.initial[0])
    for _ in range(draw(st.integers(1, 12))):
        steps = list(enabled(scenario, trace.states[-1]))
        if not steps:
            break
        trace = trace.then(draw(st.sampled_from(steps)))
    return scenario, trace


def after(trace: Trace, start: Sequence[State], numbers: Sequence[int]) -> list[State]:
    """`start`, and the states after it as long as these steps of the trace can be taken, each by the same yield."""
    states = list(start)
    for number in numbers:
        event = trace.steps[number - 1].event
        which = _yield_number(trace.states[number - 1], trace.steps[number - 1])
        try:
            states.append(next(itertools.islice(event.action.function(states[-1], **event.slots), which, None)))
        except (StopIteration, BoundReached):
            break
    return states


def _yield_number(before: State, step: Step) -> int:
    """Which of all yields was taken; `successor` does not count those that change nothing."""
    changing = -1
    for number, after in enumerate(step.event.action.function(before, **step.event.slots)):
        changing += after != before
        if changing == step.choice.successor:
            return number
    raise AssertionError("the step was not taken")


def offenders(prop: Property, states: Sequence[State]) -> list[Any]:
    return prop.offenders(*states[-2:]) if prop.kind is Kind.NEVER_STEP else prop.offenders(states[-1])


@given(runs())
@many
def test_the_needed_steps_alone_lead_to_the_same_offenders(run: tuple[Scenario[Any], Trace]) -> None:
    scenario, trace = run
    for prop in safety(scenario):
        if trace.steps:
            numbers = needed(explain(scenario, trace, prop))
            alone = after(trace, [trace.initial], numbers)
            assert len(alone) == len(numbers) + 1
            assert offenders(prop, alone) == trace.offenders(prop)


@given(runs())
@settings(many, max_examples=100)
def test_an_alternative_derails_exactly_if_the_needed_steps_that_remain_lead_elsewhere(
    run: tuple[Scenario[Any], Trace],
) -> None:
    scenario, trace = run
    for prop in safety(scenario):
        explanation = explain(scenario, trace, prop)
        offends = bool(trace.offenders(prop))
        for number, step in enumerate(explanation.steps, 1):
            rest = [other for other in needed(explanation) if other >= number]
            for alternative in step.alternatives:
                same = [other for other in rest if trace.steps[other - 1].choice == alternative.step.choice][:1]
                start = [trace.states[number - 1], alternative.step.state]
                runs = [after(trace, start, steps) for steps in (rest, [each for each in rest if each not in same])]
                assert alternative.derails == (offends and not any(offends_on_the_way(prop, run) for run in runs))


def offends_on_the_way(prop: Property, states: Sequence[State]) -> bool:
    changing = [state for state, _ in itertools.groupby(states)]
    return any(offenders(prop, changing[:length]) for length in range(2, len(changing) + 1))


@given(random_systems())
@many
def test_every_step_of_a_shortest_counterexample_is_needed(scenario: Scenario[Any]) -> None:
    found = plain_search(scenario, max_states=300).found
    for prop in safety(scenario):
        if prop.name in found:
            explanation = explain(scenario, replay(scenario, *found[prop.name]), prop)
            assert needed(explanation) == list(range(1, len(explanation.steps) + 1))


@given(runs())
@many
def test_what_a_step_provides_is_what_it_changed(run: tuple[Scenario[Any], Trace]) -> None:
    scenario, trace = run
    for prop in safety(scenario):
        for step in explain(scenario, trace, prop).steps:
            assert step.needed == bool(step.readers or step.property_reads)
            assert all(provided.change.before != provided.change.after for provided in step.provides)
