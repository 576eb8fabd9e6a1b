"""Other checkers find in our encodings of the rollout what is known of it; what they print is read and tabulated."""

import sys
from pathlib import Path

import pytest

from benchmarks.cluster import ClusterRun, row
from benchmarks.cluster import problems as problems_on_the_cluster
from benchmarks.compare import label, plotted, problems
from benchmarks.measuring import Limits, Measurement, measure, printed_values
from benchmarks.peers.checker import Answer, Checker, Unreadable
from benchmarks.peers.ours import Ours
from benchmarks.peers.rumur import Rumur
from benchmarks.peers.spin import Spin
from benchmarks.peers.tlc import Tlc, configuration
from benchmarks.plot import Point, draw
from benchmarks.runs import Cell, Run, disagreements
from benchmarks.sizes import INVARIANTS, SIZES, Size, Task
from benchmarks.tables import report

LIMITS = Limits(seconds=120, memory=4096)


def size(numbers: str, *counts: int, violated: str | None = None, shortest: int | None = None) -> Size:
    """A size by its nine numbers; with a violation, everything else is left out."""
    states, transitions, orbits, orbit_transitions = counts or (None,) * 4
    dropped = tuple(name for name in INVARIANTS if violated and name != violated)
    return Size(
        name=numbers,
        task=Task(tuple(map(int, numbers.split())), dropped),
        states=states,
        transitions=transitions,
        orbits=orbits,
        orbit_transitions=orbit_transitions,
        violated=violated,
        shortest=shortest,
    )


def exhaustive(numbers: str, *counts: int, dropped: str) -> Size:
    """A size whose whole space is visited, although `dropped` does not hold in it."""
    full = size(numbers, *counts)
    return Size(
        **{name: getattr(full, name) for name in full.__struct_fields__} | {"task": Task(full.task.numbers, (dropped,))}
    )


DISTURBED = exhaustive("2 0 1 2 3 1 1 1 1", 5_200, 16_612, 540, 1_703, dropped="LiveEp")
VIOLATED = size("2 1 0 3 2 2 0 1 1", violated="LiveEp", shortest=12)
SMALL = (
    size("1 1 0 2 1 2 0 0 1", 35, 36, 18, 19),
    size("2 1 0 3 2 2 0 0 1", 883, 1_383, 92, 148),
    size("2 1 1 3 2 2 0 0 1", 3_577, 9_069, 333, 844),
    size("2 1 0 3 2 2 1 0 1", 5_605, 14_871, 508, 1_344),
    size("3 1 0 4 1 4 0 0 1", 1_037, 2_348, 98, 222),
    exhaustive("1 1 0 2 2 2 0 0 0", 127, 182, 33, 48, dropped="LiveEp"),
    exhaustive("2 1 0 3 2 2 0 0 0", 1_507, 3_033, 149, 301, dropped="LiveEp"),
    exhaustive("2 1 0 4 2 2 0 0 1", 5_587, 11_724, 163, 345, dropped="PodBound"),
    exhaustive("2 1 0 3 2 2 0 1 1", 8_065, 24_351, 735, 2_211, dropped="LiveEp"),
    exhaustive("2 1 0 3 2 2 2 1 1", 49_345, 221_445, 4_397, 19_691, dropped="LiveEp"),
    DISTURBED,
    size("2 1 0 3 2 2 0 0 0", violated="LiveEp", shortest=27),
    size("2 1 0 4 2 2 0 0 1", violated="PodBound", shortest=20),
    VIOLATED,
)
LARGE = tuple(SIZES[name] for name in "ZAB")
MEDIUM = size("3 1 1 4 2 4 1 0 1", 305_735, 1_270_300, 7_819, 32_519)
FAST = (
    Spin(),
    Spin("-DCOLLAPSE"),
    Spin("-DMA"),
    Spin(breadth_first=True),
    Rumur(threads=1),
    Rumur("heuristic", threads=1),
    Rumur("exhaustive", threads=1),
)
TLC = (Tlc(workers=1), Tlc(symmetric=True, workers=1))
EVERY_CHECKER = pytest.mark.parametrize("checker", [*FAST, *TLC], ids=lambda checker: checker.name)


