"""Which slots are interchangeable, found from the types of a scenario and from what its functions do.

Every pool is taken to be interchangeable unless

- a function told its slots apart: compared a slot's number with a plain number, calculated with it, or used it as an
  index (tracking views notice, see `checker.views.SlotName`);
- its rows refer to slots that are themselves referred to, or are larger than one word though they are referred to;
- a tuple has one element for each of its slots, and these elements are slots.

That rests on the dialect in one point that views cannot see: where a function chooses among the rows of a pool, it
yields every choice, and does not prefer the first.
"""

import itertools
import math
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from checker.kernels import Orbits
from checker.layout import FieldLayout, PoolLayout
from checker.packing import WORD, Packing

MAX_ORDERS = 720


class Symmetry:
    """The interchangeable pools of a packed layout, except those in `told_apart`.

    Attributes
    ----------
    sorted_pools
        Those that no field refers to.
    named_pools
        Those that some field refers to.
    orbits
        The same for the compiled loops.
    """

    def __init__(self, packing: Packing, told_apart: frozenset[str] = frozenset(), *, enabled: bool = True) -> None:
        self._packing = packing
        layout = packing.layout
        fields = list(layout.fields())
        told_apart |= {name for field in fields if field.slot_of and field.per for name in (field.slot_of, field.per)}
        pools = [
            pool for name, pool in layout.pools.items() if enabled and name not in told_apart and pool.capacity > 1
        ]
        self.sorted_pools = tuple(pool.name for pool in pools if pool.name not in layout.referred)
        named = [pool for pool in pools if pool.name in layout.referred and packing.slot_bits[pool.name] <= WORD]
        self.named_pools = tuple(pool.name for pool in named if not self._refers(pool, {other.name for other in named}))
        self.orbits = self._orbits()

    @staticmethod
    def _refers(pool: PoolLayout, named: set[str]) -> bool:
        return any(field.slot_of in named or field.per in named for field in pool.fields.values())

    @property
    def exact(self) -> bool:
        """Whether representatives are known to be the same for the whole orbit, whatever the state."""
        return not self.named_pools or bool(self.orbits.exact_by_signature) or len(self.orbits.orders) > 0

    def _orbits(self) -> Orbits:
        slots: list[tuple[int, int, int]] = []
        sorted_pools: list[tuple[int, int, int]] = []
        for name in self.sorted_pools:
            bits, words = self._packing.slot_bits[name], self._packing.slot_words(name)
            sorted_pools.append((len(slots), len(self._packing.slots[name]), words))
            slots.extend((word, shift, bits if bits <= WORD else 0) for word, shift in self._packing.slots[name])
        named_slots: list[tuple[int, int, int]] = []
        named_pools: list[tuple[int, int]] = []
        for name in self.named_pools:
            named_pools.append((len(named_slots), len(self._packing.slots[name])))
            named_slots.extend((*where, self._packing.slot_bits[name]) for where in self._packing.slots[name])
        carriers = _Carriers(self._packing, self.named_pools, self.sorted_pools)
        return Orbits(
            slots=_table(slots, 3),
            sorted_pools=_table(sorted_pools, 3),
            named_pools=_table(named_pools, 2),
            named_slots=_table(named_slots, 3),
            carriers=_table(carriers.spans, 2),
            masks=np.array(carriers.masks, np.uint64).reshape(-1, 3),
            references=_table(carriers.references, 6),
            elements=_table(carriers.elements, 6),
            orders=_table(list(self._orders()), max(1, len(named_slots))),
            exact_by_signature=int(len(named_pools) == 1 and not carriers.elements and carriers.single),
        )

    def _orders(self) -> Iterator[tuple[int, ...]]:
        """Every way to rename the named slots, if they are few."""
        sizes = [len(self._packing.slots[name]) for name in self.named_pools]
        if not sizes or math.prod(math.factorial(size) for size in sizes) > MAX_ORDERS:
            return
        for orders in itertools.product(*[itertools.permutations(range(size)) for size in sizes]):
            yield tuple(itertools.chain.from_iterable(orders))


class _Carriers:
    """The parts of a state that hold references to named slots: the scalars, and each slot of the other pools.

    `single` says that none of them holds two references, so that what refers to a slot is a matter of that slot alone.
    """

    def __init__(self, packing: Packing, named: tuple[str, ...], sorted_pools: tuple[str, ...]) -> None:
        self._packing = packing
        self._named = named
        self.spans: list[tuple[int, int]] = []
        self.masks: list[tuple[int, int, int]] = []
        self.references: list[tuple[int, int, int, int, int, int]] = []
        self.elements: list[tuple[int, int, int, int, int, int]] = []
        self.single = True
        self._kinds = itertools.count(1)
        for field in packing.layout.scalars.values():
            self._carrier(0, [(field, next(self._kinds))], [], present=-1)
        for pool in packing.layout.pools.values():
            if pool.name not in named:
                self._pool(pool, anonymous=pool.name in sorted_pools)

    def _pool(self, pool: PoolLayout, *, anonymous: bool) -> None:
        fields = list(pool.fields.values())
        kinds = [(field, next(self._kinds)) for field in fields]
        for slot in range(pool.capacity):
            if not anonymous:
                kinds = [(field, next(self._kinds)) for field in fields]
            start = pool.start(slot)
            plain = [start]
            for field in fields:
                if not self._names(field):
                    plain.extend(range(start + field.offset, start + field.offset + (field.size or 1)))
            self._carrier(start, kinds, plain, present=int(self._packing.places[start]))

    def _names(self, field: FieldLayout) -> bool:
        return field.slot_of in self._named or field.per in self._named

    def _carrier(self, base: int, fields: list[tuple[FieldLayout, int]], plain: list[int], *, present: int) -> None:
        named = [(field, kind) for field, kind in fields if self._names(field)]
        if not named:
            return
        number, first, held = len(self.spans), len(self.masks), len(self.references)
        masks: dict[int, int] = {}
        shift = max(0, present >> 4 & 63)
        for column in plain:
            where = int(self._packing.places[column])
            bits = ((1 << (where & 15)) - 1) << (where >> 4 & 63)
            masks[where >> 12] = masks.get(where >> 12, 0) | bits >> shift
        self.masks.extend((word, shift, mask) for word, mask in masks.items())
        self.spans.append((first, len(self.masks)))
        for field, kind in named:
            self._cells(number, base + field.offset, field, kind, present)
        self.single = self.single and len(self.references) - held <= 1

    def _cells(self, carrier: int, start: int, field: FieldLayout, kind: int, present: int) -> None:
        columns = range(start, start + (1 if field.size is None else field.size))
        first = len(self.elements)
        for index, column in enumerate(columns):
            where = int(self._packing.places[column])
            if field.per in self._named:
                pool = self._named.index(str(field.per))
                self.elements.append((pool, carrier, kind, where, index, first))
            if field.slot_of in self._named:
                pool = self._named.index(str(field.slot_of))
                self.references.append((pool, carrier, kind, where, field.domain.code(0), present))


def _table(rows: Sequence[tuple[int, ...]], width: int) -> npt.NDArray[np.int64]:
    return np.array(rows, np.int64).reshape(-1, width)
