"""The learned run: a scenario whose functions are called only for local views that were not met before."""

import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from checker.kernels import (
    LEAF,
    ROW,
    STACK,
    UNSEEN,
    VIRTUAL,
    YIELD_BITS,
    Int64s,
    Learned,
    Roots,
    Rows,
    canonicalise,
    walk_all,
)
from checker.layout import Domain, Layout, Packed, PoolLayout
from checker.live_columns import LiveColumns, LiveRecording
from checker.packing import Outgrown, Packing, Words
from checker.rows import RowNumbers
from checker.state import BoundReached, State
from checker.symmetry import Symmetry
from checker.tries import Growing, Leaves, Reads, Tries
from checker.views import Count, Derive, Recording, RowView, SlotName, StateView, ToldApart
from checker.vocabulary import Event, Kind, Property, Scenario, slot_parameters

DerivedKey = tuple[Any, ...]


MOST_YIELDS, MOST_EVENTS = 1 << YIELD_BITS, 1 << (31 - YIELD_BITS)


class TooManyChoices(Exception):
    """An action yields more, or more events are bound to slots, than a cause (`kernels.Successors`) can tell apart."""


class DerivedTooDeep(Exception):
    """Derived functions nest deeper than the compiled walk can follow."""


class Exchange(typing.NamedTuple):
    """Slot 0 and slot `slot` of a pool change places. The pool ``""`` stands for no exchange."""

    pool: str
    slot: int

    def of(self, pool: str, slot: int) -> int:
        """Where a slot goes."""
        if pool != self.pool or slot not in (0, self.slot):
            return slot
        return self.slot - slot


NO_EXCHANGE = Exchange("", 0)


class LearnedPath(typing.NamedTuple):
    """A path that was added to the trie number `trie` of `roots`: the columns that it reads, and its payload."""

    roots: Growing
    trie: int
    columns: tuple[int, ...]
    payload: int


