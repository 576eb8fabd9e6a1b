"""The plain run and the learned run agree: on toys, on the benchmark, on random small systems."""

import pytest

from benchmarks.rollout import rollout
from tests.checker import toys
from tests.checker.agreement import RunsAgree, over
from tests.checker.random_systems import random_systems
from tests.checker.two_phase_commit import two_phase_commit

TOYS = (
    toys.counter(7),
    toys.resetting_counter(4),
    toys.mutual_exclusion(2),
    toys.mutual_exclusion(4),
    toys.broken_mutual_exclusion(3),
    toys.dining_philosophers(4),
    toys.graph([0, 1, 2, 3], [0, 3, 4], [5, 2], properties=[toys.never_at(4), toys.never_along(2, 3)]),
    two_phase_commit(3),
    toys.lamps(6),
    toys.dice(6),
    toys.queue(4, slots=4),
    toys.queue(4, slots=2),
)
ROLLOUTS = tuple(
    rollout(numbers)
    for numbers in (
        (1, 1, 0, 2, 1, 2, 0, 0, 1),
        (1, 1, 0, 2, 2, 2, 0, 0, 0),
        (2, 1, 0, 3, 2, 2, 0, 0, 1),
        (2, 1, 0, 3, 2, 2, 0, 0, 0),
        (3, 1, 0, 4, 1, 4, 0, 0, 1),
    )
)


@pytest.mark.parametrize("scenario", TOYS, ids=lambda scenario: scenario.name.replace(" ", "-"))
class TestToys(RunsAgree):
    pass


@pytest.mark.parametrize("scenario", ROLLOUTS, ids=range(len(ROLLOUTS)))
class TestBenchmarkRollout(RunsAgree):
    pass


@over(random_systems(), max_states=300, max_examples=60)
class TestRandomSystems(RunsAgree):
    pass


@pytest.mark.slow
@over(random_systems(), max_states=300, max_examples=2_500)
class TestManyRandomSystems(RunsAgree):
    pass
