"""Compiled loops: walk decision tries over packed states, apply writes, canonicalise, fingerprint, look up.

Nothing here knows what a state means. Tries are flat arrays (see `checker.tries`): `node_column[n]` is the column that
node n reads, or LEAF; the child for code c is ``edges[node_edges[n] + c]`` if ``c < node_width[n]``. Columns from
VIRTUAL on are derived values; columns from AFTER on belong to the second state of a step.
"""

from typing import Any

import numba
import numpy as np

VIRTUAL = 1 << 20
AFTER = 1 << 21
LEAF = -1
UNSEEN = -1
STACK = 64

jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)


@jit
def walk(root, row, after, derived, stack, derived_roots, node_column, node_edges, node_width, edges):  # type: ignore[no-untyped-def]
    """Follow one trie from the node `root`; the leaf's payload, or UNSEEN.

    `derived` caches the derived values of `row`: UNSEEN where not known yet; nested tries are walked on demand, and
    `stack` (depth, 2) holds who waits for them.
    """
    depth = 0
    node = root
    while True:
        if node < 0:
            return UNSEEN
        column = node_column[node]
        if column == LEAF:
            payload = node_edges[node]
            if depth == 0:
                return payload
            depth -= 1
            derived[stack[depth, 1]] = payload
            node = stack[depth, 0]
            continue
        if column >= AFTER:
            code = np.int64(after[column - AFTER])
        elif column >= VIRTUAL:
            code = np.int64(derived[column - VIRTUAL])
            if code == UNSEEN:
                if depth == len(stack):
                    return UNSEEN
                stack[depth, 0] = node
                stack[depth, 1] = column - VIRTUAL
                depth += 1
                node = np.int64(derived_roots[column - VIRTUAL])
                continue
        else:
            code = np.int64(row[column])
        if code >= node_width[node]:
            return UNSEEN
        node = np.int64(edges[node_edges[node] + code])


@jit
def walk_all(  # type: ignore[no-untyped-def]
    states,
    roots,
    payloads,
    derived_roots,
    node_column,
    node_edges,
    node_width,
    edges,
    missed_state,
    missed_root,
):
    """Walk every trie in `roots` over every row of `states`; fill `payloads` and the lists of misses.

    Returns the number of misses noted; the walk ends early when the lists are full.
    """
    misses = 0
    derived = np.empty(max(1, len(derived_roots)), np.int64)
    stack = np.empty((STACK, 2), np.int64)
    for s in range(len(states)):
        derived[:] = UNSEEN
        row = states[s]
        for r in range(len(roots)):
            payload = walk(
                np.int64(roots[r]), row, row, derived, stack, derived_roots,
                node_column, node_edges, node_width, edges,
            )  # fmt: skip
            payloads[s, r] = payload
            if payload == UNSEEN:
                missed_state[misses] = s
                missed_root[misses] = r
                misses += 1
                if misses == len(missed_state):
                    return misses
    return misses


@jit
def sort_slots(words, first, stride, count):  # type: ignore[no-untyped-def]
    """Sort `count` slots of `stride` words each, from word `first` on, in place (insertion sort: counts are small)."""
    for i in range(1, count):
        j = i
        while j > 0:
            left = first + (j - 1) * stride
            right = first + j * stride
            order = 0
            for k in range(stride):
                if words[left + k] != words[right + k]:
                    order = 1 if words[left + k] > words[right + k] else -1
                    break
            if order <= 0:
                break
            for k in range(stride):
                words[left + k], words[right + k] = words[right + k], words[left + k]
            j -= 1


@jit
def canonicalise(words, sorted_pools):  # type: ignore[no-untyped-def]
    """Replace a state by the representative of its orbit. `sorted_pools`: rows of (first word, stride, count)."""
    for p in range(len(sorted_pools)):
        sort_slots(words, sorted_pools[p, 0], sorted_pools[p, 1], sorted_pools[p, 2])


