"""Lassos in a state graph: the shortest way to a fair cycle, and a short fair cycle from there."""

import numba
import numpy as np

from checker.explored import Bools, Explored, Int32s, Int64s
from checker.fair_cycles import STRONG, WEAK, Int8s

_EXACT = 1 << 22
_UNSEEN, _FIRST, _SWITCH = -1, -2, -3


# -- the stem


def shortest_stem(graph: Explored, *, obliging: Bools, pending: Bools, heads: Bools) -> tuple[int, list[int]] | None:
    """The shortest path from an initial state to one of `heads` that leaves an obligation open.

    Somewhere on it is a state that is `obliging` (its last one at the latest), and from there on all its states are
    `pending`.

    Parameters
    ----------
    obliging, pending, heads
        bool, one per state.

    Returns
    -------
    The number of the first state and the edges; None if there is no such path.
    """
    end, arrived = _search_stem(
        graph.edge_start, graph.edge_target, graph.initial, obliging & pending, pending, heads
    )  # fmt: skip
    if end == _UNSEEN:
        return None
    state, layer, edges = int(end), 1, list[int]()
    while (edge := int(arrived[layer, state])) != _FIRST:
        if edge == _SWITCH:
            layer = 0
        else:
            edges.append(edge)
            state = graph.source(edge)
    return state, edges[::-1]


@numba.njit(cache=True)
def _search_stem(
    edge_start: Int64s, edge_target: Int32s, initial: Int64s, obliging: Bools, pending: Bools, heads: Bools
) -> tuple[int, Int64s]:
    """Breadth-first search over (no obligation chosen yet or one open, state); choosing one is not a step.

    Returns the head and, for each pair, the edge by which it was reached.
    """
    states = len(pending)
    arrived = np.full((2, states), _UNSEEN, np.int64)
    queue = np.empty(2 * states, np.int64)
    size = 0
    for state in initial:
        if arrived[0, state] == _UNSEEN:
            arrived[0, state] = _FIRST
            queue[size] = state
            size += 1
            if obliging[state]:
                arrived[1, state] = _SWITCH
                queue[size] = states + state
                size += 1
    taken = 0
    while taken < size:
        layer, state = divmod(queue[taken], states)
        taken += 1
        if layer == 1 and heads[state]:
            return state, arrived
        for edge in range(edge_start[state], edge_start[state + 1]):
            target = edge_target[edge]
            if arrived[layer, target] != _UNSEEN or (layer == 1 and not pending[target]):
                continue
            arrived[layer, target] = edge
            queue[size] = layer * states + target
            size += 1
            if layer == 0 and obliging[target] and arrived[1, target] == _UNSEEN:
                arrived[1, target] = _SWITCH
                queue[size] = states + target
                size += 1
    return _UNSEEN, arrived


# -- the cycle


def fair_cycle(graph: Explored, head: int, members: Int64s, fairness: Int8s, in_cycles: Bools) -> list[int]:
    """A fair cycle from `head` to itself through some of `members`, as edges; empty if it may stay there forever.

    Parameters
    ----------
    members
        The states of one of the sets that `fair_components` finds, ascending.
    fairness, in_cycles
        As in `fair_components`.

    Notes
    -----
    It is a shortest one, by breadth-first search over (state, obligations met), as long as there are at most
    4,194,304 such pairs: with 1,000 states, up to 12 bits. A weakly fair event that is enabled in `head` takes one
    bit (met where it is disabled or taken), a strongly fair event that is enabled anywhere in `members` two (was it
    enabled, was it taken). Past that, a walk goes to the nearest step that meets the next open obligation until none
    is left, then back: a fair cycle, perhaps not a shortest one.
    """
    component = _Component(graph, head, members, fairness, in_cycles)
    if component.disabled[component.head].all():
        return []
    if len(members) << component.bits <= _EXACT:
        return component.shortest()
    return component.walked()


