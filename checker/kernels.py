"""Compiled loops: walk decision tries over packed states, apply writes, canonicalise, fingerprint, look up.

Nothing here knows what a state means. A state is a row of 64-bit words; a *place* says where in it a column lies
(see `checker.packing`). A trie's node is a row of `nodes`: the column that it reads (or LEAF), where its edges start
(for a leaf: its payload), how many there are; the child for code c is ``edges[start + c]``. Columns from VIRTUAL on are
derived values.

Events that differ only in a slot of an interchangeable pool share one trie, learned with the slot moved to the front:
`places` has one row for each such exchange of slots, the first for none.

The representative of a state's orbit under exchanges of interchangeable slots: in a *sorted* pool no slot is referred
to; its slots are put in ascending order. The slots of a *named* pool are referred to, by fields that hold their numbers
or by tuples with one element for each; they are renamed: ordered by a signature (what the slot holds, and what refers
to it), and, where signatures tie and that is not enough to tell, by trying every order and keeping the least state.

All loops are in one module because the compiler's cache looks at nothing else to see what has changed. They take many
arrays and call each other once a batch, not once a state: a call counts references to each array, which takes longer
than what there is to do for one state.
"""

from typing import Any, NamedTuple

import numba
import numpy as np
import numpy.typing as npt

VIRTUAL = 1 << 20
LEAF = -1
UNSEEN = -1
TWIN = -2
UNKNOWN = -2
UNCOUNTED = -(1 << 24)
NOTHING = 0
ROW = 1 << 40
STACK = 64
YIELD_BITS = 16
BATCH = 512
ZERO = np.uint64(0)
ONE = np.uint64(1)

Int64s = npt.NDArray[np.int64]
Int32s = npt.NDArray[np.int32]
Words = npt.NDArray[np.uint64]

jit: Any = numba.njit(cache=True, nogil=True, boundscheck=False)
inlined: Any = numba.njit(inline="always", boundscheck=False)


class Learned(NamedTuple):
    """What was learned so far, as the compiled loops read it.

    `places` (exchanges, columns) and `images` (exchanges, derived values) say what a column and a derived value of the
    exchanged state are in the state itself. `counts` (derived values, 4) is about those that count rows: the pool's
    number of slots (0 for other derived values), its first column, the exchange of its slot 1 with slot 0, and its
    first row in `Rows.slots` (or -1); their tries look at a row in slot 0.
    """

    nodes: Int32s
    edges: Int32s
    derived_roots: Int64s
    places: Int32s
    images: Int64s
    counts: Int64s


class Rows(NamedTuple):
    """The contents of slots that were met, numbered, and what is known about each.

    `slots` (word, shift, bits, pool) are the slots that fit into a word; `keys`, `owners` (the pool) and `numbers` are
    a hash table from contents to numbers (-1: an empty place). `start[row, trie]` is how far a trie leads by the
    columns of its own row alone, or UNKNOWN; `counted[row, value]` is 1 if a count counts the row, 0 if not (or if
    it counts rows of another pool), UNCOUNTED if that is not known: less than all counts of a state's rows together.
    `quiet[row, column]` has a bit for each of the first 64 events of a slot: set if the row alone shows that nothing
    happens.
    """

    slots: Int64s
    keys: Words
    owners: Int32s
    numbers: Int32s
    start: Int32s
    counted: Int32s
    quiet: Words


class Roots(NamedTuple):
    """The tries to walk for each state: `node` of the root, the exchange of slots, and for twins the slots compared.

    A root whose `twin_slot` is k >= 0 does in a state what its twin does, exchanged, if the slots k - 1 and k (rows of
    `Rows.slots`) of that state hold the same. `home` is the slot (a row of `Rows.slots`) that the function is
    bound to, or -1; `own` (first column, end) that slot's columns as its trie sees them; `trie` the trie's number.
    `order` lists the roots without home, then those of each slot, from `first[slot]` to ``first[slot + 1]``; `column`
    is each slot's in `Rows.quiet`, `position` the place of each root among its slot's.
    """

    node: Int64s
    exchange: Int64s
    twin_slot: Int64s
    home: Int64s
    own: Int64s
    trie: Int64s
    order: Int64s
    first: Int64s
    column: Int64s
    position: Int64s