def by_numbers(value: Size) -> str:
    return f"{value.name}{' violated' if value.violated else ''}"


def asked(checker: Checker, question: Size, directory: Path) -> Answer:
    """Build, run and read, or skip where the checker is not installed."""
    if missing := checker.missing():
        pytest.skip(f"{checker.name} is not installed: {missing}")
    built = checker.build(question, directory)
    measurement = measure(built.command, built.directory, LIMITS)
    assert measurement.ended == "finished"
    return checker.read(measurement.output)


@EVERY_CHECKER
def test_a_checker_finds_in_our_encoding_what_is_known(checker: Checker, tmp_path: Path) -> None:
    assert list(disagreements(DISTURBED, checker, asked(checker, DISTURBED, tmp_path))) == []


@pytest.mark.parametrize(
    "checker", [Spin(breadth_first=True), Rumur(threads=1), Tlc(workers=1)], ids=lambda checker: checker.name
)
def test_a_breadth_first_checker_finds_in_our_encoding_the_shortest_violation(checker: Checker, tmp_path: Path) -> None:
    answer = asked(checker, VIOLATED, tmp_path)
    assert (answer.violated, answer.steps) == ("LiveEp", 12)


@pytest.mark.slow
@EVERY_CHECKER
@pytest.mark.parametrize("known", [*SMALL, *LARGE, MEDIUM], ids=by_numbers)
def test_a_checker_finds_at_every_size_what_is_known(checker: Checker, known: Size, tmp_path: Path) -> None:
    assert list(disagreements(known, checker, asked(checker, known, tmp_path))) == []


@pytest.mark.parametrize("known", [DISTURBED, VIOLATED], ids=by_numbers)
def test_our_own_checker_is_run_and_read_like_the_others(known: Size, tmp_path: Path) -> None:
    assert list(disagreements(known, Ours(), asked(Ours(), known, tmp_path))) == []


PAN_HOLDS = """
(Spin Version 6.5.2 -- 6 December 2019)

State-vector 20 byte, depth reached 49, errors: 0
   972309 states, stored
  3106388 states, matched
  4078697 transitions (= stored+matched)
        0 atomic steps
"""
PAN_VIOLATED = """pan:1: LiveEp violated (at depth 29)
pan: wrote rollout.pml.trail
Warning: Search not completed
State-vector 20 byte, depth reached 31, errors: 1
       63 states, stored
       19 states, matched
       82 transitions (= stored+matched)
"""
RUMUR_HOLDS = """
Progress Report:
\t thread 1: 10000 states explored in 0s, with 14977 rules fired and 1659 states in the queue.
Status:

\tNo error found.

State Space Explored:

\t972309 states, 4078696 rules fired in 4s.
"""
RUMUR_VIOLATED = """
The following is the error trace for the error:

\tinvariant "LiveEp" failed

Startstate 1 fired.
updated:false
----------

Rule "make_ready", p: 1 fired.
pods[pod_slot_1].phase:4
----------

Rule "flap", p: 3 fired.
flaps:0
----------

End of the error trace.

\t1 error(s) found.

State Space Explored:

\t163067 states, 547446 rules fired in 1s.
"""
TLC_HOLDS = """\
Progress(34) at 2026-01-01 13:25:28: 214,206 states generated (214,206 s/min), 75,392 distinct states found, 9 left.
Model checking completed. No error has been found.
360041 states generated, 123663 distinct states found, 0 states left on queue.
The depth of the complete state graph search is 47.
"""
TLC_VIOLATED = """Error: Invariant LiveEp is violated.
Error: The behavior up to this point is:
State 1: <Initial predicate>
/\\ flaps = 1

State 2: <Create("old",p1) line 82, col 5 to line 85, col 18 of module Rollout>
/\\ flaps = 1

4667 states generated, 1392 distinct states found, 337 states left on queue.
"""
OURS_HOLDS = """states       972,309
transitions  4,078,696
depth        48
verdict      holds
seconds      2.67
python calls 16,904 (241 transitions a call)
"""
OURS_VIOLATED = """states       1,507
transitions  3,033
shortest     LiveEp: 27 steps
verdict      violated (LiveEp)
"""


