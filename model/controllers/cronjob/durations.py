"""Durations as Go writes them: ``1h30m``, ``1.5s``, ``-2ms``.

Source: https://pkg.go.dev/time#ParseDuration
"""

import re

_UNITS = {
    "ns": 1,
    "us": 1_000,
    "\u00b5s": 1_000,
    "\u03bcs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_PART = re.compile(r"([0-9]*)(?:\.([0-9]*))?([^.0-9]*)")
_LONGEST = 2**63 - 1
"""Nanoseconds: a duration is a signed 64-bit number of them."""


def parse_duration(text: str) -> int:
    """The duration in nanoseconds. Raises ValueError if `text` is malformed or out of range.

    Source: https://pkg.go.dev/time#ParseDuration
    """
    unsigned = text[1:] if text[:1] in ("-", "+") else text
    if unsigned == "0":
        return 0
    if not unsigned:
        raise ValueError(f"duration {text!r}: no number")
    total = at = 0
    while at < len(unsigned):
        part = _PART.match(unsigned, at)
        assert part is not None  # every part of the pattern may be empty
        total += _nanoseconds(text, part)
        at = part.end()
    if total > _LONGEST:
        raise ValueError(f"duration {text!r}: longer than {_LONGEST} nanoseconds")
    return -total if text.startswith("-") else total


def _nanoseconds(text: str, part: re.Match[str]) -> int:
    """A number and its unit."""
    whole, fraction, unit = part.group(1), part.group(2) or "", part.group(3)
    if not whole and not fraction:
        raise ValueError(f"duration {text!r}: expected a number before {unit!r}")
    if unit not in _UNITS:
        raise ValueError(f"duration {text!r}: the unit {unit!r} is none of {', '.join(_UNITS)}")
    # In floating point, as Go does it: what is cut off depends on it.
    return int(whole or 0) * _UNITS[unit] + int(int(fraction or 0) * (_UNITS[unit] / 10 ** len(fraction)))
