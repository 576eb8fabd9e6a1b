"""Amounts of resources in manifests: ``500m``, ``1.5Gi``, ``12e6``.

Kubernetes keeps a quantity in 64 bits where it fits and as a long decimal where not; the two round, overflow and are
written differently, which shows at the edges.

Source: staging/src/k8s.io/apimachinery/pkg/api/resource/quantity.go, suffix.go and amount.go,
https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

import re
from decimal import ROUND_UP, Context, Decimal
from enum import Enum

import msgspec

from model.api.intstr import parse_decimal

_QUANTITY = re.compile(r"([+-]?)0*([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)")
_MOST = 2**63 - 1
_NANO = -9
_EXACT = Context(prec=10_000)


class Format(Enum):
    """Which kind of suffix a quantity is written with."""

    DECIMAL_SI = "DecimalSI"
    BINARY_SI = "BinarySI"
    DECIMAL_EXPONENT = "DecimalExponent"


_DECIMAL_SUFFIXES = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY_SUFFIXES = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}


class Quantity(msgspec.Struct, frozen=True, kw_only=True):
    """An amount. Compare `amount`s to compare quantities."""

    amount: Decimal
    format: Format
    fits_64_bits: bool
    """Kept as a 64-bit number times a power of ten, the exponent of `amount`."""
    text: str = ""
    """How it was written, if that is how Kubernetes will write it."""


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
    return _short(text, sign, whole, fraction, format, exponent) or _long(
        sign, whole, fraction, format, exponent
    )


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


def _short(
    text: str, sign: str, whole: str, fraction: str, format: Format, exponent: int
) -> Quantity | None:
    """The quantity in 64 bits, or None if it takes too many digits."""
    digits = (whole or "0") + fraction
    factor = 1
    scale = exponent - len(fraction)
    room = 18 - len(digits)
    if format is Format.BINARY_SI:
        factor = 2**exponent
        scale = 0
        room = -1 if fraction else 14 - len(digits) - exponent * 3 // 10
    if room < 0 or scale < _NANO or int(digits) * factor > _MOST:
        return None
    amount = Decimal(int(digits) * factor).scaleb(scale, _EXACT)
    if format is Format.BINARY_SI:
        canonical = int(digits) % 8 != 0
    else:
        canonical = scale % 3 == 0 and not digits.endswith("000") and not digits.startswith("0")
    return Quantity(
        amount=-amount if sign == "-" else amount,
        format=format,
        fits_64_bits=True,
        text=text if canonical or text == "0" else "",
    )


def _long(sign: str, whole: str, fraction: str, format: Format, exponent: int) -> Quantity:
    """The quantity as a long decimal with nine places."""
    if not whole and not fraction:
        raise ValueError("a quantity needs a digit")
    amount = Decimal(f"{whole}.{fraction}")
    if format is Format.BINARY_SI:
        amount = min(_EXACT.multiply(amount, Decimal(2**exponent)), Decimal(_MOST))
    else:
        amount = amount.scaleb(exponent, _EXACT)
    if amount:
        amount = amount.quantize(Decimal(1).scaleb(_NANO), ROUND_UP, _EXACT)
    return Quantity(amount=-amount if sign == "-" else amount, format=format, fits_64_bits=False)
