"""Searches beyond their memory, saved and gone on with, and in other orders see the same states."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.rollout import rollout
from checker import storage
from checker.checkpoint import BadCheckpoint
from checker.kernels import YIELD_BITS
from checker.results import Limits, SearchResult
from checker.search import Order, search
from checker.storage import Disk, History, Level, Visited
from checker.vocabulary import Scenario
from tests.checker import toys

LARGER = rollout((3, 1, 1, 4, 3, 2, 0, 0, 1))
SMALL = rollout((2, 1, 0, 3, 2, 2, 2, 1, 1), drop=["LiveEp"])


def said(result: SearchResult) -> tuple[Any, ...]:
    """What must not depend on how a search was run."""
    lengths = {name: len(found.trace.steps) for name, found in result.found.items()}
    return result.states, result.transitions, result.depth, result.exhausted, result.fired, lengths


class Tight:
    """Every kept byte is one too many."""

    def __init__(self, limit: int) -> None:
        self.room = 1

    def measure(self, kept: int) -> None:
        """Nothing to measure."""


@pytest.mark.parametrize("symmetry", [False, True])
def test_a_search_that_has_to_go_to_disk_for_everything_sees_the_same(
    monkeypatch: pytest.MonkeyPatch, symmetry: bool
) -> None:
    unlimited = search(SMALL, symmetry=symmetry, stop_when_decided=False)
    monkeypatch.setattr("checker.search.Budget", Tight)
    on_disk = search(SMALL, symmetry=symmetry, stop_when_decided=False)
    assert on_disk.spilled
    assert not unlimited.spilled
    assert said(on_disk) == said(unlimited)


def test_traces_are_found_through_history_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = rollout((2, 1, 0, 3, 2, 2, 0, 1, 1))
    expected = search(scenario).found["LiveEp"].trace
    monkeypatch.setattr("checker.search.Budget", Tight)
    assert search(scenario).found["LiveEp"].trace == expected


def test_temporary_files_are_removed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("checker.search.Budget", Tight)
    assert search(SMALL).spilled
    assert not list(tmp_path.iterdir())


def test_a_fingerprint_is_known_whether_in_memory_or_in_a_run(tmp_path: Path) -> None:
    visited = Visited(Disk(tmp_path))
    rng = np.random.default_rng(0)
    keys = np.unique(rng.integers(1, 2**63, 20_000, dtype=np.uint64))
    for part in np.array_split(keys, 10):
        visited.make_room(len(part), 1)
        assert len(visited.insert(part, len(part))) == len(part)
        visited.close_level()
    assert len(visited.runs) > 1
    in_memory = np.isin(keys, visited.keys())
    assert (visited.on_disk(keys) | in_memory).all()
    assert not visited.on_disk(keys + np.uint64(2**63)).any()


def test_what_a_level_has_added_stays_in_memory_until_the_level_is_closed(tmp_path: Path) -> None:
    visited = Visited(Disk(tmp_path))
    old, fresh = np.arange(1, 4001, dtype=np.uint64), np.arange(5001, 6001, dtype=np.uint64)
    visited.make_room(len(old), 10**9)
    visited.insert(old, len(old))
    visited.close_level()
    visited.insert(fresh, len(fresh))
    visited.make_room(10**4, 1)
    assert not visited.on_disk(fresh).any()
    assert visited.on_disk(old).all()
    assert len(visited.insert(fresh, len(fresh))) == 0


def test_chunks_have_the_size_asked_for_and_keep_the_order(tmp_path: Path) -> None:
    level = Level(1)
    for start, stop in ((0, 3), (3, 4), (4, 20), (20, 21)):
        words = np.arange(start, stop, dtype=np.uint64)
        column = np.zeros(len(words), np.int32)
        level.append(words[:, None], words, column, column)
        if start == 3:
            level.spill(Disk(tmp_path))
    chunks = list(level.chunks(6))
    assert [len(chunk) for chunk in chunks] == [6, 6, 6, 3]
    assert np.concatenate(chunks)[:, 0].tolist() == list(range(21))


def test_the_way_to_a_state_is_found_back() -> None:
    history = History()
    column = lambda *numbers: np.array(numbers, np.int32)  # noqa: E731
    history.append(column(-1, -2), column(0, 0))
    history.append(column(1, 0, 1), column(5 << YIELD_BITS, 6 << YIELD_BITS | 3, 7 << YIELD_BITS))
    history.append(column(3), column(9 << YIELD_BITS))
    assert history.path(5) == (0, ((6, 3), (9, 0)))
    assert history.path(1) == (1, ())


# -- orders


@pytest.mark.parametrize("order", [Order.DISTURBANCES, Order.DEPTH])
@pytest.mark.parametrize(
    "scenario", [SMALL, toys.dining_philosophers(4), toys.lamps(6), toys.resetting_counter(4)], ids=lambda s: s.name
)
def test_every_order_sees_the_same_states(order: Order, scenario: Scenario[Any]) -> None:
    breadth, other = search(scenario, stop_when_decided=False), search(scenario, order=order, stop_when_decided=False)
    assert (other.states, other.transitions, other.fired) == (breadth.states, breadth.transitions, breadth.fired)
    assert set(other.found) == set(breadth.found)
    assert other.exhausted


def test_a_depth_limit_is_said_and_cuts_off_what_is_deeper() -> None:
    for order in Order:
        result = search(toys.counter(20), order=order, limits=Limits(max_depth=5), stop_when_decided=False)
        assert (result.states, result.depth, result.stopped) == (6, 5, "max depth")
        assert not result.exhausted


@pytest.mark.parametrize("order", Order)
def test_what_is_not_deeper_than_the_limit_is_visited_whole(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checker.search.SIZE", 1)
    limits = Limits(max_depth=2)
    result = search(toys.lamps(6), symmetry=False, order=order, limits=limits, stop_when_decided=False)
    breadth = search(toys.lamps(6), symmetry=False, limits=limits, stop_when_decided=False)
    assert result.states == breadth.states
    assert result.stopped == "max depth"


def test_the_sample_is_a_trace_to_a_state_of_the_greatest_depth() -> None:
    result = search(toys.counter(9), sample=True, stop_when_decided=False)
    assert result.sample is not None
    assert len(result.sample.steps) == 9
    assert search(toys.counter(9)).sample is None


# -- checkpoints


def test_a_search_that_was_stopped_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("checker.checkpoint._EVERY", -1.0)
    monkeypatch.setattr("checker.checkpoint.Checkpoint.due", True)
    whole = search(SMALL, stop_when_decided=False)
    for number, depth in enumerate((3, 9, 20)):
        part = search(SMALL, stop_when_decided=False, limits=Limits(max_depth=depth), checkpoint=tmp_path / "saved")
        assert part.stopped == "max depth", number
    rest = search(SMALL, stop_when_decided=False, checkpoint=tmp_path / "saved")
    assert said(rest) == said(whole)
    again = search(SMALL, stop_when_decided=False, checkpoint=tmp_path / "saved")
    assert said(again) == said(whole)


def test_a_checkpoint_of_another_scenario_is_refused(tmp_path: Path) -> None:
    search(toys.counter(3), checkpoint=tmp_path)
    with pytest.raises(BadCheckpoint, match="another scenario"):
        search(toys.counter(4), checkpoint=tmp_path)


@pytest.mark.parametrize("content", [b"", b"{}", b"not json", b'{"version": 1}'])
def test_a_checkpoint_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "checkpoint.json").write_bytes(content)
    with pytest.raises(BadCheckpoint, match="Remove the folder"):
        search(toys.counter(3), checkpoint=tmp_path)


KILLED = """
import checker.checkpoint, sys, time
from pathlib import Path
from checker.search import search
from tests.checker.test_storage import LARGER, said
checker.checkpoint.Checkpoint.due = True
save = checker.checkpoint.Checkpoint.save

def slowly(self, **fields):  # so that there are moments enough to be killed in
    time.sleep(0.02)
    save(self, **fields)
    time.sleep(0.02)

checker.checkpoint.Checkpoint.save = slowly
print(said(search(LARGER, symmetry=False, stop_when_decided=False, checkpoint=Path(sys.argv[1]))))
"""


@pytest.mark.slow
def test_a_search_that_is_killed_at_any_moment_goes_on_to_the_same_result(tmp_path: Path) -> None:
    whole = search(LARGER, symmetry=False, stop_when_decided=False)
    rng = np.random.default_rng(1)
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    kills = 0
    for _ in range(60):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
        while process.poll() is None and not any(tmp_path.iterdir()):
            time.sleep(0.001)  # until it has saved something; later rounds find that at once
        time.sleep(float(rng.uniform(0.0, 0.02) if kills == 0 else rng.uniform(0.6, 1.5)))
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            kills += 1
        output, _ = process.communicate()
        if output:
            break
    assert kills > 0
    assert output.strip() == str(said(whole))


def test_the_memory_that_was_used_is_reported() -> None:
    assert search(toys.counter(3)).memory == pytest.approx(storage.memory_used(), rel=0.2)