class Effects(NamedTuple):
    """What the leaves of actions do: yields of leaf l: `yield_start[l]` to `yield_start[l + 1]`, each with writes."""

    yield_start: Int64s
    write_start: Int64s
    write_column: Int32s
    write_code: npt.NDArray[np.uint8]


class Orbits(NamedTuple):
    """Which slots are interchangeable.

    Attributes
    ----------
    slots
        (word, shift, bits) of every slot of every sorted pool; bits is 0 for slots of several words.
    sorted_pools
        (first row in `slots`, slots, words a slot).
    named_pools
        (first row in `named_slots`, slots).
    named_slots
        (word, shift, bits) of every slot of every named pool.
    carriers
        (first row in `masks`, end): the parts of a state that hold references, each with the bits that do not.
    masks
        (word, shift, mask of what was shifted down) as unsigned words.
    references
        (named pool, carrier, kind, place, code of slot 0, place of the carrier's presence or -1): columns that hold a
        slot's number.
    elements
        (named pool, carrier, kind, place, slot, row of the tuple's first element): columns of tuples with one element a
        slot.
    orders
        (orders, named slots): every way to rename, each a row of new numbers; empty if there are too many.
    exact_by_signature
        1 if slots with one signature are always exchangeable.
    """

    slots: Int64s
    sorted_pools: Int64s
    named_pools: Int64s
    named_slots: Int64s
    carriers: Int64s
    masks: Words
    references: Int64s
    elements: Int64s
    orders: Int64s
    exact_by_signature: int


class Successors(NamedTuple):
    """Candidates for new states, in order; `cause` is the event's number << YIELD_BITS | the yield's."""

    words: Words
    key: Words
    parent: Int32s
    cause: Int32s


# -- bits


@inlined
def extract(word, place):  # type: ignore[no-untyped-def]
    """The code at a place, of the word in which it lies."""
    return np.int64((word >> np.uint64((place >> 4) & 63)) & ((ONE << np.uint64(place & 15)) - ONE))


@inlined
def replaced(word, place, code):  # type: ignore[no-untyped-def]
    """The word with another code at a place."""
    shift = np.uint64((place >> 4) & 63)
    mask = ((ONE << np.uint64(place & 15)) - ONE) << shift
    return (word & ~mask) | (np.uint64(code) << shift)


@inlined
def slot_mask(bits):  # type: ignore[no-untyped-def]
    """A word whose lowest `bits` bits are set."""
    return (ONE << np.uint64(bits)) - ONE if bits < 64 else ~ZERO


@inlined
def mix(h):  # type: ignore[no-untyped-def]
    """A bijection of 64-bit words that spreads every bit."""
    h ^= h >> np.uint64(32)
    h *= np.uint64(0xD6E8FEB86659FD93)
    h ^= h >> np.uint64(32)
    h *= np.uint64(0xD6E8FEB86659FD93)
    return h ^ (h >> np.uint64(32))


@jit
def pack(row, places, words):  # type: ignore[no-untyped-def]
    """Write a row of codes into words."""
    for column in range(len(row)):
        place = places[column]
        words[place >> 12] = replaced(words[place >> 12], place, np.int64(row[column]))


@jit
def unpack(words, places, row):  # type: ignore[no-untyped-def]
    """Read a row of codes from words."""
    for column in range(len(row)):
        row[column] = extract(words[places[column] >> 12], places[column])


# -- numbers for the contents of slots


@inlined
def spread(key, owner):  # type: ignore[no-untyped-def]
    """Where to look first for a slot's content."""
    h = (key + np.uint64(owner)) * np.uint64(0x9E3779B97F4A7C15)
    return h ^ (h >> np.uint64(32))


