"""Time zones as Go's ``time`` package treats them: which names there are, and which instant a civil time is.

Instants are whole seconds since 1970 (UTC).
Source: https://pkg.go.dev/time (LoadLocation, Date)
"""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

_EPOCH = datetime(1970, 1, 1)


def load_location(name: str) -> tzinfo | None:
    """The time zone of that name, None if there is none. Empty and ``Local``: the controller's own, UTC.

    Source: https://pkg.go.dev/time#LoadLocation
    """
    if name in ("", "UTC", "Local"):
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def civil_time(seconds: int, zone: tzinfo) -> datetime:
    """What a clock in `zone` shows at that instant."""
    return datetime.fromtimestamp(seconds, zone)


def instant(zone: tzinfo, year: int, month: int, day: int = 1, hour: int = 0, minute: int = 0, second: int = 0) -> int:
    """When a clock in `zone` shows that; a month or day past the end runs over into the next year or month.

    A civil time that occurs twice, or never, is taken with the offset that is in force at about that time as if it
    were UTC.
    Source: https://pkg.go.dev/time#Date
    """
    first = datetime(year + (month - 1) // 12, (month - 1) % 12 + 1, 1, hour, minute, second)
    as_utc = (first + timedelta(days=day - 1) - _EPOCH) // timedelta(seconds=1)
    return as_utc - _offset(as_utc - _offset(as_utc, zone), zone)


def _offset(seconds: int, zone: tzinfo) -> int:
    """How far `zone` is ahead of UTC at that instant, in seconds."""
    offset = civil_time(seconds, zone).utcoffset() or timedelta()
    return offset // timedelta(seconds=1)


def rfc3339(seconds: int, zone: tzinfo) -> str:
    """The instant as text, with the zone's offset."""
    return civil_time(seconds, zone).isoformat().replace("+00:00", "Z")
