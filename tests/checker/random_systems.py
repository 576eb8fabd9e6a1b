"""Random small transition systems, for Hypothesis.

A system is a state type with one or two pools, actions made of guarded commands, and properties.

Rows of a pool that no field refers to may be sorted by the engine. What is drawn here respects that: such a pool's slot
numbers are used to find the row that an action is bound to and for nothing else, and a choice among its rows yields
them all.
"""

import inspect
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Annotated, Any

import msgspec
from hypothesis import strategies as st

from checker.state import Per, Pool, Row, SlotOf, State
from checker.vocabulary import Action, Kind, Property, Scenario, derived
from tests.checker.guarded_commands import (
    Advance,
    AdvanceRow,
    Assign,
    AtLeast,
    Both,
    Command,
    Copy,
    Create,
    Delete,
    Derived,
    Either,
    Element,
    Expression,
    ForSome,
    Mark,
    Not,
    OfRow,
    Point,
    PointsTo,
    Scalar,
    Then,
    Update,
    UpdateAll,
    When,
    rows_with,
    taken_slots,
)

POOLS = ("items", "places")


class Colour(Enum):
    """An enumeration."""

    RED = "red"
    GREEN = "green"
    BLUE = "blue"


class Field(msgspec.Struct, frozen=True):
    """One field: a bool `flag`, a `colour`, a small int `count`, a `slot` of a pool or None, or one bool `per` slot."""

    name: str
    kind: str
    pool: str = ""

    @property
    def type(self) -> Any:
        """The annotation that the engine reads."""
        types: dict[str, Any] = {"flag": bool, "colour": Colour, "count": int}
        if self.kind == "slot":
            return Annotated[int | None, SlotOf(self.pool)]
        return Annotated[tuple[bool, ...], Per(self.pool)] if self.kind == "per" else types[self.kind]

    def values(self, sizes: Mapping[str, int]) -> list[Any]:
        """The field's domain."""
        if self.kind == "slot":
            return [None, *range(sizes[self.pool])]
        if self.kind == "per":
            size = sizes[self.pool]
            return [tuple(number == other for other in range(size)) for number in range(size)] + [(False,) * size]
        plain: dict[str, list[Any]] = {"flag": [False, True], "colour": list(Colour), "count": [0, 1, 2]}
        return plain[self.kind]

    def anonymous_values(self, sizes: Mapping[str, int]) -> list[Any]:
        """Those of the field's values that tell no slots apart."""
        if self.kind == "slot":
            return [None]
        return [(flag,) * sizes[self.pool] for flag in (False, True)] if self.kind == "per" else self.values(sizes)


class Shape(msgspec.Struct, frozen=True):
    """The state's fields, each pool's fields, and each pool's number of slots.

    In an `anonymous` system nothing tells the slots of a pool apart, so that those of referenced pools may be renamed.
    """

    scalars: tuple[Field, ...]
    pools: dict[str, tuple[Field, ...]]
    sizes: dict[str, int]
    anonymous: bool = False

    @property
    def referenced(self) -> list[str]:
        """The pools that some field refers to: their slots are told apart."""
        fields = [*self.scalars, *(field for fields in self.pools.values() for field in fields)]
        return [name for name in self.pools if any(field.pool == name for field in fields)]

    def types(self) -> tuple[type[State], dict[str, type[Row]]]:
        """The state's type and the rows' types."""
        rows: dict[str, Any] = {
            name: msgspec.defstruct(name.title(), [(f.name, f.type) for f in fields], bases=(Row,), frozen=True)
            for name, fields in self.pools.items()
        }
        fields = [(field.name, field.type) for field in self.scalars]
        pool_of: Any = Pool
        pools = [(name, pool_of[row]) for name, row in rows.items()]
        state: Any = msgspec.defstruct("System", [*fields, *pools], bases=(State,), frozen=True)
        return state, rows


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    """One or two pools, their sizes and their fields."""
    names = POOLS[: draw(st.integers(1, 2))]
    sizes = {name: draw(st.integers(2, 4 if len(names) == 1 else 3)) for name in names}
    kinds = [(kind, "") for kind in ("flag", "colour", "count")]
    anonymous = draw(st.booleans())
    references = [(kind, name) for kind in ("slot", "per") for name in (names[1:] if anonymous else names)]

    def fields(prefix: str, choices: list[tuple[str, str]], most: int) -> tuple[Field, ...]:
        drawn = draw(st.lists(st.sampled_from(choices), min_size=1, max_size=most))
        return tuple(Field(f"{prefix}{number}", kind, pool) for number, (kind, pool) in enumerate(drawn))

    pools = {name: fields(name[0], kinds + references, 3) for name in names}
    if anonymous and len(names) == 2:
        pools[names[1]] = fields("p", kinds, 2)
        pools[names[0]] += (Field("place", draw(st.sampled_from(("slot", "per"))), names[1]),)
    return Shape(fields("s", kinds, 2), pools, sizes, anonymous)


