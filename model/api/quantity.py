"""Amounts of resources in manifests: ``500m``, ``1.5Gi``, ``12e6``.

Kubernetes keeps a quantity in 64 bits where that is easy and as a long decimal where it is not. They overflow and
round differently, which shows at the edges only: below 2**63, amounts of zero or more come out exact, rounded up.

Source: staging/src/k8s.io/apimachinery/pkg/api/resource/quantity.go, amount.go, math.go, scale_int.go and suffix.go,
https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

import re
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, ROUND_UP, Context, Decimal
from enum import Enum

import msgspec

from model.api.intstr import parse_decimal

_QUANTITY = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)")
_MOST = 2**63 - 1
_NANO = -9
_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)
_DECIMAL_SUFFIXES = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY_SUFFIXES = {"": 0, "Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}


class Format(Enum):
    """Which kind of suffix a quantity is written with."""

    DECIMAL_SI = "DecimalSI"
    BINARY_SI = "BinarySI"
    DECIMAL_EXPONENT = "DecimalExponent"


class Quantity(msgspec.Struct, frozen=True, kw_only=True):
    """An amount, `unscaled` * 10**`exponent`."""

    unscaled: int
    exponent: int
    format: Format
    long: bool = False
    """Kept as a long decimal, not in 64 bits."""
    text: str = ""
    """How it was written, where Kubernetes keeps that."""

    @property
    def amount(self) -> Decimal:
        """The exact amount."""
        return Decimal(self.unscaled).scaleb(self.exponent, _EXACT)


def parse_quantity(text: str) -> Quantity:
    """The quantity that `text` spells: a decimal number and a suffix.

    Raises ValueError if it spells none. Less than 1n counts as 1n; binary quantities end at 2**63 - 1.
    Source: quantity.go (ParseQuantity)
    """
    found = _QUANTITY.fullmatch(text)
    if not text or not found:
        raise ValueError(f"{text!r} is not a quantity such as 500m, 2, 1.5Gi or 12e6")
    sign, whole, fraction, suffix = found.groups(default="")
    format, exponent = _interpret(suffix)
    quantity = _short(text, whole, fraction, format, exponent) or _long(whole, fraction, format, exponent)
    return msgspec.structs.replace(quantity, unscaled=-quantity.unscaled) if sign == "-" else quantity


def _interpret(suffix: str) -> tuple[Format, int]:
    """The format of a suffix, and the power of ten or of two that it stands for.

    Source: suffix.go (suffixHandler.interpret)
    """
    if suffix in _DECIMAL_SUFFIXES:
        return Format.DECIMAL_SI, _DECIMAL_SUFFIXES[suffix]
    if suffix in _BINARY_SUFFIXES:
        return Format.BINARY_SI, _BINARY_SUFFIXES[suffix]
    if suffix[0] in "eE":
        return Format.DECIMAL_EXPONENT, parse_decimal(suffix[1:], within=range(-(2**31), 2**31))
    raise ValueError(f"{suffix!r} is not a suffix of quantities")


def _short(text: str, whole: str, fraction: str, format: Format, exponent: int) -> Quantity | None:
    """The amount in 64 bits, or None if it has, or might have, too many digits for that."""
    digits = (whole.lstrip("0") or "0") + fraction
    if format is Format.BINARY_SI:
        room = -1 if fraction else 14 - len(digits) - exponent * 3 // 10
        unscaled, scale = int(digits) * 2**exponent, 0
        as_written = int(digits) % 8 != 0
    else:
        room = 18 - len(digits)
        unscaled, scale = int(digits), exponent - len(fraction)
        as_written = scale % 3 == 0 and not digits.endswith("000") and not digits.startswith("0")
    if room < 0 or scale < _NANO or unscaled > _MOST:
        return None
    return Quantity(unscaled=unscaled, exponent=scale, format=format, text=text if as_written else "")


def _long(whole: str, fraction: str, format: Format, exponent: int) -> Quantity:
    """The amount as a long decimal: rounded up to nine places, and a binary one no more than 2**63 - 1."""
    if not whole and not fraction:
        raise ValueError("a quantity needs a digit")
    amount = Decimal(f"{whole}.{fraction}")
    if format is Format.BINARY_SI:
        amount = min(_EXACT.multiply(amount, Decimal(2**exponent)), Decimal(_MOST))
    else:
        amount = amount.scaleb(exponent, _EXACT)
    nanos = amount.scaleb(-_NANO, _EXACT).to_integral_value(ROUND_UP, _EXACT)
    return Quantity(unscaled=int(nanos), exponent=_NANO, format=format, long=True)


def compare(one: Quantity, other: Quantity) -> int:
    """-1, 0 or 1: `one` is less than, as much as, or more than `other`. Source: quantity.go (Cmp)."""
    return (one.amount > other.amount) - (one.amount < other.amount)


def value(quantity: Quantity) -> int:
    """The amount as a whole number, rounded up: bytes for memory. Source: quantity.go (Value)."""
    return _scaled_value(quantity, 0)


def milli_value(quantity: Quantity) -> int:
    """The amount in thousandths, rounded up: millicores for cpu. Source: quantity.go (MilliValue)."""
    return _scaled_value(quantity, -3)


def _scaled_value(quantity: Quantity, exponent: int) -> int:
    """The amount in units of 10**`exponent`.

    Source: quantity.go (ScaledValue), amount.go (AsScaledInt64), scale_int.go (scaledValue)
    """
    places = quantity.exponent - exponent
    if places < 0:
        return _rounded_up(quantity, 10**-places)
    if quantity.long:
        return _int64(_int64(quantity.unscaled) * (10**places if places < 19 else -(2**63)))
    whole: int = quantity.unscaled * 10 ** min(places, 19)
    if abs(whole) <= _MOST:
        return whole
    # where Go multiplies in one go it overflows silently, elsewhere it notices and gives up
    return _int64(whole) if places in (1, 2, 3, 6, 9) else 0


def _rounded_up(quantity: Quantity, divisor: int) -> int:
    """The unscaled amount divided: away from zero in 64 bits, as a long decimal as Go's quotients happen to fall."""
    if not quantity.long:
        magnitude = -(-abs(quantity.unscaled) // divisor)
        return magnitude if quantity.unscaled >= 0 else -magnitude
    if quantity.unscaled < _MOST and divisor < 10**19:
        unscaled = _int64(quantity.unscaled)
        quotient = abs(unscaled) // divisor * (1 if unscaled >= 0 else -1)
        return quotient + (1 if unscaled % divisor else 0)
    return _int64(-(-quantity.unscaled // divisor))


def _int64(number: int) -> int:
    """What 64 bits keep of `number`."""
    return (number + 2**63) % 2**64 - 2**63


def canonical(quantity: Quantity) -> str:
    """How Kubernetes writes the quantity: without a fraction, and with the largest suffix that allows that.

    Source: quantity.go (String, CanonicalizeBytes)
    """
    if quantity.text:
        return quantity.text
    amount = quantity.amount
    whole = amount == amount.to_integral_value(ROUND_UP, _EXACT)
    if quantity.format is Format.BINARY_SI and whole and abs(amount) >= 1024:
        number, exponent = _without_factors(int(amount), 1024)
        return f"{number}{_suffix(_BINARY_SUFFIXES, exponent * 10)}"
    number, times = _without_factors(quantity.unscaled, 10)
    exponent = quantity.exponent + times if number else 0
    number, exponent = number * 10 ** (exponent % 3), exponent - exponent % 3
    if quantity.format is Format.DECIMAL_EXPONENT:
        return f"{number}e{exponent}" if exponent else str(number)
    return f"{number}{_suffix(_DECIMAL_SUFFIXES, exponent)}"


def _without_factors(number: int, factor: int) -> tuple[int, int]:
    """`number` divided by `factor` as often as it goes, and how often that is."""
    times = 0
    while number and number % factor == 0:
        number, times = number // factor, times + 1
    return number, times


def _suffix(suffixes: dict[str, int], exponent: int) -> str:
    """The suffix for a power; none where there is no suffix for it, although that makes another number of it."""
    return next((suffix for suffix, power in suffixes.items() if power == exponent), "")
