"""What a search is told and what it tells: limits, progress, discoveries, results."""

import msgspec

from checker.trace import Trace


class Found(msgspec.Struct, frozen=True):
    """A property's first offender (for `sometimes`, its first witness): a shortest trace to it.

    `states`, `transitions` and `seconds` tell how far the search was.
    """

    trace: Trace
    states: int
    transitions: int
    seconds: float


class Progress(msgspec.Struct, frozen=True):
    """How far a running search is. `frontier` is the number of states of the current depth."""

    states: int
    transitions: int
    depth: int
    frontier: int
    seconds: float


class SearchResult(msgspec.Struct, frozen=True):
    """What a search saw.

    `stopped` is None when every reachable state was visited, or why not: ``max states``, ``timeout``, ``interrupted``,
    ``decided`` (every property had its answer), or which field took too many values. `found` maps the names of
    properties to their first offender or witness. `full_pools` names the pools for whose size some step was cut off.
    States that differ by exchanges of slots of `interchangeable` pools are counted once; where that would have taken
    too long to find out for some state, they may be counted several times, and `exact_orbits` is false. `vacuous` names
    the properties that never looked at anything that changes. `sample` is a trace to the state that was found last, if
    one was asked for. `partial_order` says that independent events were not taken in every order, so that there may be
    more states, more transitions and shorter traces than were seen; `masked` names the fields that nothing reads, which
    were not taken to tell states apart. `memory` is the most bytes that the process has used, `spilled` says that it
    did not suffice.
    """

    states: int
    transitions: int
    depth: int
    seconds: float
    stopped: str | None
    full_pools: tuple[str, ...]
    found: dict[str, Found]
    fired: dict[str, int]
    vacuous: tuple[str, ...]
    sample: Trace | None
    interchangeable: tuple[str, ...]
    exact_orbits: bool
    partial_order: bool
    masked: tuple[str, ...]
    memory: int
    spilled: bool
    python_calls: int
    trie_nodes: int

    @property
    def exhausted(self) -> bool:
        """Every reachable state was visited, and none was cut off by a bound."""
        return self.stopped is None and not self.full_pools

    @property
    def notes(self) -> tuple[str, ...]:
        """What a verdict must say about how the states were counted."""
        notes = []
        if self.interchangeable:
            how = "" if self.exact_orbits else ", where it was cheap to see"
            notes.append(f"states that differ by exchanges of {' or '.join(self.interchangeable)} count once{how}")
        if self.partial_order:
            notes.append("independent events were not taken in every order")
        if self.masked:
            notes.append(f"fields that nothing reads tell no states apart: {', '.join(self.masked)}")
        return tuple(notes)

    @property
    def collision_probability(self) -> float:
        """The chance that two of the states had one 64-bit fingerprint, so that one was missed (at most)."""
        return min(1.0, self.states * (self.states - 1) / 2 / 2**64)


class Limits(msgspec.Struct, frozen=True):
    """When to stop: after so many distinct states, after so many seconds, after so many steps from the start.

    `memory` is how many bytes the process may use; the search goes on on disk then.
    """

    max_states: int | None = None
    timeout: float | None = None
    max_depth: int | None = None
    memory: int | None = None
