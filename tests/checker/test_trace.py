"""Saved runs are taken again, or it is said why not."""

from typing import Any

import pytest

from checker.trace import Choice, ReplayFailed, Trace, replay
from checker.vocabulary import Action, Event
from tests.checker import toys


def take(*choices: Choice, initial_index: int = 0, scenario: Any = None) -> Trace:
    return replay(scenario or toys.broken_mutual_exclusion(), initial_index, choices)


def test_a_replay_takes_the_saved_steps() -> None:
    trace = take(Choice("look", {"process": 1}), Choice("look", {"process": 0}), Choice("enter", {"process": 1}))
    rooms: list[Any] = trace.states
    assert [[process.at.value for process in room.processes] for room in rooms] == [
        ["rest", "rest"], ["rest", "door"], ["door", "door"], ["door", "inside"],
    ]  # fmt: skip
    assert trace.offenders(toys.processes_inside) == [1]
    assert trace.offenders(toys.surplus_processes) == []


def test_a_replay_of_nothing_is_the_initial_state() -> None:
    trace = take()
    assert trace.states == [trace.initial]
    assert trace.offenders(toys.falls) == []


def test_a_choice_says_which_successor_was_taken() -> None:
    trace = take(Choice("throw", successor=4), scenario=toys.dice(3))
    last: Any = trace.states[-1]
    assert (last.first, last.second) == (2, 2)


def test_the_last_step_is_what_a_property_of_steps_looks_at() -> None:
    up_and_back = [Choice("increment"), Choice("increment"), Choice("reset")]
    assert take(*up_and_back, scenario=toys.resetting_counter(4)).offenders(toys.falls) == [0]
    assert take(*up_and_back[:2], scenario=toys.resetting_counter(4)).offenders(toys.falls) == []


def test_a_choice_is_named_like_its_event() -> None:
    assert Choice("look", {"process": 1}).name == "look(process=1)"


@pytest.mark.parametrize(
    ("choice", "why"),
    [
        (
            Choice("peek", {"process": 0}),
            r"peek\(process=0\) is not an event of the scenario 'broken mutual exclusion'",
        ),
        (Choice("look", {"process": 7}), r"look\(process=7\) is not an event"),
        (Choice("look", {"person": 0}), r"look\(person=0\) is not an event"),
        (Choice("look"), r"look\(\) is not an event"),
        (Choice("enter", {"process": 1}), r"enter\(process=1\) is not enabled"),
        (Choice("look", {"process": 1}, successor=2), r"look\(process=1\): successor number 2 was taken when saved"),
    ],
)
def test_a_step_that_cannot_be_taken_again_is_told_with_its_number_and_why(choice: Choice, why: str) -> None:
    with pytest.raises(ReplayFailed, match=f"^step 2: {why}") as failed:
        take(Choice("look", {"process": 0}), choice)
    assert failed.value.step == 2


@pytest.mark.parametrize("successor", [-1, -2])
def test_successors_are_counted_from_zero(successor: int) -> None:
    with pytest.raises(ReplayFailed):
        take(Choice("look", {"process": 0}, successor=successor))


@pytest.mark.parametrize("initial_index", [1, -1])
def test_an_unknown_initial_state_is_step_zero(initial_index: int) -> None:
    with pytest.raises(ReplayFailed, match=r"^step 0: the scenario has 1 initial states") as failed:
        take(initial_index=initial_index)
    assert failed.value.step == 0


def test_a_full_pool_ends_the_successors() -> None:
    scenario = toys.queue(4, slots=1)
    issued = Choice("issue")
    with pytest.raises(ReplayFailed, match=r"issue\(\) is not enabled"):
        take(issued, issued, scenario=scenario)
    full = take(issued, scenario=scenario).states[-1]
    assert list(Event(Action(toys.issue), {}).possible(full)) == []