@pytest.mark.parametrize(
    ("checker", "output", "answer"),
    [
        (Spin(), PAN_HOLDS, Answer(972_309, 4_078_696)),
        (Spin(), PAN_VIOLATED, Answer(63, 81, "LiveEp", 29)),
        (Rumur(), RUMUR_HOLDS, Answer(972_309, 4_078_696)),
        (Rumur(), RUMUR_VIOLATED, Answer(163_067, 547_446, "LiveEp", 2)),
        (Tlc(), TLC_HOLDS, Answer(123_663, 360_040)),
        (Tlc(), TLC_VIOLATED, Answer(1_392, 4_666, "LiveEp", 1)),
        (Ours(), OURS_HOLDS, Answer(972_309, 4_078_696)),
        (Ours(), OURS_VIOLATED, Answer(1_507, 3_033, "LiveEp", 27)),
    ],
)
def test_an_answer_is_read_from_what_a_checker_prints(checker: Checker, output: str, answer: Answer) -> None:
    assert checker.read(output) == answer


@pytest.mark.parametrize(
    ("checker", "output"),
    [
        (Spin(), "error: max search depth too small\n" + PAN_HOLDS),
        (Spin(), "pan: out of memory\n" + PAN_HOLDS),
        (Spin(), "1.2345679e+08 states, stored\n 1.5e+09 transitions (= stored+matched)"),
        (Rumur(), "Status:\n"),
        (Tlc(), "Error: Parsing or semantic analysis failed."),
        (Ours(), OURS_HOLDS.replace("holds", "inconclusive")),
        (Ours(), "Traceback (most recent call last):"),
    ],
)
def test_a_search_that_was_cut_or_rounded_its_counts_is_no_answer(checker: Checker, output: str) -> None:
    with pytest.raises(Unreadable):
        checker.read(output)


def test_tlc_is_told_the_numbers_the_invariants_and_the_symmetry() -> None:
    lines = configuration(Task((3, 1, 0, 2, 1, 2, 4, 5, 1), ("LiveEp",)), symmetry=True).splitlines()
    assert [line.strip() for line in lines if "=" in line] == [
        "N = 3", "S = 1", "U = 0", "C = 2", "F = 4", "X = 5",
        "Slots = {p1, p2}", "Nodes = {n1}", "None = None", "G = TRUE",
    ]  # fmt: skip
    assert [line for line in lines if line.startswith("INVARIANT")] == [
        "INVARIANT SpecBound",
        "INVARIANT PodBound",
        "INVARIANT Avail",
    ]
    assert "SYMMETRY Symmetry" in lines


def python(program: str) -> tuple[str, ...]:
    return (sys.executable, "-I", "-S", "-c", program)


def test_a_run_is_measured_with_its_memory_and_what_it_printed(tmp_path: Path) -> None:
    program = "import os; block = bytearray(200 * 2**20); block[::4096] = b'x' * len(block[::4096]); print(os.getcwd())"
    measured = measure(python(program), tmp_path, LIMITS)
    assert (measured.ended, measured.status, Path(measured.output.strip())) == ("finished", 0, tmp_path.resolve())
    assert 200 < measured.memory < 250
    assert 0 < measured.seconds < 60


def test_what_the_measuring_process_occupies_is_not_counted(tmp_path: Path) -> None:
    ballast = bytearray(300 * 2**20)
    ballast[::4096] = b"x" * len(ballast[::4096])
    assert measure(python("pass"), tmp_path, LIMITS).memory < 50


def test_a_run_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    measured = measure(python("print('started', flush=True)\nwhile True: pass"), tmp_path, Limits(1, 4096))
    assert measured.ended == "timeout"
    assert 1 <= measured.seconds < 30
    assert measured.output == "started\n"


@pytest.mark.skipif(sys.platform != "linux", reason="reads the memory of a running process from /proc")
def test_a_run_that_takes_too_much_memory_is_ended(tmp_path: Path) -> None:
    program = "blocks = []\nwhile True: blocks.append(b'x' * 2**20)"
    measured = measure(python(program), tmp_path, Limits(60, 200))
    assert measured.ended == "memory"
    assert measured.memory > 200


