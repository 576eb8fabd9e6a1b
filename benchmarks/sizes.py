"""The sizes of the rollout that are compared, and what is known of each."""

from collections.abc import Mapping

import msgspec

INVARIANTS = ("SpecBound", "PodBound", "Avail", "LiveEp")


class Task(msgspec.Struct, frozen=True):
    """What a checker is asked: the nine numbers N S U P K C F X G, and the invariants that it leaves out."""

    numbers: tuple[int, ...]
    dropped: tuple[str, ...] = ()

    @property
    def constants(self) -> Mapping[str, int]:
        """The numbers by the model's names for them."""
        return dict(zip("NSUPKCFXG", self.numbers, strict=True))

    @property
    def checked(self) -> tuple[str, ...]:
        """The invariants that are checked."""
        return tuple(name for name in INVARIANTS if name not in self.dropped)


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """A task, and the counts that several checkers found for it; None where nobody finished.

    `transitions` counts each instance of an action and leaves out the initial state. Orbits are states up to
    permutations of Pod slots and of nodes; `orbit_transitions` leave one state of each.
    """

    name: str
    task: Task
    states: int | None = None
    transitions: int | None = None
    orbits: int | None = None
    orbit_transitions: int | None = None
    violated: str | None = None
    """The checked invariant that does not hold: the run ends there, and nothing is said of the other counts."""
    shortest: int | None = None
    """Steps of the shortest run to the violation."""


def _size(name: str, numbers: str, *counts: int | None, dropped: tuple[str, ...] = ()) -> Size:
    states, transitions, orbits, orbit_transitions = counts
    return Size(
        name=name,
        task=Task(tuple(map(int, numbers.split())), dropped),
        states=states,
        transitions=transitions,
        orbits=orbits,
        orbit_transitions=orbit_transitions,
    )


SIZES: Mapping[str, Size] = {
    size.name: size
    for size in (
        _size("Z", "3 1 1 4 2 2 0 0 1", 22_127, 60_312, 620, 1_709),
        _size("A", "3 1 1 4 3 2 0 0 1", 123_663, 360_040, 1_187, 3_493),
        _size("B", "3 1 1 4 3 2 1 0 1", 972_309, 4_078_696, 8_033, 33_695),
        _size("D", "4 1 1 5 3 2 1 0 1", 8_517_811, 37_139_715, 15_645, 68_814),
        Size(
            name="V",
            task=Task((4, 1, 1, 5, 3, 2, 1, 0, 0), ("SpecBound", "PodBound", "Avail")),
            violated="LiveEp",
            shortest=40,
        ),
        _size("E", "6 1 1 7 3 3 1 0 1", None, None, 96_034, 478_605),
        _size("F", "6 1 1 7 3 3 3 0 1", None, None, 1_712_175, 12_768_145),
        _size("G", "6 1 1 7 3 4 3 1 1", None, None, 19_457_922, 196_123_186, dropped=("LiveEp",)),
    )
}
