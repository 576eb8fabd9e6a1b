"""When a schedule fires next.

Times are milliseconds since 1970 (UTC). Activations are on whole seconds.
Source: vendor/github.com/robfig/cron/v3/spec.go, vendor/github.com/robfig/cron/v3/constantdelay.go
"""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import NamedTuple, TypeAlias

import msgspec

from model.controllers.cronjob.time_zones import civil_time, instant

SEARCHED_YEARS = 5
"""A schedule that does not fire in so many calendar years is taken never to fire."""
_HOUR = 3600


class ConstantDelaySchedule(msgspec.Struct, frozen=True):
    """``@every``: `delay` (milliseconds) after the previous activation, whenever that was.

    Source: vendor/github.com/robfig/cron/v3/constantdelay.go
    """

    delay: int

    def next(self, after: int) -> int | None:
        """The first activation later than `after`, on a whole second."""
        return after - after % 1000 + self.delay


class SpecSchedule(msgspec.Struct, frozen=True, kw_only=True):
    """The five fields of a cron expression, each as the set of its values; Sunday is 0.

    Source: vendor/github.com/robfig/cron/v3/spec.go
    """

    minutes: frozenset[int]
    hours: frozenset[int]
    days_of_month: frozenset[int]
    months: frozenset[int]
    days_of_week: frozenset[int]
    any_day_of_month: bool = False
    """The field holds a ``*`` or ``?``."""
    any_day_of_week: bool = False
    """As any_day_of_month."""
    zone: tzinfo = UTC

    def day_matches(self, at: datetime) -> bool:
        """Whether it fires on that day: either field may say so, but both must if one of them is a star.

        Source: vendor/github.com/robfig/cron/v3/spec.go (dayMatches)
        """
        day_of_month = at.day in self.days_of_month
        day_of_week = at.isoweekday() % 7 in self.days_of_week
        if self.any_day_of_month or self.any_day_of_week:
            return day_of_month and day_of_week
        return day_of_month or day_of_week

    def next(self, after: int) -> int | None:
        """The first activation later than `after`; None if there is none within five years.

        Where the clock is put back, an hour may fire twice; where it is put forward, the hour left out does not.
        Source: vendor/github.com/robfig/cron/v3/spec.go (Next)
        """
        place = _Place(after // 1000 + 1)
        last_year = civil_time(place.seconds, self.zone).year + SEARCHED_YEARS
        while civil_time(place.seconds, self.zone).year <= last_year:
            place = place._replace(wrapped=False)
            for field in _FIELDS:
                place = _move_on(self, field, place)
                if place.wrapped:
                    break
            else:
                return place.seconds * 1000
        return None


Schedule: TypeAlias = SpecSchedule | ConstantDelaySchedule


class _Place(NamedTuple):
    """How far the search for an activation has come."""

    seconds: int
    truncated: bool = False
    """It has left the second it started from: smaller units start from their lowest value."""
    wrapped: bool = False
    """A field came round to its lowest value: the larger ones have changed."""


class _Field(NamedTuple):
    """One unit of civil time, and how to move to its next value."""

    matches: Callable[[SpecSchedule, datetime], bool]
    start: Callable[[datetime, int], int]
    """When the unit that holds this civil time, an instant, began."""
    following: Callable[[datetime, int], int]
    lowest: Callable[[datetime], bool]


def _move_on(schedule: SpecSchedule, field: _Field, place: _Place) -> _Place:
    """Go forward until the field matches, or comes round."""
    seconds, truncated, _ = place
    at = civil_time(seconds, schedule.zone)
    while not field.matches(schedule, at):
        if not truncated:
            seconds = field.start(at, seconds)
            at = civil_time(seconds, schedule.zone)
            truncated = True
        seconds = field.following(at, seconds)
        at = civil_time(seconds, schedule.zone)
        if field.lowest(at):
            return _Place(seconds, truncated, wrapped=True)
    return _Place(seconds, truncated)


def _zone(at: datetime) -> tzinfo:
    return at.tzinfo or UTC


def _next_month(at: datetime, _: int) -> int:
    return instant(_zone(at), at.year, at.month + 1, at.day, at.hour, at.minute, at.second)


def _next_day(at: datetime, _: int) -> int:
    """The same time on the next day; the nearest midnight if the clock is put forward or back in between."""
    seconds = instant(_zone(at), at.year, at.month, at.day + 1, at.hour, at.minute, at.second)
    hour = civil_time(seconds, _zone(at)).hour
    return seconds + ((24 - hour) if hour > 12 else -hour) * _HOUR


_FIELDS = (
    _Field(
        lambda schedule, at: at.month in schedule.months,
        lambda at, _: instant(_zone(at), at.year, at.month),
        _next_month,
        lambda at: at.month == 1,
    ),
    _Field(
        lambda schedule, at: schedule.day_matches(at),
        lambda at, _: instant(_zone(at), at.year, at.month, at.day),
        _next_day,
        lambda at: at.day == 1,
    ),
    _Field(
        lambda schedule, at: at.hour in schedule.hours,
        lambda at, _: instant(_zone(at), at.year, at.month, at.day, at.hour),
        lambda _, seconds: seconds + _HOUR,
        lambda at: at.hour == 0,
    ),
    _Field(
        lambda schedule, at: at.minute in schedule.minutes,
        lambda _, seconds: seconds - seconds % 60,
        lambda _, seconds: seconds + 60,
        lambda at: at.minute == 0,
    ),
    _Field(
        lambda _, at: at.second == 0,
        lambda _, seconds: seconds,
        lambda _, seconds: seconds + 1,
        lambda at: at.second == 0,
    ),
)