class _Component:
    """The states and edges in which `fair_cycle` searches, renumbered from 0; `edges` are the graph's numbers.

    `disabled` has a row per state of the component and a column per event of which something is owed.
    """

    def __init__(self, graph: Explored, head: int, members: Int64s, fairness: Int8s, in_cycles: Bools) -> None:
        local = np.full(graph.states, -1, np.int32)
        local[members] = np.arange(len(members), dtype=np.int32)
        degrees = np.diff(graph.edge_start)[members]
        out = _ranges(graph.edge_start[members], degrees)
        sources = np.repeat(np.arange(len(members), dtype=np.int32), degrees)
        events, targets = graph.edge_event[out], local[graph.edge_target[out]]
        self.head = int(local[head])
        self.states = len(members)
        enabled_at_head = np.unique(events[sources == self.head])
        self.weak = enabled_at_head[fairness[enabled_at_head] == WEAK]
        present = np.unique(events)
        self.strong = present[fairness[present] == STRONG]
        self.owed = np.concatenate([self.weak, self.strong])
        self.disabled = np.ones((self.states, len(self.owed)), np.bool_)
        for column, event in enumerate(self.owed):
            self.disabled[sources[events == event], column] = False
        inside = (targets >= 0) & in_cycles[events]
        self.edges, self.edge_event, self.edge_target = out[inside], events[inside], targets[inside]
        self.edge_source = sources[inside]
        self.edge_start = np.searchsorted(self.edge_source, np.arange(self.states + 1)).astype(np.int64)

    @property
    def bits(self) -> int:
        """How many bits tell which obligations are met."""
        return len(self.weak) + 2 * len(self.strong)

    def shortest(self) -> list[int]:
        """A shortest fair cycle."""
        weak, strong = len(self.weak), len(self.strong)
        powers = np.int64(1) << np.arange(weak + strong, dtype=np.int64)
        at_state = self.disabled[:, :weak] @ powers[:weak] | (~self.disabled[:, weak:] @ powers[weak:]) << strong
        by_edge = np.zeros(len(self.edges), np.int64)
        for bit, event in enumerate(self.owed):
            by_edge[self.edge_event == event] |= powers[bit]
        taken, arrived, previous = _search_cycle(
            self.edge_start, self.edge_target, self.head, at_state.astype(np.int64), by_edge, weak, strong
        )  # fmt: skip
        path: list[int] = []
        while taken:
            path.append(int(self.edges[arrived[taken]]))
            taken = int(previous[taken])
        return path[::-1]

    def walked(self) -> list[int]:
        """A fair cycle that meets one obligation after the other."""
        path: list[int] = []
        at = self.head
        for column, event in enumerate(self.owed):
            meets = self.edge_event == event
            if column < len(self.weak):
                meets |= self.disabled[self.edge_target, column]
            if not any(meets[edge] for edge in path):
                path += self._nearest(at, meets)
                at = int(self.edge_target[path[-1]])
        if at != self.head:
            path += self._nearest(at, self.edge_target == self.head)
        return [int(self.edges[edge]) for edge in path]

    def _nearest(self, start: int, goals: Bools) -> list[int]:
        """The shortest path from a state that ends with one of the edges `goals`."""
        edge, arrived = _search_edge(self.edge_start, self.edge_target, start, goals)
        path = [int(edge)]
        while (state := int(self.edge_source[path[-1]])) != start:
            path.append(int(arrived[state]))
        return path[::-1]


def _ranges(starts: Int64s, sizes: Int64s) -> Int64s:
    """``starts[0], starts[0] + 1, ...`` up to ``sizes[0]`` numbers, then the same for the next."""
    shifts = starts - np.concatenate([[0], np.cumsum(sizes)[:-1]])
    return np.repeat(shifts, sizes) + np.arange(sizes.sum())


@numba.njit(cache=True)
def _search_cycle(
    edge_start: Int64s, edge_target: Int32s, head: int, at_state: Int64s, by_edge: Int64s, weak: int, strong: int
) -> tuple[int, Int32s, Int32s]:
    """Breadth-first search over (state, met) from `head` until back there with every obligation met.

    `met` has a bit for each weakly fair event (met), then one for each strongly fair event (taken), then one for each
    of those (was enabled). Returns the number of the last pair found, and for each pair found its edge and the number
    of the pair before; 0 is the first.
    """
    bits = weak + 2 * strong
    size = len(at_state) << bits
    seen = np.zeros(size, np.bool_)
    pairs = np.empty(size, np.int32)
    arrived = np.empty(size, np.int32)
    previous = np.empty(size, np.int32)
    pairs[0] = (head << bits) | at_state[head]
    seen[pairs[0]] = True
    found, taken = 1, 0
    while taken < found:
        state, met = pairs[taken] >> bits, pairs[taken] & ((1 << bits) - 1)
        unmet = ~met & ((1 << weak) - 1)
        starved = (met >> (weak + strong)) & ~(met >> weak) & ((1 << strong) - 1)
        if state == head and not unmet and not starved:
            return taken, arrived, previous
        for edge in range(edge_start[state], edge_start[state + 1]):
            target = edge_target[edge]
            pair = (np.int64(target) << bits) | met | by_edge[edge] | at_state[target]
            if not seen[pair]:
                seen[pair] = True
                pairs[found] = pair
                arrived[found] = edge
                previous[found] = taken
                found += 1
        taken += 1
    return -1, arrived, previous


@numba.njit(cache=True)
def _search_edge(edge_start: Int64s, edge_target: Int32s, start: int, goals: Bools) -> tuple[int, Int64s]:
    """Breadth-first search for an edge of `goals`. Returns it and, for each state met, the edge by which it was."""
    arrived = np.full(len(edge_start) - 1, _UNSEEN, np.int64)
    arrived[start] = _FIRST
    queue = np.empty(len(edge_start) - 1, np.int64)
    queue[0] = start
    size, taken = 1, 0
    while taken < size:
        state = queue[taken]
        taken += 1
        for edge in range(edge_start[state], edge_start[state + 1]):
            target = edge_target[edge]
            if goals[edge]:
                return edge, arrived
            if arrived[target] == _UNSEEN:
                arrived[target] = edge
                queue[size] = target
                size += 1
    return _UNSEEN, arrived