@jit
def fingerprint(words):  # type: ignore[no-untyped-def]
    """A 64-bit hash of a packed state; never 0, which marks an empty place in the visited set."""
    h = np.uint64(0x9E3779B97F4A7C15)
    for k in range(len(words)):
        h = (h ^ words[k]) * np.uint64(0xFF51AFD7ED558CCD)
        h ^= h >> np.uint64(32)
        h *= np.uint64(0xC4CEB9FE1A85EC53)
        h ^= h >> np.uint64(29)
    return h if h != np.uint64(0) else np.uint64(1)


@jit
def add(visited, key):  # type: ignore[no-untyped-def]
    """Add a fingerprint to the open-addressing table; True if it was not there. The table must not be full."""
    mask = np.uint64(len(visited) - 1)
    place = (key ^ (key >> np.uint64(40))) & mask
    while True:
        found = visited[place]
        if found == key:
            return False
        if found == np.uint64(0):
            visited[place] = key
            return True
        place = (place + np.uint64(1)) & mask


@jit
def add_state(visited, words):  # type: ignore[no-untyped-def]
    """Add a packed state's fingerprint; True if it was not there."""
    return add(visited, fingerprint(words))


@jit
def rehash(old, new):  # type: ignore[no-untyped-def]
    """Move every fingerprint of `old` to the larger table `new`."""
    for i in range(len(old)):
        if old[i] != np.uint64(0):
            add(new, old[i])


DONE, TABLE_FULL, FRONTIER_FULL, STEP_UNSEEN, STEP_OFFENDED = range(5)


@jit
def expand(  # type: ignore[no-untyped-def]
    words, payloads, position, first_index,
    yield_start, write_start, write_column, write_code,
    sorted_pools, visited, room,
    found_words, found_parent, found_event, capacity,
    fired, counters,
    step_roots, step_open, node_column, node_edges, node_width, edges, derived_roots,
):  # fmt: skip
    """Apply every learned transition of a chunk of states.

    `position` (state, event, yield) says where to go on and is updated, so that the caller can make room or learn and
    call again. `counters` = [transitions, states found, the step property that stopped].
    Returns DONE or why it stopped.
    """
    width = words.shape[1]
    before_words = np.empty(width, np.uint64)
    after_words = np.empty(width, np.uint64)
    before = before_words.view(np.uint8)
    after = after_words.view(np.uint8)
    derived = np.empty(max(1, len(derived_roots)), np.int64)
    stack = np.empty((STACK, 2), np.int64)
    for s in range(position[0], len(words)):
        before_words[:] = words[s]
        derived[:] = UNSEEN
        for e in range(position[1], payloads.shape[1]):
            leaf = payloads[s, e]
            for y in range(yield_start[leaf] + position[2], yield_start[leaf + 1]):
                after_words[:] = before_words
                for w in range(write_start[y], write_start[y + 1]):
                    after[write_column[w]] = write_code[w]
                same = True
                for k in range(width):
                    if after_words[k] != before_words[k]:
                        same = False
                        break
                if same:
                    continue
                if room[0] == 0:
                    position[0], position[1], position[2] = s, e, y - yield_start[leaf]
                    return TABLE_FULL
                if counters[1] == capacity:
                    position[0], position[1], position[2] = s, e, y - yield_start[leaf]
                    return FRONTIER_FULL
                for p in range(len(step_roots)):
                    if step_open[p]:
                        payload = walk(
                            np.int64(step_roots[p]), before, after, derived, stack, derived_roots,
                            node_column, node_edges, node_width, edges,
                        )  # fmt: skip
                        if payload != 0:
                            position[0], position[1], position[2] = s, e, y - yield_start[leaf]
                            counters[2] = p
                            found_words[counters[1]] = after_words
                            return STEP_UNSEEN if payload == UNSEEN else STEP_OFFENDED
                counters[0] += 1
                fired[e] += 1
                canonicalise(after_words, sorted_pools)
                if add(visited, fingerprint(after_words)):
                    room[0] -= 1
                    found_words[counters[1]] = after_words
                    found_parent[counters[1]] = first_index + s
                    found_event[counters[1]] = (e << 16) | (y - yield_start[leaf])
                    counters[1] += 1
            position[2] = 0
        position[1] = 0
    position[0] = len(words)
    return DONE