class LearnedScenario:
    """Tries for every event, property and derived function of a scenario.

    Parameters
    ----------
    scenario
        What to learn.
    symmetry
        States that differ only by exchanges of interchangeable slots are one.
    told_apart
        Pools whose slots are not interchangeable after all.
    keep_paths
        Every path of an event has a leaf of its own, no event is taken for its twin, and `paths` lists what was
        learned.
    read_fields
        The names of the fields that tell states apart; if given, the others are masked, and a run that reads one of
        them raises `checker.live_columns.NewlyRead`.

    Attributes
    ----------
    paths
        See `keep_paths`.
    python_calls
        How often a function of the model was called.
    full_pools
        The pools in which a row was to be created and no slot was empty.
    live
        The bits of a state that anything reads.
    """

    def __init__(
        self,
        scenario: Scenario[Any],
        *,
        symmetry: bool = True,
        told_apart: frozenset[str] = frozenset(),
        keep_paths: bool = False,
        read_fields: set[str] | None = None,
    ) -> None:
        self.scenario = scenario
        self.layout = Layout(scenario.initial[0])
        self.events: list[Event] = scenario.events()
        self.state_properties = [p for p in scenario.safety_properties if p.kind is not Kind.NEVER_STEP]
        self.step_properties = [p for p in scenario.properties if p.kind is Kind.NEVER_STEP]
        self._symmetry_wanted, self._told_apart = symmetry, told_apart
        self._keep_paths = keep_paths
        self.paths: list[LearnedPath] = []
        self.live_columns = LiveColumns(self.layout, read_fields)
        self.tries = Tries()
        self.leaves = Leaves()
        self.python_calls = 0
        self.full_pools: set[str] = set()
        self.derived_tries = Growing(np.int64, fill=UNSEEN)
        self._derived: dict[DerivedKey, int] = {}
        self._calls: list[tuple[Callable[..., Any], tuple[Any, ...], tuple[tuple[str, Any], ...]]] = []
        self._depths: list[int] = []
        self._counted_pools: list[int] = []
        self._counted_rows: dict[tuple[int, bytes], int] = {}
        self._derived_domains: dict[Callable[..., Any], Domain] = {}
        for state in scenario.initial:
            self.layout.encode(state)
        self.event_tries = Growing(np.int64, fill=UNSEEN)
        self.state_tries = Growing(np.int64, fill=UNSEEN)
        self.state_tries.extend(len(self.state_properties))
        self.step_tries = Growing(np.int64, fill=UNSEEN)
        self.step_tries.extend(len(self.step_properties))
        self.pack()

    # -- packing and symmetry

    def pack(self, bits: Mapping[str, int] | None = None) -> None:
        """Give every column the bits that its values need by now, or those given."""
        self.packing = Packing(self.layout, bits)
        self.symmetry = Symmetry(self.packing, self._told_apart, enabled=self._symmetry_wanted)
        self.interchangeable = frozenset(self.symmetry.sorted_pools + self.symmetry.named_pools)
        self.row_numbers = RowNumbers(self.packing)
        self.live = self.live_columns.bits(self.packing)
        self._exchanges = [NO_EXCHANGE]
        for name in sorted(self.layout.pools, key=lambda name: name not in self.symmetry.sorted_pools):
            self._exchanges.extend(Exchange(name, slot) for slot in range(1, self.layout.pools[name].capacity))
        self.places = np.array([self._exchanged_places(exchange) for exchange in self._exchanges], np.int32)
        self._images = np.zeros((1, 0), np.int64)
        self._counts = np.zeros((0, 4), np.int64)
        self._share_events()

    def _exchanged_places(self, exchange: Exchange) -> npt.NDArray[np.int32]:
        places = self.packing.places.copy()
        if exchange.pool:
            pool = self.layout.pools[exchange.pool]
            one, other = (slice(pool.start(slot), pool.start(slot) + pool.stride) for slot in (0, exchange.slot))
            places[one], places[other] = self.packing.places[other], self.packing.places[one]
        return places

    def canonical(self, words: Words) -> Words:
        """The representative of a packed state's orbit."""
        rows: Words = (words & self.live).reshape(1, -1)
        canonicalise(rows, 1, self.symmetry.orbits)
        return rows.reshape(-1)

    def encode(self, state: State) -> Words:
        """The packed representative of a state."""
        return self.canonical(self.packing.pack(self.layout.encode(state)))

    # -- one trie for events that are the same but for an exchange of slots

    def _share_events(self) -> None:
        numbers: dict[tuple[Any, ...], int] = {}
        trie: list[int] = []
        self._exchange: list[int] = []
        self._bound: list[dict[str, int]] = []
        twin_of, twin_slot = [], []
        for number, event in enumerate(self.events):
            pools = slot_parameters(event.action.function)
            exchange = self._exchange_to_front(event, pools)
            slots = {name: exchange.of(pools[name], slot) for name, slot in event.slots.items()}
            self._bound.append(slots)
            self._exchange.append(self._exchanges.index(exchange))
            trie.append(numbers.setdefault((event.action.name, *slots.values()), len(numbers)))
            twin, compared = self._twin(number, event, pools)
            twin_of.append(twin)
            twin_slot.append(compared)
        self.event_trie = np.array(trie, np.int64)
        self.event_tries.extend(len(numbers) - self.event_tries.size)
        self._find_homes()
        self._roots: Roots | None = None
        states = len(self.state_properties)
        self.event_twin = np.array(twin_of, np.int64)
        self._twin_slots = np.array([-1] * states + twin_slot, np.int64)
        self._root_exchanges = np.array([0] * states + self._exchange, np.int64)
        self.event_exchange = self._root_exchanges[states:]

    def _find_homes(self) -> None:
        """For each root the slot that it is bound to first, if any, and that slot's columns as its trie sees them."""
        home, own = [-1] * len(self.state_properties), [(0, 0)] * len(self.state_properties)
        for event, bound in zip(self.events, self._bound, strict=True):
            name = next(iter(event.slots), None)
            pool = None if name is None else self.layout.pools[slot_parameters(event.action.function)[name]]
            if name is None or pool is None or pool.name not in self.row_numbers.first_slot:
                home.append(-1)
                own.append((0, 0))
                continue
            home.append(self.row_numbers.first_slot[pool.name] + event.slots[name])
            own.append((pool.start(bound[name]), pool.start(bound[name] + 1)))
        trie = np.concatenate([np.full(len(self.state_properties), -1, np.int64), self.event_trie])
        homes = np.array(home, np.int64)
        order = np.lexsort((trie, homes))  # so that all slots of a pool have theirs in the same order
        first = np.searchsorted(homes[order], np.arange(self.row_numbers.slots + 1))
        position = np.empty(len(homes), np.int64)
        position[order] = np.arange(len(homes)) - np.concatenate([[0], first])[homes[order] + 1]
        own_columns = np.array(own, np.int64).reshape(-1, 2)
        self._homes = homes, own_columns, trie, order, first, self._quiet_columns(), position

    def _quiet_columns(self) -> npt.NDArray[np.int64]:
        """A column for each slot; one for all slots of a pool whose events share tries."""
        columns: list[int] = []
        for pool in self.row_numbers.first_slot:
            shared = pool in self.symmetry.sorted_pools
            columns.extend(0 if shared else slot for slot in range(self.layout.pools[pool].capacity))
        return np.array([*columns, 0], np.int64)

    def _exchange_to_front(self, event: Event, pools: dict[str, str]) -> Exchange:
        for name, slot in event.slots.items():
            if pools[name] in self.symmetry.sorted_pools:
                return Exchange(pools[name], slot) if slot else NO_EXCHANGE
        return NO_EXCHANGE

    def _twin(self, number: int, event: Event, pools: dict[str, str]) -> tuple[int, int]:
        """The event that differs in one slot of a sorted pool, one less; and that slot's row in `Rows.slots`."""
        sorted_slots = [name for name in event.slots if pools[name] in self.symmetry.sorted_pools]
        if self._keep_paths or len(sorted_slots) != 1 or event.slots[sorted_slots[0]] == 0:
            return -1, -1
        name = sorted_slots[0]
        first = self.row_numbers.first_slot.get(pools[name])
        if first is None:
            return -1, -1
        slots = {**event.slots, name: event.slots[name] - 1}
        for other in range(number - 1, -1, -1):
            if self.events[other].action is event.action and self.events[other].slots == slots:
                return other, first + event.slots[name]
        return -1, -1

    # -- what the compiled loops read

    @property
    def roots(self) -> Roots:
        """The tries to walk for every state: properties of states first, then events."""
        if self._roots is None:
            node = np.concatenate([self.state_tries.all, self.event_tries.all[self.event_trie]])
            self._roots = Roots(node, self._root_exchanges, self._twin_slots, *self._homes)
        return self._roots

    @property
    def step_roots(self) -> Roots:
        """The tries of the properties of steps, to walk over the words before and after."""
        return self._roots_without_home(self.step_tries)

    def _roots_without_home(self, tries: Growing) -> Roots:
        count, slots = tries.size, self.row_numbers.slots
        none, own = np.full(count, -1, np.int64), np.zeros((count, 2), np.int64)
        nowhere = np.zeros(slots + 1, np.int64)
        order = np.arange(count)
        return Roots(tries.all, none + 1, none, none, own, none, order, nowhere + count, nowhere, none)

    @property
    def rows(self) -> Rows:
        """What is known about the contents of slots."""
        return self.row_numbers.tables(self.event_tries.size, self._counted_pools)

    @property
    def arrays(self) -> Learned:
        """The tries."""
        if len(self._counts) < len(self._calls):
            self._tabulate_derived()
        return Learned(
            self.tries.nodes.all,
            self.tries.edges.all,
            self.derived_tries.all,
            self.places,
            self._images,
            self._counts,
        )

    @property
    def step_arrays(self) -> Learned:
        """The tries, for states of two states' words."""
        places = self.packing.places
        both = np.concatenate([places, places + (self.packing.words << 12)]).astype(np.int32)
        return self.arrays._replace(places=np.concatenate([both[None], self._both_places()]))

    def _both_places(self) -> npt.NDArray[np.int32]:
        """Exchanges matter to counts only, which look at the state before."""
        return np.concatenate([self.places[1:], self.places[1:]], axis=1)

    def _tabulate_derived(self) -> None:
        exchanges = [each for each in self._exchanges if not each.pool or each.pool in self.symmetry.sorted_pools]
        images: list[list[int]] = []
        number = 0
        while number < len(self._calls):  # images may be new derived values
            images.append([self._image(number, exchange) for exchange in exchanges])
            number += 1
        self._images = np.array(images, np.int64).T.copy()
        self._counts = np.array([self._counted(function) for function, _, _ in self._calls], np.int64)

    def _counted(self, function: Callable[..., Any]) -> tuple[int, int, int, int]:
        if not isinstance(function, Count):
            return 0, 0, 0, -1
        pool = self.layout.pools[function.pool]
        first = self._exchanges.index(Exchange(pool.name, 1)) if pool.capacity > 1 else 0
        return pool.capacity, pool.start(0), first, self.row_numbers.first_slot.get(pool.name, -1)

    def _image(self, number: int, exchange: Exchange) -> int:
        function, args, keywords = self._calls[number]
        return self._number(function, self._moved(args, exchange), self._moved(keywords, exchange))

    # -- what a checkpoint keeps

    def values(self) -> dict[str, list[Any]]:
        """The values of every field in the order of their codes, as plain data."""
        return {field.domain.name: msgspec.to_builtins(field.domain.values) for field in self.layout.fields()}

    def restore(self, values: Mapping[str, Sequence[Any]], bits: Mapping[str, int]) -> None:
        """Give the values of fields the codes and bits that they had."""
        for field in self.layout.fields():
            for value in values[field.domain.name]:
                field.domain.code(msgspec.convert(value, field.type))
        self.pack(bits)

    def vacuous(self) -> tuple[str, ...]:
        """The properties that never looked at anything that changes."""
        tries = ((self.state_properties, self.state_tries), (self.step_properties, self.step_tries))
        pairs = [pair for properties, roots in tries for pair in zip(properties, roots.all, strict=True)]
        return tuple(prop.name for prop, root in pairs if self._always_alike(int(root)))

    def _always_alike(self, root: int) -> bool:
        """Nothing that a trie reads, by itself or through derived functions, was ever different."""
        columns = self.tries.only_path(root)
        if columns is None:
            return False
        called = (column - VIRTUAL for column in columns if column >= VIRTUAL)
        return all(self._always_alike(int(self.derived_tries[number])) for number in called)

    # -- learning

    def payloads(self, words: Words) -> npt.NDArray[np.int32]:
        """The payload of each of `roots` in one state; what is missing is learned."""
        return self._payloads(words, lambda: (self.roots, self.rows, self.arrays), self._learn)

    def step_payloads(self, pair: Words) -> npt.NDArray[np.int32]:
        """As `payloads`, of `step_roots` for the words before and after."""
        return self._payloads(pair, lambda: (self.step_roots, self.rows, self.step_arrays), self._learn_step)

    def _payloads(
        self,
        words: Words,
        tables: Callable[[], tuple[Roots, Rows, Learned]],
        learn: Callable[[int, Words], None],
    ) -> npt.NDArray[np.int32]:
        missed = self.room_for_misses(1)
        while True:
            roots, rows, arrays = tables()
            payloads = np.empty((1, len(roots.node)), np.int32)
            misses = walk_all(words[None], roots, rows, arrays, payloads, *missed)
            if not misses:
                return payloads.reshape(-1)
            for root in dict.fromkeys(missed[1][:misses].tolist()):
                learn(root, words)

    def names_something(self, function: Callable[..., Any], states: Words) -> npt.NDArray[np.bool_]:
        """Whether a function of states, as a property's, yields anything in each of these states."""
        tries = Growing(np.int64, fill=UNSEEN)
        tries.append(UNSEEN)
        payloads = np.empty((len(states), 1), np.int32)
        missed = self.room_for_misses(8)

        def tables() -> tuple[Roots, Rows, Learned]:
            return self._roots_without_home(tries), self.rows, self.arrays

        def learn(root: int, words: Words) -> None:
            if root < 0 or root >= ROW:
                self._learn(root, words)
                return
            run = _Run(self._row(words))
            recording = self._record(run)
            yields = any(True for _ in function(StateView(recording, run.row)))
            self._insert(tries, 0, recording.reads, int(yields))

        for begin in range(0, len(states), 512):  # short, since a slice is walked anew for each thing that is learned
            part = slice(begin, begin + 512)
            while misses := walk_all(states[part], *tables(), payloads[part], *missed):
                _, first = np.unique(missed[1][:misses], return_index=True)
                for state in dict.fromkeys(missed[0][first].tolist()):
                    self._payloads(states[begin + state], tables, learn)
        named: npt.NDArray[np.bool_] = payloads[:, 0] > 0
        return named

    def room_for_misses(self, states: int) -> tuple[Int64s, Int64s]:
        """Arrays for `checker.kernels.walk_all`: the misses of so many states, at least."""
        size = (states + 1) * (len(self.events) + len(self.scenario.properties) + self.layout.width)
        return np.empty(size, np.int64), np.empty(size, np.int64)

    def _learn(self, root: int, words: Words) -> None:
        """Learn what is missing, as `checker.kernels.walk_all` says it."""
        if root >= ROW:
            self.row_numbers.add(root - ROW, words)
        elif root < 0:
            self._value(-1 - root, _Run(self._row(words)))
        elif root < len(self.state_properties):
            self._learn_state_property(root, words)
        else:
            self._learn_event(root - len(self.state_properties), words)

    def _record(self, run: "_Run", exchange: Exchange = NO_EXCHANGE) -> Recording:
        self.python_calls += 1

        def derive(caller: Recording, _: bytes, *call: Any) -> Any:
            return self._derive(caller, run, exchange, *call)

        return self._recording(derive)

    def _recording(self, derive: Derive) -> Recording:
        if self.live_columns.all:
            return Recording(self.layout, derive, self.interchangeable)
        return LiveRecording(self.live_columns, derive, self.interchangeable)

    def _insert(self, roots: Growing, index: int, reads: Reads, payload: int) -> None:
        self.tries.insert(roots, index, reads, payload)
        self._roots = None
        if self._keep_paths:
            self.paths.append(LearnedPath(roots, index, tuple(column for column, _ in reads), payload))

    def _row(self, words: Words, exchange: int = 0) -> bytes:
        return self.packing.unpack(words, self.places[exchange]).tobytes()

    def bound_event(self, event: int) -> tuple[Exchange, dict[str, int]]:
        """How an event is learned: after which exchange, and bound to which slots then."""
        return self._exchanges[self._exchange[event]], self._bound[event]

    def exchanged_row(self, words: Words, event: int) -> Packed:
        """The codes of a state after the exchange with which an event is learned."""
        return self.packing.unpack(words, self.places[self._exchange[event]])

    def _learn_event(self, event: int, words: Words) -> None:
        exchange, slots = self.bound_event(event)
        recording = self._record(_Run(self._row(words)), exchange)
        view = StateView(recording, self._row(words, self._exchange[event]))
        function = self.events[event].action.function
        pools = slot_parameters(function)
        names = {name: recording.name(pools[name], slot) for name, slot in slots.items()}
        yields: list[dict[int, int]] = []
        cut = False
        try:
            yields.extend(after._writes for after in function(view, **names))
        except BoundReached as reached:
            self.full_pools.add(reached.pool)
            cut = True
        if len(yields) > MOST_YIELDS or len(self.events) > MOST_EVENTS:
            raise TooManyChoices(f"{self.events[event].name}: at most {MOST_YIELDS} yields, and {MOST_EVENTS} events")
        leaf = self.leaves.leaf(yields, recording.reads if self._keep_paths else (), cut=cut)
        self._insert(self.event_tries, int(self.event_trie[event]), recording.reads, leaf)
        if self.packing.outgrown:
            raise Outgrown

    def _learn_state_property(self, index: int, words: Words) -> None:
        run = _Run(self._row(words))
        recording = self._record(run)
        offends = _any(self.state_properties[index], StateView(recording, run.row))
        self._insert(self.state_tries, index, recording.reads, offends)

    def _learn_step(self, root: int, pair: Words) -> None:
        """As `_learn`, for the properties of steps and the words before and after."""
        before, after = pair[: self.packing.words], pair[self.packing.words :]
        if root < 0 or root >= ROW:
            self._learn(root, before)
            return
        run = _Run(self._row(before))
        recording = self._record(run)
        views = StateView(recording, run.row), StateView(recording, self._row(after), shift=self.layout.width)
        offends = _any(self.step_properties[root], *views)
        self._insert(self.step_tries, root, recording.reads, offends)

    # -- derived functions

    def _derive(
        self,
        caller: Recording,
        run: "_Run",
        exchange: Exchange,
        function: Callable[..., Any],
        args: tuple[Any, ...],
        keywords: tuple[tuple[str, Any], ...],
    ) -> Any:
        """The value of a derived function, noted by its caller as one virtual column.

        It is taken from the state before the exchange, where it is the same for the exchanged slots.
        """
        number = self._number(function, args, keywords)
        code = self._value(self._image(number, exchange), run)
        caller.note(VIRTUAL + number, code)
        return code if isinstance(function, Count) else self._derived_domains[function].values[code]

    def _value(self, number: int, run: "_Run") -> int:
        """The code of a derived value of a state, learned if it was not met before."""
        code = run.values.get(number)
        if code is None:
            function, args, _ = self._calls[number]
            code = self._count(number, function, args, run) if isinstance(function, Count) else self._walk(number, run)
            run.values[number] = code
        return code

    def _walk(self, number: int, run: "_Run") -> int:
        node = int(self.derived_tries[number])
        while node != UNSEEN:
            column, start, width = (int(part) for part in self.tries.nodes[node])
            if column == LEAF:
                return start
            code = self._value(column - VIRTUAL, run) if column >= VIRTUAL else run.row[column]
            node = int(self.tries.edges[start + code]) if code < width else UNSEEN
        return self._run_derived(number, run)

    def _run_derived(self, number: int, run: "_Run") -> int:
        function, args, keywords = self._calls[number]
        recording = self._record(run)
        value = function(StateView(recording, run.row), *args, **dict(keywords))
        for pool in _names_in(value):
            if pool in self.symmetry.sorted_pools:
                raise ToldApart(pool)
        code = self._derived_domains[function].code(value)
        self._check_depth(number, recording)
        self._insert(self.derived_tries, number, recording.reads, code)
        return code

    def _count(self, number: int, count: Count, args: tuple[Any, ...], run: "_Run") -> int:
        """How many rows satisfy a condition, which is run on those whose like was not met before."""
        pool = self.layout.pools[count.pool]
        total = 0
        for slot in range(pool.capacity):
            held = run.row[pool.start(slot) : pool.start(slot + 1)]
            if held[0]:
                if (number, held) not in self._counted_rows:
                    self._counted_rows[number, held] = self._run_condition(number, count, args, pool, held)
                total += self._counted_rows[number, held]
        return total

    def _run_condition(self, number: int, count: Count, args: tuple[Any, ...], pool: PoolLayout, held: bytes) -> int:
        self.python_calls += 1
        recording = self._recording(_no_derived)
        row = bytes(pool.start(0)) + held
        counts = int(bool(count.condition(RowView(StateView(recording, row), pool, 0), *args)))
        self._insert(self.derived_tries, number, recording.reads, counts)
        return counts

    def _check_depth(self, number: int, recording: Recording) -> None:
        """Refuse derived functions that call each other deeper than the compiled walk can follow."""
        called = (column - VIRTUAL for column, _ in recording.reads if column >= VIRTUAL)
        depth = 1 + max((self._depths[other] for other in called), default=0)
        self._depths[number] = max(self._depths[number], depth)
        if depth > STACK:
            raise DerivedTooDeep(f"derived functions call each other more than {STACK} levels deep")

    def _number(
        self, function: Callable[..., Any], args: tuple[Any, ...], keywords: tuple[tuple[str, Any], ...]
    ) -> int:
        key = (function, _key(args), _key(keywords))
        number = self._derived.get(key)
        if number is None:
            number = self._derived[key] = self.derived_tries.append(UNSEEN)
            self._calls.append((function, args, keywords))
            self._depths.append(1)
            pools = list(self.layout.pools)
            self._counted_pools.append(pools.index(function.pool) if isinstance(function, Count) else -1)
            if function not in self._derived_domains and not isinstance(function, Count):
                self._derived_domains[function] = Domain(function.__name__, limit=1 << 30, by_type=True)
        return number

    def _moved(self, value: Any, exchange: Exchange) -> Any:
        """An argument with the names of slots in it exchanged."""
        if type(value) is SlotName:
            return SlotName(value.pool, exchange.of(value.pool, value.number))
        return tuple(self._moved(element, exchange) for element in value) if type(value) is tuple else value


class _Run:
    """What one run of a function starts from: a state's codes, and the derived values that were asked for so far."""

    def __init__(self, row: bytes) -> None:
        self.row = row
        self.values: dict[int, int] = {}


def _no_derived(*_: Any) -> Any:
    raise TypeError("the condition of a count looks at nothing but its row: no derived functions")


def _any(prop: Property, *views: StateView) -> int:
    return int(any(True for _ in prop.function(*views)))


def _key(value: Any) -> Any:
    """Something hashable that tells a call's arguments apart: 1 from True, and slots without asking their numbers."""
    if type(value) is SlotName:
        return (SlotName, value.pool, value.number)
    return tuple(map(_key, value)) if type(value) is tuple else (type(value), value)


def _names_in(value: Any) -> typing.Iterator[str]:
    if type(value) is SlotName:
        yield value.pool
    elif isinstance(value, tuple):
        for element in value:
            yield from _names_in(element)
