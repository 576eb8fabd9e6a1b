"""Values that are a whole number or a percentage: maxSurge, maxUnavailable, minAvailable, targetPort.

A whole number is a Python ``int``, any other text a ``str``.

Source: staging/src/k8s.io/apimachinery/pkg/util/intstr/intstr.go
"""

import re

_DECIMAL = re.compile(r"[+-]?[0-9]+")
_INT32 = range(-(2**31), 2**31)
_INT64 = range(-(2**63), 2**63)


def parse_decimal(text: str, within: range = _INT64) -> int:
    """The whole number that `text` spells: an optional sign and ASCII digits, nothing else.

    Raises ValueError if it spells none, or one that is not `within` the range.
    Source: Go's strconv.ParseInt with base 10.
    """
    if not _DECIMAL.fullmatch(text):
        raise ValueError(f"{text!r} is not a decimal number")
    number = int(text)
    if number not in within:
        raise ValueError(f"{text!r} is out of range: {within.start} to {within.stop - 1}")
    return number


def parse_int_or_string(text: str) -> int | str:
    """`text` as a whole number if it spells one that fits in 32 bits, else `text` itself.

    Source: staging/src/k8s.io/apimachinery/pkg/util/intstr/intstr.go (Parse)
    """
    try:
        return parse_decimal(text, within=_INT32)
    except ValueError:
        return text


def parse_int_or_percent(value: int | str) -> tuple[int, bool]:
    """The number in `value`, and whether it is a percentage (``"25%"``).

    Raises ValueError if `value` is text that is not a whole number followed by a percent sign.
    Source: staging/src/k8s.io/apimachinery/pkg/util/intstr/intstr.go (getIntOrPercentValueSafely)
    """
    if isinstance(value, str):
        if not value.endswith("%"):
            raise ValueError(f"{value!r} is neither a whole number nor a percentage such as '25%'")
        return parse_decimal(value.removesuffix("%")), True
    return value, False


def percentage_of(percent: int, total: int, *, round_up: bool) -> int:
    """`percent` % of `total`, rounded to a whole number: up (towards +infinity) or down.

    Kubernetes rounds a 64-bit float; whole numbers give the same while ``percent * total`` is below 2**53.
    """
    if round_up:
        return -(-percent * total // 100)
    return percent * total // 100


def scaled_value(value: int | str, total: int, *, round_up: bool) -> int:
    """`value` itself if it is a whole number, else that percentage of `total`, rounded up or down.

    Raises ValueError if `value` is text but not a percentage.
    Source: staging/src/k8s.io/apimachinery/pkg/util/intstr/intstr.go (GetScaledValueFromIntOrPercent)
    """
    number, is_percent = parse_int_or_percent(value)
    return percentage_of(number, total, round_up=round_up) if is_percent else number
