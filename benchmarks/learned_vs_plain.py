"""The learned run against the plain run, side by side in one process, alternating.

    python -m benchmarks.learned_vs_plain [--repeat N]

Both visit every state of the same scenario without reductions; the counts must be equal. Compilation is done before.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.rollout import rollout
from checker.plain import plain_search
from checker.search import search
from checker.vocabulary import Scenario
from kubeproof.instances import instance
from kubeproof.manifests.loader import load
from kubeproof.scenarios import build, standard_scenario
from kubeproof.translation import workloads_of

EXAMPLES = Path(__file__).parent.parent / "examples"


def scenarios() -> Iterator[tuple[str, Scenario[Any]]]:
    """What is measured: sizes of the benchmark model, and a real manifest in two scenarios."""
    for numbers in ((3, 1, 1, 4, 2, 2, 0, 0, 1), (3, 1, 1, 4, 3, 2, 0, 0, 1)):
        yield f"benchmark rollout {' '.join(map(str, numbers))}", rollout(numbers)
    [workload] = workloads_of(load([str(EXAMPLES / "web-no-probe.yaml")], None), 2)
    for name, replicas in (("rollout", 1), ("scale", 2), ("rollback", 2)):
        standard = standard_scenario(name)
        searched = instance(workload, replicas=replicas, nodes=standard.nodes)
        yield f"web-no-probe.yaml, {name}, {replicas} replicas", build(searched, standard)


def seconds(run: Callable[[], Any]) -> tuple[float, Any]:
    """How long a call takes, and its result."""
    started = time.perf_counter()
    result = run()
    return time.perf_counter() - started, result


def main() -> None:
    """Print one line a scenario."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=3)
    repeat = parser.parse_args().repeat
    search(rollout((1, 1, 0, 2, 1, 2, 0, 0, 1)), symmetry=False)
    print(
        f"{'scenario':42} {'states':>9} {'transitions':>11} {'plain/s':>9} {'learned/s':>10} {'ratio':>6} {'calls':>7}"
    )
    for name, scenario in scenarios():
        plain_times, learned_times = [], []
        for _ in range(repeat):
            taken, plain = seconds(lambda scenario=scenario: plain_search(scenario))
            plain_times.append(taken)
            taken, learned = seconds(
                lambda scenario=scenario: search(scenario, symmetry=False, stop_when_decided=False)
            )
            learned_times.append(taken)
            assert (plain.states, plain.transitions) == (learned.states, learned.transitions), name
        slow, fast = statistics.median(plain_times), statistics.median(learned_times)
        print(
            f"{name:42} {plain.states:9,} {plain.transitions:11,} {plain.states / slow:9,.0f} "
            f"{learned.states / fast:10,.0f} {slow / fast:6.0f} {learned.python_calls:7,}"
        )


if __name__ == "__main__":
    main()
