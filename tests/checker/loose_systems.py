"""Random small systems of loosely coupled parts, for Hypothesis.

As `random_systems`, but everything begins at its first value, every scalar has an action that moves it on, and guards
and properties look at one or two parts: many events have nothing to do with each other, some share what they read or
write (a lock, say), many go round in cycles or get stuck, and rows of a pool do all of that side by side. Some write
notes that hardly anything reads.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import strategies as st

from checker.state import Pool, State
from checker.vocabulary import Action, Kind, Property, Scenario
from tests.checker.guarded_commands import (
    Advance,
    AdvanceRow,
    Assign,
    AtLeast,
    Both,
    Command,
    Element,
    Expression,
    Not,
    OfRow,
    Scalar,
    Then,
    Update,
    When,
    following,
)
from tests.checker.random_systems import Author, Field, Shape

Names = Mapping[str, str]


class LooseAuthor(Author):
    """Draws actions that move one part on, and properties that look at few. `names` are the slots in scope."""

    @property
    def scalars(self) -> list[Field]:
        return [field for field in self.shape.scalars if field.name != "note"]

    def initial(self) -> State:
        """Everything at its first value; one slot of a pool may be empty."""
        sizes = self.shape.sizes
        values: dict[str, Any] = {field.name: field.values(sizes)[0] for field in self.shape.scalars}
        for pool, fields in self.shape.pools.items():
            row = self.row_types[pool](**{field.name: field.values(sizes)[0] for field in fields})
            values[pool] = Pool.of([row] * (sizes[pool] - self.pick([0, 0, 1])), slots=sizes[pool])
        return self.state_type(**values)

    def actions(self) -> tuple[Action, ...]:
        """One that moves each scalar on, and others."""
        self.unmoved = list(self.scalars)
        count = len(self.unmoved) + self.draw(st.integers(1, 4))
        actions = [self.action(number) for number in range(count)]
        return tuple(self.draw(st.permutations(actions)))

    def command(self, names: dict[str, str], depth: int = 2, *, may_create: bool = True) -> Command:
        if self.unmoved:
            return self.move_scalar(self.unmoved.pop())
        if self.pick(range(8)) == 0:
            return super().command(names, 1, may_create=may_create)
        command = self.move(names)
        match self.pick(["move", "note", "", "", "", ""]):
            case "move":
                command = Then(command, self.move(names))
            case "note":
                command = Then(command, Assign("note", self.pick([0, 1, 2])))
        return command

    def move(self, names: Names) -> Command:
        """One part goes on: always in a circle, or from one value to another."""
        if names and self.pick([True, True, False]):
            return self.move_row(names)
        return self.move_scalar(self.pick(self.scalars))

    def move_scalar(self, field: Field) -> Command:
        values = field.values(self.shape.sizes)
        if self.pick(range(4)) == 0:
            return Advance(field.name, tuple(values))
        before = self.pick(values[:-1])
        return When(Scalar(field.name, before), Assign(field.name, following(tuple(values), before)))

    def move_row(self, names: Names) -> Command:
        slot = self.pick(names)
        field = self.pick(self.shape.pools[names[slot]])
        values = field.values(self.shape.sizes)
        if field.kind == "per" or self.pick(range(4)) == 0:
            return AdvanceRow(names[slot], slot, field.name, tuple(values))
        if field.kind == "slot":
            return self.on_row(dict(names))
        before = self.pick(values[:-1])
        after = following(tuple(values), before)
        return When(OfRow(names[slot], slot, field.name, before), Update(names[slot], slot, field.name, after))

    def expression(self, names: dict[str, str], depth: int = 2) -> Expression:
        return super().expression(names, depth) if self.pick(range(8)) == 0 else self.test(names)

    def test(self, names: Names) -> Expression:
        """Something about one part."""
        if names and self.pick([True, False]):
            return self.about_row(dict(names))
        field = self.pick(self.scalars)
        return Scalar(field.name, self.pick(field.values(self.shape.sizes)))

    def goal(self) -> Expression:
        """Something has left its first value: a scalar, or a field of some rows."""
        if self.pick([True, False]):
            field = self.pick(self.scalars)
            return Scalar(field.name, self.pick(field.values(self.shape.sizes)[1:]))
        pool = self.pick(self.shape.pools)
        field = self.pick(self.shape.pools[pool])
        if field.kind == "per":
            return AtLeast(pool, 1, Element(pool, "row", field.name, None))
        value = self.pick(field.values(self.shape.sizes)[1:])
        return AtLeast(pool, self.pick([1, 1, 2]), OfRow(pool, "row", field.name, value))

    def property(self, number: int) -> Property:
        condition = self.condition()

        def in_state(state: Any) -> Iterator[str]:
            if condition.value(state, {}):
                yield "offender"

        kind = self.pick([Kind.NEVER, Kind.SOMETIMES])
        return Property(f"{kind.value} {number}: {condition}", kind, in_state)

    def condition(self) -> Expression:
        match self.pick(["one", "two", "order", "order"]):
            case "one":
                return self.goal()
            case "two":
                return Both(self.goal(), self.test({}))
        return Both(self.goal(), Not(self.goal()))


@st.composite
def loose_systems(draw: st.DrawFn) -> Scenario[Any]:
    """A scenario with several scalars, a pool or two, several actions and properties."""
    kinds = [("flag", ""), ("count", "")]
    names = ("items", "places")[: draw(st.integers(1, 2))]
    references = [(kind, name) for kind in ("slot", "per") for name in names]

    def fields(prefix: str, choices: list[tuple[str, str]], least: int, most: int) -> tuple[Field, ...]:
        drawn = draw(st.lists(st.sampled_from(choices), min_size=least, max_size=most))
        return tuple(Field(f"{prefix}{number}", kind, pool) for number, (kind, pool) in enumerate(drawn))

    pools = {name: fields(name[0], kinds * 3 + references, 1, 2 if name == "items" else 1) for name in names}
    scalars = (*fields("s", kinds, 3, 5), Field("note", "count"))
    shape = Shape(scalars, pools, {name: draw(st.integers(2, 3)) for name in names})
    author = LooseAuthor(draw, shape)
    properties = tuple(author.property(number) for number in range(draw(st.integers(1, 4))))
    return Scenario("loosely coupled system", (author.initial(),), author.actions(), properties)
