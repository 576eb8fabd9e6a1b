"""How to verify: the options of the command line, checked."""

import re
from collections.abc import Sequence
from typing import Literal

import msgspec

from checker.results import Limits
from kubeproof.scenarios import ALL, ASSUMPTIONS, scenario_names
from kubeproof.standard.catalog import PROPERTIES

MAX_STATES = 3_000_000
MAX_STATES_OF_RUNS = 1_000_000
NODES = 2
LONGEST_RUN = 100
_MEMORY = re.compile(r"(?P<number>\d+(\.\d+)?) ?((?P<prefix>[kmgt])(?P<binary>i)?b?)?", re.IGNORECASE | re.ASCII)

Way = Literal["breadth", "depth", "simulation"]


class UsageError(ValueError):
    """An option names something that does not exist, or makes no sense."""


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How to verify; see `kubeproof.verification.verify`."""

    scenarios: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()
    assume: tuple[str, ...] = ()
    nodes: int = NODES
    replicas: int | None = None
    deepen: bool = False
    search: Way = "breadth"
    seed: int = 0
    symmetry: bool = True
    partial_order: bool = False
    live_columns: bool = False
    max_states: int | None = None
    max_depth: int | None = None
    timeout: float | None = None
    memory: int | None = None
    workers: int | None = None
    sample: bool = False

    def limits(self, seconds: float | None, max_states: int) -> Limits:
        """The limits of one search: so many seconds are left, and so many states are the default."""
        return Limits(self.max_states or max_states, seconds, self.max_depth, self.memory)


def memory_size(text: str) -> int:
    """Bytes, from a number of MiB or a number with a unit, as in ``2GiB`` or ``800MB``.

    Raises
    ------
    UsageError
        If the text is neither.
    """
    match = _MEMORY.fullmatch(text.strip())
    if match is None or float(match["number"]) == 0:
        raise UsageError(f"--memory takes a number of MiB, or a size such as 2GiB or 800MB, not {text!r}")
    if match["prefix"] is None:
        return int(float(match["number"]) * 2**20)
    base = 1024 if match["binary"] else 1000
    return int(float(match["number"]) * base ** (1 + "kmgt".index(match["prefix"].lower())))


def check_options(options: Options, *, saved: bool = False) -> None:
    """Refuse names that do not exist and numbers that make no sense; `saved`: the run is kept in a folder.

    Raises
    ------
    UsageError
        At the first.
    """
    _check_names("scenario", options.scenarios, [*scenario_names(), ALL])
    _check_names("property", options.properties, [prop.name for prop in PROPERTIES])
    _check_names("assumption", options.assume, list(ASSUMPTIONS))
    for name in ("nodes", "replicas", "max_states", "max_depth", "memory", "workers"):
        number = getattr(options, name)
        if number is not None and number < 1:
            raise UsageError(f"--{name.replace('_', '-')} must be at least 1, not {number}")
    if options.seed < 0:
        raise UsageError(f"--seed must be at least 0, not {options.seed}")
    if options.timeout is not None and options.timeout <= 0:
        raise UsageError(f"--timeout must be more than 0 seconds, not {options.timeout}")
    if saved and options.search != "breadth":
        raise UsageError(f"--checkpoint keeps a breadth-first search, not --search {options.search}")
    if saved and (options.partial_order or options.live_columns):
        raise UsageError("--checkpoint cannot keep a search with --partial-order or --live-columns")


def _check_names(what: str, names: Sequence[str], known: Sequence[str]) -> None:
    for name in names:
        if name not in known:
            raise UsageError(f"no {what} is called {name!r}; there are: {', '.join(known)}")
