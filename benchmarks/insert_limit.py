"""How close the search comes to its limit: transitions a second over bare inserts a second into the same table.

    python -m benchmarks.insert_limit [N S U P K C F X G] [--symmetry]

Every transition ends in one look into the table of visited states. A loop that does nothing else is as fast as a search
could ever be on this machine.
"""

import argparse
import time

import numpy as np

from benchmarks.rollout import rollout
from checker.kernels import insert
from checker.search import search
from checker.storage import Disk, Visited

SIZE_B = (3, 1, 1, 4, 3, 2, 1, 0, 1)


def inserts_a_second(states: int, transitions: int) -> float:
    """So many inserts, of so many different fingerprints, into a table that is large enough."""
    rng = np.random.default_rng(0)
    distinct = rng.integers(1, 2**63, states, dtype=np.uint64)
    keys = rng.permutation(np.concatenate([distinct, rng.choice(distinct, transitions - states)]))
    visited, kept = Visited(Disk()), np.empty(len(keys), np.int64)
    visited.make_room(states, 1 << 40)
    insert(visited.table.copy(), keys[:1], 1, kept)
    started = time.perf_counter()
    new = insert(visited.table, keys, len(keys), kept)
    seconds = time.perf_counter() - started
    assert new == len(np.unique(distinct))
    return len(keys) / seconds


def main() -> None:
    """Measure both and print their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("numbers", type=int, nargs="*", metavar="N", default=SIZE_B)
    parser.add_argument("--symmetry", action="store_true")
    options = parser.parse_args()
    scenario = rollout(options.numbers)
    search(rollout((1, 1, 0, 2, 1, 2, 0, 0, 1)), workers=1)  # loads the compiled loops
    started = time.perf_counter()
    result = search(scenario, symmetry=options.symmetry, stop_when_decided=False, workers=1)
    searched = result.transitions / (time.perf_counter() - started)
    bare = inserts_a_second(result.states, result.transitions)
    print(f"transitions a second, one worker  {searched:,.0f}")
    print(f"bare inserts a second             {bare:,.0f}")
    print(f"ratio                             {searched / bare:.2f}")


if __name__ == "__main__":
    main()