class Author:
    """Draws what speaks about one shape. `names` maps the names of slots in scope to their pools."""

    def __init__(self, draw: st.DrawFn, shape: Shape) -> None:
        self.draw = draw
        self.shape = shape
        self.referenced = shape.referenced
        self.state_type, self.row_types = shape.types()

    def pick(self, options: Any) -> Any:
        return self.draw(st.sampled_from(list(options)))

    def constants(self, field: Field) -> list[Any]:
        """The values of a field that a system may mention."""
        sizes = self.shape.sizes
        return field.anonymous_values(sizes) if self.shape.anonymous else field.values(sizes)

    def row(self, pool: str, *, initial: bool = False) -> Row:
        values = {
            field.name: self.pick(field.values(self.shape.sizes) if initial else self.constants(field))
            for field in self.shape.pools[pool]
        }
        return self.row_types[pool](**values)

    def state(self) -> State:
        sizes = self.shape.sizes
        values = {field.name: self.pick(field.values(sizes)) for field in self.shape.scalars}
        for pool, size in sizes.items():
            rows = [self.row(pool, initial=True) for _ in range(self.pick([size, size - 1, 1, 0]))]
            values[pool] = Pool.of(rows, slots=size)
        return self.state_type(**values)

    def expression(self, names: dict[str, str], depth: int = 2) -> Expression:
        options = ["scalar"] + ["row"] * 2 * bool(names)
        if depth:
            options += ["not", "both", "at least", "derived"]
        match self.pick(options):
            case "row":
                return self.about_row(names)
            case "not":
                return Not(self.expression(names, depth - 1))
            case "both":
                return Both(self.expression(names, depth - 1), self.expression(names, depth - 1))
            case "at least":
                return self.at_least(names, depth)
            case "derived":
                return self.derived(names, depth)
        field = self.pick(self.shape.scalars)
        below = field.kind == "count" and self.draw(st.booleans())
        return Scalar(field.name, self.pick(field.values(self.shape.sizes)), below)

    def about_row(self, names: dict[str, str]) -> Expression:
        slot = self.pick(names)
        pool = names[slot]
        field = self.pick(self.shape.pools[pool])
        targets = [name for name in names if names[name] == field.pool]
        if field.kind == "per":
            return Element(pool, slot, field.name, self.pick([None, *targets]))
        if field.kind == "slot" and targets and self.draw(st.booleans()):
            return PointsTo(pool, slot, field.name, self.pick(targets))
        below = field.kind == "count" and self.draw(st.booleans())
        return OfRow(pool, slot, field.name, self.pick(self.constants(field)), below)

    def at_least(self, names: dict[str, str], depth: int) -> AtLeast:
        pool = self.pick(self.shape.pools)
        inner = {name: other for name, other in names.items() if name != "row"} | {"row": pool}
        return AtLeast(pool, self.draw(st.integers(1, 2)), self.expression(inner, depth - 1))

    def derived(self, names: dict[str, str], depth: int) -> Derived:
        """A derived function of the slots in scope."""
        known = {name: pool for name, pool in names.items() if name != "row"}
        counted = self.at_least(known, depth)
        arguments = tuple(known)

        @derived
        def count(state: Any, *slots: int) -> int:
            return rows_with(state, counted, dict(zip(arguments, slots, strict=True)))

        return Derived(count, arguments, counted.number)

    def command(self, names: dict[str, str], depth: int = 2, *, may_create: bool = True) -> Command:
        options = ["assign"] + ["row"] * 4 * bool(names)
        options += ["create"] * may_create
        if depth:
            options += ["then", "either", "when", "for some", "update all"]
        match self.pick(options):
            case "row":
                return self.on_row(names)
            case "create":
                pool = self.pick(self.shape.pools)
                return Create(pool, self.row(pool))
            case "then":
                return Then(
                    self.command(names, depth - 1, may_create=may_create),
                    self.command(names, depth - 1, may_create=False),
                )
            case "either":
                return Either(*[self.command(names, depth - 1, may_create=may_create) for _ in range(2)])
            case "when":
                return When(self.expression(names), self.command(names, depth - 1, may_create=may_create))
            case "for some":
                # No creation here: a full pool would cut off the choices that come later in slot order.
                pool = self.pick(self.shape.pools)
                inner = {**names, "row": pool}
                return ForSome(pool, self.expression(inner, 1), self.command(inner, depth - 1, may_create=False))
            case "update all":
                return self.update_all(names)
        field = self.pick(self.shape.scalars)
        values = field.values(self.shape.sizes)
        if self.draw(st.booleans()):
            return Advance(field.name, tuple(values))
        return Assign(field.name, self.pick(values))

    def on_row(self, names: dict[str, str]) -> Command:
        slot = self.pick(names)
        pool = names[slot]
        field = self.pick(self.shape.pools[pool])
        targets = [name for name in names if names[name] == field.pool]
        sources = [name for name in names if names[name] == pool and name != slot]
        options = ["advance"] * 4 + ["update", "delete"] + ["copy"] * bool(sources)
        options += ["mark" if field.kind == "per" else "point"] * 2 * bool(targets)
        match self.pick(options):
            case "delete":
                return Delete(pool, slot)
            case "copy":
                return Copy(pool, slot, field.name, self.pick(sources))
            case "mark":
                return Mark(pool, slot, field.name, self.pick(targets), self.draw(st.booleans()))
            case "point":
                return Point(pool, slot, field.name, self.pick(targets))
            case "update":
                return Update(pool, slot, field.name, self.pick(self.constants(field)))
        return AdvanceRow(pool, slot, field.name, tuple(self.constants(field)))

    def update_all(self, names: dict[str, str]) -> UpdateAll:
        pool = self.pick(self.shape.pools)
        field = self.pick(self.shape.pools[pool])
        condition = self.expression({**names, "row": pool}, 1)
        return UpdateAll(pool, condition, field.name, self.pick(self.constants(field)))

    def action(self, number: int) -> Action:
        pools = self.pick([1, 1, 1, 2, 2, 0]) * [self.pick(self.shape.pools)]
        if len(pools) == 2:
            pools[1] = self.pick(self.shape.pools)
        names = {f"slot{index}": pool for index, pool in enumerate(pools)}
        command = self.command(names)
        if self.draw(st.booleans()):
            command = When(self.expression(names), command)

        def act(state: Any, **slots: int) -> Iterator[Any]:
            yield from command.outcomes(state, slots)

        act.__name__ = f"action{number}"
        act.__doc__ = repr(command)
        act.__annotations__ = {name: Annotated[int, SlotOf(pool)] for name, pool in names.items()}
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        act.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [inspect.Parameter(name, kind) for name in ("state", *names)]
        )
        return Action(act)

    def property(self, number: int) -> Property:
        kind = self.pick([kind for kind in Kind if not kind.liveness])
        condition = Both(self.expression({}), self.expression({}))
        if kind is not Kind.NEVER_STEP:

            def in_state(state: Any) -> Iterator[str]:
                if condition.value(state, {}):
                    yield "offender"

            return Property(f"{kind.value} {number}: {condition}", kind, in_state)
        pool = self.pick(self.shape.pools)
        was, becomes = self.expression({"row": pool}, 1), self.expression({"row": pool}, 1)

        def in_step(before: Any, after: Any) -> Iterator[int]:
            if not condition.value(before, {}):
                for slot in taken_slots(before, pool):
                    if was.value(before, {"row": slot}) and becomes.value(after, {"row": slot}):
                        yield slot

        return Property(f"{kind.value} {number}: not {condition}, {was}, {becomes}", kind, in_step)


@st.composite
def random_systems(draw: st.DrawFn) -> Scenario[Any]:
    """A scenario with one or two initial states, a few actions and a few properties."""
    author = Author(draw, draw(shapes()))
    initial = tuple(author.state() for _ in range(draw(st.integers(1, 2))))
    actions = tuple(author.action(number) for number in range(draw(st.integers(2, 5))))
    properties = tuple(author.property(number) for number in range(draw(st.integers(1, 3))))
    return Scenario("random system", initial, actions, properties)


@st.composite
def random_states(draw: st.DrawFn) -> list[State]:
    """States of one type, with pools of one size."""
    author = Author(draw, draw(shapes()))
    return [author.state() for _ in range(draw(st.integers(1, 5)))]
