"""Which states lie on a cycle that fairness allows.

A run without end stays, from some point on, within one strongly connected component of what it may still do, and may
visit all of it again and again. Every state has an implicit step to itself (the run stutters), so that a component may
be a single state: that is how a run ends where nothing must happen.

A component has a fair cycle

* through all its states if for each weakly fair event some state has it disabled, or an edge of it stays inside, and
  for each strongly fair event no state has it enabled, or an edge of it stays inside;
* otherwise, if a weakly fair event is the trouble, none;
* otherwise, at most where the troubling strongly fair events are disabled: those states are taken apart again.

That decides Streett conditions exactly (Emerson and Lei, 1987).
"""

import numba
import numpy as np
import numpy.typing as npt

from checker.explored import Bools, Explored, Int32s, Int64s

UNFAIR, WEAK, STRONG = 0, 1, 2
"""The codes of an event's fairness in arrays (int8)."""

NONE = -1
Int8s = npt.NDArray[np.int8]
_DEAD, _FAIR, _REFINE = 0, 1, 2


def fair_components(graph: Explored, *, within: Bools, fairness: Int8s, in_cycles: Bools) -> Int32s:
    """The largest sets of states that a fair cycle may visit, all of them again and again.

    Parameters
    ----------
    within
        bool, one per state: cycles stay in these; only states that are expanded.
    fairness
        int8, one per event: `UNFAIR`, `WEAK` or `STRONG`.
    in_cycles
        bool, one per event: cycles may have steps of it; every fair event is one of them.

    Returns
    -------
    numpy.ndarray
        One per state: the number of its set, or -1 if it is in none. Each state of a set lies on a fair cycle through
        all of it; no fair cycle leaves a set.
    """
    labels = np.full(graph.states, NONE, np.int32)
    alive = within.copy()
    found = 0
    while alive.any():
        components = strong_components(graph.edge_start, graph.edge_target, graph.edge_event, alive, in_cycles)
        order = np.flatnonzero(alive)
        order = order[np.argsort(components[order], kind="stable")]
        found = _judge(
            order, components, graph.edge_start, graph.edge_target, graph.edge_event, fairness, labels, alive, found,
        )  # fmt: skip
    return labels


@numba.njit(cache=True)
def strong_components(
    edge_start: Int64s, edge_target: Int32s, edge_event: Int32s, alive: Bools, in_cycles: Bools
) -> Int32s:
    """The number of each state's strongly connected component, -1 for states not `alive`.

    Only edges between states that are `alive`, of events `in_cycles`, count. Tarjan's algorithm with the recursion
    unrolled: `entered` numbers states in the order in which they were entered; `low` is the earliest state entered
    that is known to be in the same component.
    """
    states = len(alive)
    components = np.full(states, NONE, np.int32)
    entered = np.zeros(states, np.int64)
    low = np.zeros(states, np.int64)
    next_edge = np.empty(states, np.int64)
    path = np.empty(states, np.int64)
    open_states = np.empty(states, np.int64)
    clock, count, opened = 0, 0, 0
    for root in range(states):
        if not alive[root] or entered[root]:
            continue
        depth = 0
        path[0] = root
        while depth >= 0:
            state = path[depth]
            if not entered[state]:
                clock += 1
                entered[state] = low[state] = clock
                next_edge[state] = edge_start[state]
                open_states[opened] = state
                opened += 1
            descended = False
            while next_edge[state] < edge_start[state + 1]:
                edge = next_edge[state]
                target = edge_target[edge]
                next_edge[state] = edge + 1
                if not alive[target] or not in_cycles[edge_event[edge]]:
                    continue
                if not entered[target]:
                    depth += 1
                    path[depth] = target
                    descended = True
                    break
                if components[target] == NONE:
                    low[state] = min(low[state], entered[target])
            if descended:
                continue
            if low[state] == entered[state]:
                while True:
                    opened -= 1
                    member = open_states[opened]
                    components[member] = count
                    if member == state:
                        break
                count += 1
            depth -= 1
            if depth >= 0:
                low[path[depth]] = min(low[path[depth]], low[state])
    return components


@numba.njit(cache=True)
def _judge(
    order: Int64s,
    components: Int32s,
    edge_start: Int64s,
    edge_target: Int32s,
    edge_event: Int32s,
    fairness: Int8s,
    labels: Int32s,
    alive: Bools,
    found: int,
) -> int:
    """Label the components that have fair cycles; leave alive the states of those to be taken apart again.

    `order` has the states component by component. Returns the number of sets found so far.
    """
    enabled_in = np.zeros(len(fairness), np.int64)
    enabled_last = np.full(len(fairness), NONE, np.int64)
    inside = np.zeros(len(fairness), np.bool_)
    first = 0
    while first < len(order):
        last = first + 1
        while last < len(order) and components[order[last]] == components[order[first]]:
            last += 1
        members = order[first:last]
        _tally(members, components, edge_start, edge_target, edge_event, enabled_in, enabled_last, inside)
        outcome = _FAIR
        for state in members:
            for edge in range(edge_start[state], edge_start[state + 1]):
                event = edge_event[edge]
                if not inside[event] and fairness[event] == WEAK and enabled_in[event] == len(members):
                    outcome = _DEAD
                if not inside[event] and fairness[event] == STRONG and outcome == _FAIR:
                    outcome = _REFINE
        for state in members:
            if outcome == _FAIR:
                labels[state] = found
            alive[state] = outcome == _REFINE
            for edge in range(edge_start[state], edge_start[state + 1]):
                if fairness[edge_event[edge]] == STRONG and not inside[edge_event[edge]]:
                    alive[state] = False
        found += outcome == _FAIR
        for state in members:
            for edge in range(edge_start[state], edge_start[state + 1]):
                enabled_in[edge_event[edge]] = 0
                inside[edge_event[edge]] = False
        first = last
    return found


@numba.njit(cache=True)
def _tally(
    members: Int64s,
    components: Int32s,
    edge_start: Int64s,
    edge_target: Int32s,
    edge_event: Int32s,
    enabled_in: Int64s,
    enabled_last: Int64s,
    inside: Bools,
) -> None:
    """Count for each event in how many states of a component it is enabled; note whether an edge of it stays inside."""
    for state in members:
        for edge in range(edge_start[state], edge_start[state + 1]):
            event = edge_event[edge]
            if enabled_last[event] != state:
                enabled_last[event] = state
                enabled_in[event] += 1
            if components[edge_target[edge]] == components[state]:
                inside[event] = True