def test_lines_of_a_name_and_a_value_are_read() -> None:
    assert printed_values("states   1,507\nverdict  violated (LiveEp)\n\nlone\n") == {
        "states": "1,507",
        "verdict": "violated (LiveEp)",
    }


def run(seconds: float, memory: float, answer: Answer | None = None, ended: str = "finished") -> Run:
    return Run(Measurement(seconds, memory, 0, ended), answer=answer)  # type: ignore[arg-type]


FULL, ORBITS = Answer(22_127, 60_312), Answer(620, 1_709)
CELLS = (
    Cell(
        size="Z", checker="SPIN", symmetric=False, built=1, runs=(run(1, 10, FULL), run(4, 30, FULL), run(2, 20, FULL))
    ),
    Cell(size="Z", checker="TLC SYMMETRY", symmetric=True, built=0, runs=(run(0.05, 300, ORBITS),)),
    Cell(size="Z", checker="rumur", symmetric=False, built=1, runs=(run(300, 1_234, None, "timeout"),)),
    Cell(size="V", checker="SPIN", symmetric=False, built=1, runs=(run(0.25, 20, Answer(63, 81, "LiveEp", 52)),)),
    Cell(size="V", checker="rumur", symmetric=False, built=1, runs=(run(7, 4_096, None, "memory"),)),
)


def test_the_tables_show_medians_peaks_rates_and_what_was_cut() -> None:
    assert (
        report(CELLS)
        == """\
### Seconds to verdict (median)

| checker | Z | V |
| --- | ---: | ---: |
| SPIN | 2 | 0.25 |
| TLC SYMMETRY | 0.05 | - |
| rumur | > 300 | > 7, out of memory |

### Peak memory, MiB

| checker | Z | V |
| --- | ---: | ---: |
| SPIN | 30 | 20 |
| TLC SYMMETRY | 300 | - |
| rumur | > 1,234 | > 4,096 |

### Distinct states a second, thousands, start-up included

| checker | Z | V |
| --- | ---: | ---: |
| SPIN | 11 | - |

### Bytes a state, start-up included

| checker | Z | V |
| --- | ---: | ---: |
| SPIN | 1,422 | - |

### Distinct states / transitions, violation

| checker | Z | V |
| --- | ---: | ---: |
| SPIN | 22,127 / 60,312 | 63 / 81, LiveEp in 52 steps |
| TLC SYMMETRY | 620 / 1,709 | - |
"""
    )


@pytest.mark.parametrize(
    ("known", "checker", "answer", "said"),
    [
        (SIZES["Z"], Spin(), Answer(22_126, 60_312), "22,126 states, expected 22,127"),
        (SIZES["Z"], Spin(), Answer(22_127, 60_313), "60,313 transitions, expected 60,312"),
        (SIZES["Z"], Spin(), Answer(22_127, 60_312, "Avail", 9), "verdict Avail, expected holds"),
        (SIZES["Z"], Rumur("exhaustive"), Answer(621, 1_709), "621 states, expected 620"),
        (SIZES["Z"], Rumur("heuristic"), Answer(619, 1_709), "619 states, expected at least 620"),
        (SIZES["V"], Spin(), FULL, "verdict holds, expected LiveEp"),
        (SIZES["V"], Spin(), Answer(5, 5, "LiveEp", 39), "a counterexample of 39 steps, the shortest has 40"),
        (SIZES["V"], Spin("", True), Answer(5, 5, "LiveEp", 41), "a counterexample of 41 steps, the shortest has 40"),
    ],
)
def test_a_wrong_answer_is_reported(known: Size, checker: Checker, answer: Answer, said: str) -> None:
    assert list(disagreements(known, checker, answer)) == [said]


