"""Cron expressions: five fields, or one of ``@hourly``, ``@daily``, ..., ``@every 90m``.

Unlike other crons this one takes ``?`` for ``*``, names of months and days also within ranges, ``N/step`` from N to
the end, and Sunday as 0 only.

Source: vendor/github.com/robfig/cron/v3/parser.go
"""

import re
from collections.abc import Mapping
from datetime import UTC, tzinfo
from typing import NamedTuple

from model.controllers.cronjob.durations import parse_duration
from model.controllers.cronjob.schedules import ConstantDelaySchedule, Schedule, SpecSchedule
from model.controllers.cronjob.time_zones import load_location

_EVERY = "@every "
_DESCRIPTORS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}


class _Bounds(NamedTuple):
    """The values that a field may have, and the names of some."""

    lowest: int
    highest: int
    names: Mapping[str, int] = {}


_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_BOUNDS = (
    _Bounds(0, 59),
    _Bounds(0, 23),
    _Bounds(1, 31),
    _Bounds(1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    _Bounds(0, 6, {name: number for number, name in enumerate(_DAYS)}),
)


class _Values(NamedTuple):
    """What a field, or one of its ranges, allows."""

    values: frozenset[int]
    star: bool
    """It is written as a ``*`` or ``?`` without a step."""


def parse_schedule(text: str) -> Schedule:
    """The schedule that `text` spells. A prefix ``TZ=<name>`` or ``CRON_TZ=<name>`` names its time zone.

    Raises ValueError if `text` is malformed.
    Source: vendor/github.com/robfig/cron/v3/parser.go (ParseStandard),
    pkg/util/parsers/parsers.go (ParseCronScheduleWithPanicRecovery)
    """
    zone, expression = _split_zone(text)
    if expression.startswith(_EVERY):
        return every(parse_duration(expression.removeprefix(_EVERY)))
    if expression.startswith("@") and expression not in _DESCRIPTORS:
        raise ValueError(f"schedule {text!r}: {expression!r} is neither @every nor one of {', '.join(_DESCRIPTORS)}")
    fields = _DESCRIPTORS.get(expression, expression).split()
    if len(fields) != len(_BOUNDS):
        raise ValueError(f"schedule {text!r}: {len(fields)} fields instead of {len(_BOUNDS)}")
    minutes, hours, days_of_month, months, days_of_week = map(_field, fields, _BOUNDS)
    return SpecSchedule(
        minutes=minutes.values,
        hours=hours.values,
        days_of_month=days_of_month.values,
        months=months.values,
        days_of_week=days_of_week.values,
        any_day_of_month=days_of_month.star,
        any_day_of_week=days_of_week.star,
        zone=zone,
    )


def every(nanoseconds: int) -> ConstantDelaySchedule:
    """A constant delay: whole seconds, at least one.

    Source: vendor/github.com/robfig/cron/v3/constantdelay.go (Every)
    """
    return ConstantDelaySchedule(max(nanoseconds // 10**9, 1) * 1000)


def _split_zone(text: str) -> tuple[tzinfo, str]:
    """The time zone that a prefix names, and the expression."""
    if not text.startswith(("TZ=", "CRON_TZ=")):
        return UTC, text
    prefix, space, expression = text.partition(" ")
    name = prefix.partition("=")[2]
    zone = load_location(name)
    if not space or zone is None:
        raise ValueError(f"schedule {text!r}: no time zone {name!r} before an expression")
    return zone, expression.strip()


def _field(text: str, bounds: _Bounds) -> _Values:
    """A list of ranges. A list of nothing but commas allows no value at all.

    Source: vendor/github.com/robfig/cron/v3/parser.go (getField)
    """
    ranges = [_range(part, bounds) for part in text.split(",") if part]
    values = frozenset(value for each in ranges for value in each.values)
    return _Values(values, any(each.star for each in ranges))


def _range(text: str, bounds: _Bounds) -> _Values:
    """``*``, ``N`` or ``N-M``, each with ``/step`` or without.

    Source: vendor/github.com/robfig/cron/v3/parser.go (getRange)
    """
    span, *steps = text.split("/")
    first, *others = span.split("-")
    star = first in ("*", "?")
    if len(steps) > 1 or (len(others) > 1 and not star):
        raise ValueError(f"{text!r}: more than one step or hyphen")
    start = bounds.lowest if star else _number(first, bounds.names)
    end = bounds.highest if star else _number(others[0], bounds.names) if others else start
    step = _number(steps[0]) if steps else 1
    if steps and not others:
        end = bounds.highest
    if not bounds.lowest <= start <= end <= bounds.highest or step < 1:
        raise ValueError(f"{text!r}: not a range within {bounds.lowest}-{bounds.highest} in steps of 1 or more")
    return _Values(frozenset(range(start, end + 1, step)), star and step == 1)


def _number(text: str, names: Mapping[str, int] = {}) -> int:
    """A number, or a name in any case.

    Source: vendor/github.com/robfig/cron/v3/parser.go (parseIntOrName)
    """
    if text.lower() in names:
        return names[text.lower()]
    if not re.fullmatch(r"\+?[0-9]+", text) or int(text) >= 2**63:
        raise ValueError(f"{text!r}: not a number")
    return int(text)