@jit
def add_row(key, owner, number, rows):  # type: ignore[no-untyped-def]
    """Give a slot's content a number; the table must not be full."""
    mask = np.uint64(len(rows.keys) - 1)
    place = spread(key, owner) & mask
    while rows.numbers[place] >= 0:
        place = (place + ONE) & mask
    rows.keys[place], rows.owners[place], rows.numbers[place] = key, owner, number


# -- walking tries


@jit
def walk_all(states, roots, rows, learned, payloads, missed_state, missed_root):  # type: ignore[no-untyped-def]
    """Walk every trie in `roots` over every row of `states`; fill `payloads` and the lists of misses.

    A miss is the root's number, -1 - v for a derived value v, or ROW + k for the content of slot k. Returns the number
    of misses noted; the walk ends early when the lists are nearly full.
    """
    nodes, edges, derived_roots, places, images, counts = learned
    slots, keys, owners, numbers, starts, counted, quiet = rows
    root_node, root_exchange, twin_slot, home, own, trie, order, first, column_of, position = roots
    key_mask = np.uint64(len(keys) - 1)
    derived = np.empty(max(1, len(derived_roots)), np.int64)
    waiting = np.empty((STACK, 2), np.int64)
    content = np.empty(max(1, len(slots)), np.uint64)
    row = np.empty(max(1, len(slots)), np.int64)
    waiting_roots = np.empty(max(1, len(root_node)), np.int64)
    counting = np.flatnonzero(counts[:, 3] >= 0)
    misses = 0
    for s in range(len(states)):
        if len(missed_state) - misses < len(root_node) + len(slots):
            break
        strange = misses
        for k in range(len(slots)):
            key = (states[s, slots[k, 0]] >> np.uint64(slots[k, 1])) & slot_mask(slots[k, 2])
            content[k] = key
            place = spread(key, slots[k, 3]) & key_mask
            while numbers[place] >= 0 and not (keys[place] == key and owners[place] == slots[k, 3]):
                place = (place + ONE) & key_mask
            row[k] = numbers[place]
            if row[k] < 0:
                missed_state[misses], missed_root[misses] = s, ROW + k
                misses += 1
        if misses > strange:
            continue
        derived[:] = UNSEEN
        for i in range(len(counting)):
            v, total = counting[i], 0
            for k in range(counts[v, 3], counts[v, 3] + counts[v, 0]):
                total += counted[row[k], v]
            derived[v] = total
        todo = first[0]
        for i in range(todo):
            waiting_roots[i] = order[i]
        for r in range(len(root_node)):
            payloads[s, r] = NOTHING
        for k in range(len(slots)):
            silent = quiet[row[k], column_of[k]]
            for i in range(first[k], first[k + 1]):
                if i - first[k] < 64 and (silent >> np.uint64(i - first[k])) & ONE:
                    continue
                r = order[i]
                twin = twin_slot[r]
                if twin >= 0 and row[twin - 1] == row[twin]:
                    payloads[s, r] = TWIN
                else:
                    waiting_roots[todo] = r
                    todo += 1
        for w in range(todo):
            r = waiting_roots[w]
            exchange = root_exchange[r]
            node = root_node[r]
            learning = False  # how far the own row leads
            if home[r] >= 0:
                known = starts[row[home[r]], trie[r]]
                learning = known == UNKNOWN
                if not learning:
                    node = np.int64(known)
            depth = 0
            value = np.int64(-1)  # the derived value that is being looked for, if depth > 0
            payload = np.int64(UNSEEN)
            while node >= 0:
                column = np.int64(nodes[node, 0])
                start = np.int64(nodes[node, 1])
                if learning and (column < own[r, 0] or column >= own[r, 1]):
                    starts[row[home[r]], trie[r]] = node
                    learning = False
                    if column == LEAF and start == NOTHING and position[r] < 64:
                        quiet[row[home[r]], column_of[home[r]]] |= ONE << np.uint64(position[r])
                if column == LEAF:
                    if depth == 0:
                        payload = start
                        break
                    depth -= 1
                    derived[waiting[depth, 1]] = start
                    node = waiting[depth, 0]
                    value = waiting[depth - 1, 1] if depth > 0 else np.int64(-1)
                    continue
                if column >= VIRTUAL:
                    v = column - VIRTUAL
                    if depth == 0 and exchange > 0:
                        v = images[exchange, v]
                    code = derived[v]
                    if code < 0 and counts[v, 0] > 0:
                        code = np.int64(0)
                        for slot in range(counts[v, 0]):
                            one = np.int64(UNSEEN)
                            if counts[v, 3] >= 0:
                                one = np.int64(counted[row[counts[v, 3] + slot], v])
                            if one < 0:  # the condition's trie, for this row
                                one = np.int64(UNSEEN)
                                x = 0 if slot == 0 else counts[v, 2] + slot - 1
                                at = derived_roots[v]
                                if extract(states[s, places[x, counts[v, 1]] >> 12], places[x, counts[v, 1]]) == 0:
                                    one, at = np.int64(0), np.int64(-1)
                                while at >= 0:
                                    if nodes[at, 0] == LEAF:
                                        one, at = np.int64(nodes[at, 1]), np.int64(-1)
                                    else:
                                        p = places[x, nodes[at, 0]]
                                        c = extract(states[s, p >> 12], p)
                                        at = np.int64(edges[nodes[at, 1] + c]) if c < nodes[at, 2] else np.int64(-1)
                                if one >= 0 and counts[v, 3] >= 0:
                                    counted[row[counts[v, 3] + slot], v] = one
                            if one < 0:
                                code = np.int64(UNSEEN)
                                break
                            code += one
                        if code == UNSEEN:
                            value = v
                            depth = max(depth, 1)
                            break
                        derived[v] = code
                    if code < 0:
                        if depth == STACK:
                            break
                        waiting[depth, 0], waiting[depth, 1] = node, v
                        depth += 1
                        value = v
                        node = derived_roots[v]
                        continue
                else:
                    p = places[exchange if depth == 0 else 0, column]
                    code = extract(states[s, p >> 12], p)
                node = np.int64(edges[start + code]) if code < nodes[node, 2] else np.int64(UNSEEN)
            payloads[s, r] = payload
            if payload < 0:
                missed_state[misses] = s
                missed_root[misses] = r if depth == 0 else -1 - value
                misses += 1
    return misses