@pytest.mark.parametrize(
    ("known", "checker", "answer"),
    [
        (SIZES["Z"], Spin(), FULL),
        (SIZES["Z"], Rumur("heuristic"), Answer(940, 2_622)),
        (SIZES["V"], Spin(), Answer(5, 5, "LiveEp", 59)),
        (SIZES["F"], Spin(), Answer(7, 7)),
    ],
)
def test_a_right_answer_or_one_of_which_nothing_is_known_is_not_reported(
    known: Size, checker: Checker, answer: Answer
) -> None:
    assert list(disagreements(known, checker, answer)) == []


def test_checkers_that_count_differently_where_nothing_was_known_are_reported() -> None:
    counted = {Spin(): Answer(7, 9), Rumur(): Answer(7, 8), Rumur("heuristic"): Answer(96_034, 1)}
    cells = [
        Cell(size="E", checker=checker.name, symmetric=checker.symmetric, built=0, runs=(run(1, 1, answer),))
        for checker, answer in counted.items()
    ]
    [said] = problems(SIZES["E"], cells, list(counted))
    assert said == "E: states and transitions differ: {'SPIN': (7, 9), 'rumur, 2 threads': (7, 8)}"


def test_an_output_that_could_not_be_read_is_reported() -> None:
    failed = Run(Measurement(1, 1, 1, "finished"), problem="no verdict in: Traceback")
    cell = Cell(size="Z", checker="SPIN", symmetric=False, built=0, runs=(failed,))
    assert problems(SIZES["Z"], [cell], [Spin()]) == ["Z, SPIN: no verdict in: Traceback"]
    assert "| SPIN | failed |" in report([cell])


def test_the_plot_has_a_line_for_each_checker_and_marks_what_was_cut(tmp_path: Path) -> None:
    lines = plotted(CELLS, ["Z", "V"])
    assert lines["rumur"] == [Point(0, 300, 1_234, cut=True), Point(1, 7, 4_096, cut=True)]
    assert lines["SPIN"] == [Point(0, 2, 30), Point(1, 0.25, 20)]
    draw(lines, [label(SIZES["Z"]), label(SIZES["V"])], "Rollout", tmp_path / "plot")
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")
    written = (tmp_path / "plot.svg").read_text()
    assert all(f"<!-- {checker} -->" in written for checker in ("SPIN", "TLC SYMMETRY", "rumur"))


def cluster_run(reductions: str, found: str, stopped: str = "exhausted", **printed: str) -> ClusterRun:
    return ClusterRun(
        2, 1, reductions, Measurement(2, 300, 0, "finished"), printed | {"found": found, "stopped": stopped}
    )


def test_a_run_on_the_cluster_is_a_line_of_the_table() -> None:
    counts = {"states": "1,000", "transitions": "3,000", "depth": "36"}
    whole = cluster_run("none", "nothing", **counts)
    assert row(whole) == ["2", "1", "none", "1,000", "3,000", "36", "2", "300", "500", "exhausted"]
    cut = cluster_run("symmetry", "nothing", "timeout", **counts)
    assert row(cut) == ["2", "1", "symmetry", "> 1,000", "> 3,000", "> 36", "> 2", "> 300", "500", "timeout"]
    killed = ClusterRun(2, 1, "none", Measurement(9, 400, -9, "memory"), {})
    assert row(killed) == ["2", "1", "none", "-", "-", "-", "> 9", "> 400", "-", "memory"]


def test_a_reduction_that_changes_what_is_found_is_reported_unless_a_run_was_cut() -> None:
    none, changed = cluster_run("none", "no_outage"), cluster_run("symmetry", "nothing")
    assert problems_on_the_cluster([none, changed]) == [
        "2 replicas on 1 nodes: {'none': 'no_outage', 'symmetry': 'nothing'}"
    ]
    assert problems_on_the_cluster([none, cluster_run("symmetry", "nothing", "timeout")]) == []
    assert problems_on_the_cluster([none, cluster_run("symmetry", "no_outage")]) == []


def test_a_run_on_the_cluster_that_failed_is_reported() -> None:
    failed = ClusterRun(2, 1, "none", Measurement(1, 11, 1, "finished", "ModuleNotFoundError"), {})
    assert row(failed)[-1] == "failed"
    assert problems_on_the_cluster([failed]) == ["2 replicas on 1 nodes, reductions none: ModuleNotFoundError"]
