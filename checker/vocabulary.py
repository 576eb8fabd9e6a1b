"""The words a scenario is written in: actions, properties, scenarios.

An action is a function from a state to its possible successors, in words: every ``yield`` is one. Parameters after
the first are slots, and say so in their annotation; the action is then bound to every slot of that pool::

    def kubelet_starts_container(state: Cluster, pod: PodSlot) -> Iterator[Cluster]: ...

A property is a function that yields its offenders. Those of states and steps are decided by a search, those of whole
runs by `checker.liveness`, under the fairness that the actions declare. A scenario is the one table that joins initial
states, actions and properties (TLA+'s specification and configuration).
"""

import functools
import inspect
import itertools
import typing
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import Any, Generic, ParamSpec, TypeVar

import msgspec

from checker.state import BoundReached, Constant, Pool, SlotOf, State

S = TypeVar("S", bound=State)
P = ParamSpec("P")
T = TypeVar("T")

ActionFunction = Callable[..., Iterator[Any]]


class Fairness(Enum):
    """What may be relied on about each event of an action (the action bound to slots) in a run without end."""

    WEAK = "weak"
    """An event that stays enabled from some point on is taken again and again. Components are weakly fair."""
    STRONG = "strong"
    """An event that is enabled again and again, with pauses or without, is taken again and again."""
    NONE = "none"
    """Nothing: it may happen, it need not. Disturbances are not fair."""


class Action(msgspec.Struct, frozen=True):
    """One row of a scenario's next-state table."""

    function: ActionFunction
    fairness: Fairness = Fairness.WEAK

    @property
    def name(self) -> str:
        """The function's name."""
        return str(self.function.__name__)

    @property
    def sentence(self) -> str:
        """The first line of the function's docstring: what happens, in the reader's words."""
        return (inspect.getdoc(self.function) or self.name).splitlines()[0]

    def bindings(self, state: State) -> Iterator[dict[str, int]]:
        """Every choice of slots for the function's parameters, in slot order."""
        names = list(slot_parameters(self.function))
        pools = [getattr(state, pool) for pool in slot_parameters(self.function).values()]
        for slots in itertools.product(*[range(pool.capacity) for pool in pools]):
            yield dict(zip(names, slots, strict=True))


def disturbance(function: ActionFunction) -> Action:
    """An action of the environment: it may happen, it need not."""
    return Action(function, Fairness.NONE)


@functools.cache
def slot_parameters(function: ActionFunction) -> dict[str, str]:
    """Parameter name -> pool name, for the parameters of `function` after the state.

    Raises
    ------
    TypeError
        If a parameter is not annotated with a slot.
    """
    hints = typing.get_type_hints(function, include_extras=True)
    found: dict[str, str] = {}
    for name in list(inspect.signature(function).parameters)[1:]:
        marks = [mark for mark in getattr(hints.get(name), "__metadata__", ()) if isinstance(mark, SlotOf)]
        if not marks:
            raise TypeError(
                f"{function.__name__}: parameter {name!r} must be annotated with a slot, "
                "such as Annotated[int, SlotOf('pods')]"
            )
        found[name] = marks[0].pool
    return found


class Event(msgspec.Struct, frozen=True):
    """An action bound to slots."""

    action: Action
    slots: dict[str, int]

    @property
    def name(self) -> str:
        """As in ``kubelet_starts_container(pod=1)``."""
        return f"{self.action.name}({', '.join(f'{name}={slot}' for name, slot in self.slots.items())})"

    def successors(self, state: S) -> Iterator[S]:
        """The states that this event leads to from `state`; a yield that changes nothing is no step.

        Raises
        ------
        BoundReached
            If a row is to be created in a pool without an empty slot.
        """
        for after in self.action.function(state, **self.slots):
            if after != state:
                yield after

    def possible(self, state: S) -> Iterator[S]:
        """The successors up to where a bound cuts them off."""
        try:
            yield from self.successors(state)
        except BoundReached:
            return


class Kind(Enum):
    """What a property says."""

    NEVER = "never"
    """No reachable state has offenders."""
    NEVER_STEP = "never_step"
    """No transition between reachable states has offenders."""
    SOMETIMES = "sometimes"
    """Some reachable state has witnesses: the scenario is not vacuous."""
    EVENTUALLY = "eventually"
    """Every run has a state without offenders."""
    LEADS_TO = "leads_to"
    """Every state in which something obliges is, or is followed by, a state without offenders."""
    ALWAYS_EVENTUALLY = "always_eventually"
    """Every run has states without offenders again and again."""
    EVENTUALLY_ALWAYS = "eventually_always"
    """In every run, from some state on no state has offenders."""

    @property
    def liveness(self) -> bool:
        """It speaks of whole runs: only a run without end can break it. See `checker.liveness`."""
        return self in (Kind.EVENTUALLY, Kind.LEADS_TO, Kind.ALWAYS_EVENTUALLY, Kind.EVENTUALLY_ALWAYS)