# -- representatives of orbits


@jit
def sort_slots(states, count, slots, sorted_pools):  # type: ignore[no-untyped-def]
    """Put the slots of every sorted pool of the first `count` states in ascending order (insertion sort)."""
    keys = np.empty(max(1, len(slots)), np.uint64)
    for p in range(len(sorted_pools)):
        first, size, stride = sorted_pools[p]
        if stride == 1:
            mask = slot_mask(slots[first, 2])
            for s in range(count):
                moved = False
                for i in range(size):
                    key = (states[s, slots[first + i, 0]] >> np.uint64(slots[first + i, 1])) & mask
                    j = i
                    while j > 0 and keys[j - 1] > key:
                        keys[j] = keys[j - 1]
                        j -= 1
                        moved = True
                    keys[j] = key
                if moved:
                    for i in range(size):
                        word, shift = slots[first + i, 0], np.uint64(slots[first + i, 1])
                        states[s, word] = (states[s, word] & ~(mask << shift)) | (keys[i] << shift)
        else:
            begin = slots[first, 0]
            for s in range(count):
                for i in range(1, size):
                    j = i
                    while j > 0:
                        left, right = begin + (j - 1) * stride, begin + j * stride
                        order = 0
                        for k in range(stride):
                            if states[s, left + k] != states[s, right + k]:
                                order = 1 if states[s, left + k] > states[s, right + k] else -1
                                break
                        if order <= 0:
                            break
                        for k in range(stride):
                            states[s, left + k], states[s, right + k] = states[s, right + k], states[s, left + k]
                        j -= 1


@jit
def sign(states, count, orbits, signatures):  # type: ignore[no-untyped-def]
    """The signatures of the named slots: equal for slots that exchanging slots can exchange."""
    _, _, named_pools, named_slots, carriers, masks, references, elements, _, _ = orbits
    for s in range(count):
        for k in range(len(named_slots)):
            held = (states[s, named_slots[k, 0]] >> np.uint64(named_slots[k, 1])) & slot_mask(named_slots[k, 2])
            signatures[s, k] = np.int64(mix(held + ONE))
        last = np.int64(-1)
        h = ZERO
        for r in range(len(references)):
            place, present = references[r, 3], references[r, 5]
            code = extract(states[s, place >> 12], place) - references[r, 4]
            if code < 0 or (present >= 0 and extract(states[s, present >> 12], present) == 0):
                continue
            carrier = references[r, 1]
            if carrier != last:
                h, last = ZERO, carrier
                for m in range(carriers[carrier, 0], carriers[carrier, 1]):
                    held = (states[s, np.int64(masks[m, 0])] >> masks[m, 1]) & masks[m, 2]
                    h = mix(h + (held ^ np.uint64(0x9E3779B97F4A7C15)))
            signatures[s, named_pools[references[r, 0], 0] + code] += np.int64(mix(h + np.uint64(references[r, 2])))
        for r in range(len(elements)):
            place = elements[r, 3]
            code = extract(states[s, place >> 12], place)
            carrier = elements[r, 1]
            if carrier != last:
                h, last = ZERO, carrier
                for m in range(carriers[carrier, 0], carriers[carrier, 1]):
                    held = (states[s, np.int64(masks[m, 0])] >> masks[m, 1]) & masks[m, 2]
                    h = mix(h + (held ^ np.uint64(0x9E3779B97F4A7C15)))
            kind = mix(h + np.uint64(elements[r, 2])) + np.uint64(code)
            signatures[s, named_pools[elements[r, 0], 0] + elements[r, 4]] += np.int64(mix(kind))


@jit
def rename(states, count, orders, orbits, renamed):  # type: ignore[no-untyped-def]
    """States with every named slot k moved to ``orders[s, k]`` within its pool, and every reference with it."""
    _, _, named_pools, named_slots, _, _, references, elements, _, _ = orbits
    width = states.shape[1]
    for s in range(count):
        for k in range(width):
            renamed[s, k] = states[s, k]
        for p in range(len(named_pools)):
            first, size = named_pools[p]
            for k in range(first, first + size):
                mask = slot_mask(named_slots[k, 2])
                held = (states[s, named_slots[k, 0]] >> np.uint64(named_slots[k, 1])) & mask
                to = first + orders[s, k]
                word, shift = named_slots[to, 0], np.uint64(named_slots[to, 1])
                renamed[s, word] = (renamed[s, word] & ~(mask << shift)) | (held << shift)
        for r in range(len(references)):
            place, zero, present = references[r, 3], references[r, 4], references[r, 5]
            code = extract(states[s, place >> 12], place) - zero
            if code >= 0 and (present < 0 or extract(states[s, present >> 12], present) != 0):
                to = zero + orders[s, named_pools[references[r, 0], 0] + code]
                renamed[s, place >> 12] = replaced(renamed[s, place >> 12], place, to)
        for r in range(len(elements)):
            place = elements[r, 3]
            to = elements[elements[r, 5] + orders[s, named_pools[elements[r, 0], 0] + elements[r, 4]], 3]
            code = extract(states[s, place >> 12], place)
            renamed[s, to >> 12] = replaced(renamed[s, to >> 12], to, code)