class Property(msgspec.Struct, frozen=True):
    """A promise: its name, its kind, and the function that names the offenders (for `sometimes`, the witnesses).

    Offenders of a liveness property are what is not (yet) as promised in a state. `after` is the premise of a
    `leads_to`: it names what obliges in a state.
    """

    name: str
    kind: Kind
    function: Callable[..., Iterator[Any]]
    after: Callable[..., Iterator[Any]] | None = None

    @property
    def sentence(self) -> str:
        """The first line of the function's docstring."""
        return (inspect.getdoc(self.function) or self.name).splitlines()[0]

    def offenders(self, *states: State) -> list[Any]:
        """The offenders in one state, or in one step (before, after)."""
        return list(self.function(*states))


def _property(
    kind: Kind, name: str, after: Callable[..., Iterator[Any]] | None = None
) -> Callable[[Callable[..., Iterator[Any]]], Property]:
    return lambda function: Property(name, kind, function, after)


def never(name: str) -> Callable[[Callable[..., Iterator[Any]]], Property]:
    """Declare that no reachable state has what the decorated function yields."""
    return _property(Kind.NEVER, name)


def never_step(name: str) -> Callable[[Callable[..., Iterator[Any]]], Property]:
    """Declare that no transition (before, after) has what the decorated function yields."""
    return _property(Kind.NEVER_STEP, name)


def sometimes(name: str) -> Callable[[Callable[..., Iterator[Any]]], Property]:
    """Declare that some reachable state has what the decorated function yields."""
    return _property(Kind.SOMETIMES, name)


def eventually(name: str) -> Callable[[Callable[..., Iterator[Any]]], Property]:
    """Declare that every run has a state without what the decorated function yields (◇P)."""
    return _property(Kind.EVENTUALLY, name)


def leads_to(name: str, *, after: Callable[..., Iterator[Any]]) -> Callable[[Callable[..., Iterator[Any]]], Property]:
    """Declare that whenever `after` yields something, then or later nothing offends (□(A → ◇P)).

    Parameters
    ----------
    after
        Yields what obliges in a state. An obligation stays until a state without offenders, also when `after`
        yields nothing any more.
    """
    return _property(Kind.LEADS_TO, name, after)


def always_eventually(name: str) -> Callable[[Callable[..., Iterator[Any]]], Property]:
    """Declare that every run has states without what the decorated function yields again and again (□◇P)."""
    return _property(Kind.ALWAYS_EVENTUALLY, name)


def eventually_always(name: str) -> Callable[[Callable[..., Iterator[Any]]], Property]:
    """Declare that in every run, from some state on, no state has what the decorated function yields (◇□P)."""
    return _property(Kind.EVENTUALLY_ALWAYS, name)


class Scenario(msgspec.Struct, Generic[S], frozen=True):
    """Initial states, next-state table and properties, with what a verdict must say about them."""

    name: str
    initial: tuple[S, ...]
    actions: tuple[Action, ...]
    properties: tuple[Property, ...] = ()
    bounds: Mapping[str, int | str] = {}
    disturbances: Mapping[str, int] = {}
    assumptions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no search can make sense of.

        Raises
        ------
        ValueError
            If the initial states differ in constants or in numbers of slots, or two properties share a name.
        """
        first = self.initial[0] if self.initial else None
        for state in self.initial:
            if _shape(state) != _shape(first):
                raise ValueError(f"{self.name}: initial states must agree in constants and in numbers of slots")
        names = [prop.name for prop in self.properties]
        if len(set(names)) < len(names):
            raise ValueError(f"{self.name}: two properties share a name: {', '.join(names)}")

    @property
    def safety_properties(self) -> tuple[Property, ...]:
        """The properties that a single state or step decides; a search looks at these."""
        return tuple(prop for prop in self.properties if not prop.kind.liveness)

    @property
    def liveness_properties(self) -> tuple[Property, ...]:
        """The properties of whole runs."""
        return tuple(prop for prop in self.properties if prop.kind.liveness)

    def events(self) -> list[Event]:
        """Every action bound to every choice of slots, in the order of the table."""
        return [Event(action, slots) for action in self.actions for slots in action.bindings(self.initial[0])]

    def transitions(self, state: S) -> Iterator[tuple[Event, S]]:
        """Every event that is enabled in `state` and the state that it leads to, up to where a bound cuts it off."""
        for event in self.events():
            for after in event.possible(state):
                yield event, after


def derived(function: Callable[P, T]) -> Callable[P, T]:
    """Mark a function of the state (and slots) that many actions share.

    The plain run just calls it. The learned run learns it once, on its own: its callers then branch on its value
    instead of on everything that it read.
    """

    if inspect.isgeneratorfunction(function):
        raise TypeError(f"{function.__name__} is a generator: a derived function returns a value")

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        learn = getattr(args[0], "_derive", None)
        if learn is None:
            return function(*args, **kwargs)
        value: T = learn(function, args[1:], tuple(sorted(kwargs.items())))
        return value

    return call


def _shape(state: Any) -> list[Any]:
    """A state's constants, and the numbers of slots of its pools."""
    hints = typing.get_type_hints(type(state), include_extras=True)
    shape: list[Any] = [type(state)]
    for name in state.__struct_fields__:
        value = getattr(state, name)
        if isinstance(value, Pool):
            shape.append(value.capacity)
        elif any(isinstance(mark, Constant) for mark in getattr(hints[name], "__metadata__", ())):
            shape.append(value)
    return shape