@jit
def least_renaming(state, signatures, orbits, trial, best):  # type: ignore[no-untyped-def]
    """Put into `best` the least of the renamings of one state that keep signatures ascending, its slots sorted."""
    found = False
    for o in range(len(orbits.orders)):
        ascending = True
        for p in range(len(orbits.named_pools)):
            first, size = orbits.named_pools[p]
            for k in range(first, first + size):
                for other in range(first, first + size):
                    if signatures[0, other] < signatures[0, k] and orbits.orders[o, other] > orbits.orders[o, k]:
                        ascending = False
        if not ascending:
            continue
        rename(state, 1, orbits.orders[o : o + 1], orbits, trial)
        sort_slots(trial, 1, orbits.slots, orbits.sorted_pools)
        less = not found
        if found:
            for k in range(trial.shape[1]):
                if trial[0, k] != best[0, k]:
                    less = trial[0, k] < best[0, k]
                    break
        if less:
            best[:] = trial
            found = True


@jit
def canonicalise(states, count, orbits):  # type: ignore[no-untyped-def]
    """Replace the first `count` states by the representatives of their orbits.

    Returns how many of them may be only one of several representatives.
    """
    named_pools, named_slots = orbits.named_pools, orbits.named_slots
    if len(named_pools) == 0:
        sort_slots(states, count, orbits.slots, orbits.sorted_pools)
        return 0
    signatures = np.empty((count, len(named_slots)), np.int64)
    orders = np.empty((count, len(named_slots)), np.int64)
    tied = np.zeros(count, np.uint8)
    sign(states, count, orbits, signatures)
    for s in range(count):
        for p in range(len(named_pools)):
            first, size = named_pools[p]
            for k in range(first, first + size):
                rank = 0
                for other in range(first, first + size):
                    if signatures[s, other] < signatures[s, k]:
                        rank += 1
                    elif signatures[s, other] == signatures[s, k] and other != k:
                        rank += other < k
                        tied[s] = 1
                orders[s, k] = rank
    renamed = np.empty((count, states.shape[1]), np.uint64)
    rename(states, count, orders, orbits, renamed)
    sort_slots(renamed, count, orbits.slots, orbits.sorted_pools)
    several = 0
    for s in range(count):
        if tied[s] and not orbits.exact_by_signature:
            if len(orbits.orders) == 0:
                several += 1
            else:
                trial = np.empty((1, states.shape[1]), np.uint64)
                least_renaming(states[s : s + 1], signatures[s : s + 1], orbits, trial, renamed[s : s + 1])
    states[:count] = renamed
    return several


# -- the visited set


@inlined
def hashed(h, word):  # type: ignore[no-untyped-def]
    """One word more in a fingerprint."""
    h = (h ^ word) * np.uint64(0xFF51AFD7ED558CCD)
    h ^= h >> np.uint64(32)
    h *= np.uint64(0xC4CEB9FE1A85EC53)
    return h ^ (h >> np.uint64(29))


@jit
def fingerprints(states, count, keys):  # type: ignore[no-untyped-def]
    """64-bit hashes of packed states; never 0, which marks an empty place in the visited set."""
    for s in range(count):
        h = np.uint64(0x9E3779B97F4A7C15)
        for k in range(states.shape[1]):
            h = hashed(h, states[s, k])
        keys[s] = h if h != ZERO else ONE


@inlined
def first_place(key, mask):  # type: ignore[no-untyped-def]
    """Where to look first for a fingerprint."""
    return (key ^ (key >> np.uint64(40))) & mask


@jit
def rehash(old, new):  # type: ignore[no-untyped-def]
    """Move every fingerprint of `old` to the larger table `new`."""
    mask = np.uint64(len(new) - 1)
    for i in range(len(old)):
        if old[i] != ZERO:
            place = first_place(old[i], mask)
            while new[place] != ZERO:
                place = (place + ONE) & mask
            new[place] = old[i]


@jit
def insert(visited, keys, count, kept):  # type: ignore[no-untyped-def]
    """Add fingerprints in order; the places of those that were new go to `kept`. Returns how many there are."""
    mask = np.uint64(len(visited) - 1)
    new = 0
    for i in range(count):
        place = first_place(keys[i], mask)
        while visited[place] != ZERO and visited[place] != keys[i]:
            place = (place + ONE) & mask
        if visited[place] == ZERO:
            visited[place] = keys[i]
            kept[new] = i
            new += 1
    return new


# -- transitions

DONE, BUFFER_FULL = range(2)


@jit
def expand(  # type: ignore[no-untyped-def]
    states, payloads, position, first_index, exchange, twin_of, effects, places, orbits, live, visited, out, pairs,
    taken, fired, counters
):  # fmt: skip
    """Apply every learned transition of some states; successors that are not in `visited` go to `out`.

    `position` (state, event, yield) says where to go on and is updated, so that the caller can make room and call
    again; `taken` keeps how often each event was taken in the state at that position. If `pairs` has rows, every
    transition goes there: the words before, then the words after. `counters` = [transitions, successors written, states
    with several representatives, pairs written].
    """
    yield_start, write_start, write_column, write_code = effects
    width = states.shape[1]
    stepping = len(pairs.key) > 0
    batch = np.empty((BATCH, width), np.uint64)
    keys = np.empty(BATCH, np.uint64)
    parents = np.empty(BATCH, np.int32)
    causes = np.empty(BATCH, np.int32)
    size = 0
    first_event, first_yield = position[1], position[2]
    for s in range(position[0], len(states)):
        if first_event == 0 and first_yield == 0:
            taken[:] = 0
        for e in range(first_event, payloads.shape[1]):
            leaf = payloads[s, e]
            if leaf == TWIN:
                taken[e] = taken[twin_of[e]]
                fired[e] += taken[e]
                counters[0] += taken[e]
                continue
            begin, end = yield_start[leaf] + first_yield, yield_start[leaf + 1]
            first_yield = 0
            for y in range(begin, end):
                if size == BATCH:
                    flush(batch, keys, parents, causes, size, orbits, visited, out, counters)
                    size = 0
                if size == 0 and (
                    len(out.key) - counters[1] < BATCH or (stepping and len(pairs.key) - counters[3] < BATCH)
                ):
                    position[0], position[1], position[2] = s, e, y - yield_start[leaf]
                    return BUFFER_FULL
                for k in range(width):
                    batch[size, k] = states[s, k]
                for w in range(write_start[y], write_start[y + 1]):
                    place = places[exchange[e], write_column[w]]
                    batch[size, place >> 12] = replaced(batch[size, place >> 12], place, np.int64(write_code[w]))
                same = True
                for k in range(width):
                    batch[size, k] &= live[k]
                    same = same and batch[size, k] == states[s, k]
                if same:
                    continue
                parents[size] = first_index + s
                causes[size] = (e << YIELD_BITS) | (y - yield_start[leaf])
                taken[e] += 1
                fired[e] += 1
                counters[0] += 1
                if stepping:
                    n = counters[3]
                    for k in range(width):
                        pairs.words[n, k] = states[s, k]
                        pairs.words[n, width + k] = batch[size, k]
                    pairs.parent[n], pairs.cause[n] = parents[size], causes[size]
                    counters[3] = n + 1
                size += 1
        first_event = 0
    flush(batch, keys, parents, causes, size, orbits, visited, out, counters)
    position[0] = len(states)
    return DONE


@jit
def flush(batch, keys, parents, causes, size, orbits, visited, out, counters):  # type: ignore[no-untyped-def]
    """Move the representatives of a batch of successors to `out`, except those that are known."""
    counters[2] += canonicalise(batch, size, orbits)
    fingerprints(batch, size, keys)
    mask = np.uint64(len(visited) - 1)
    unknown = np.empty(size, np.uint8)
    for i in range(size):  # a tight loop, so that waiting for memory overlaps
        found = visited[first_place(keys[i], mask)]
        unknown[i] = found != keys[i]
    n = counters[1]
    for i in range(size):
        if not unknown[i]:
            continue
        place = first_place(keys[i], mask)
        while visited[place] != ZERO and visited[place] != keys[i]:
            place = (place + ONE) & mask
        if visited[place] == ZERO:
            for k in range(batch.shape[1]):
                out.words[n, k] = batch[i, k]
            out.key[n], out.parent[n], out.cause[n] = keys[i], parents[i], causes[i]
            n += 1
    counters[1] = n
