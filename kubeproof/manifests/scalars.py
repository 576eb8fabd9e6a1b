"""Plain YAML scalars and keys, as kubectl reads them.

Where YAML's versions disagree, kubectl goes its own way: ``y``, ``no`` and ``on`` are booleans; ``014``, ``0o14``
and ``0x0c`` are all twelve; ``1e3`` is a number; dates and ``12:30`` are text.

Source: sigs.k8s.io/yaml/goyaml.v2/resolve.go; answers of kubectl 1.32 itself
"""

import re
from decimal import Decimal

Scalar = str | int | float | bool | None

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"])
_FALSE = frozenset(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"])
_INTEGER = re.compile(r"([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_LOOSE_UNDERSCORE = re.compile("(?<![0-9])_|_(?![0-9])")
_NOT_IN_JSON = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_BASES = {"x": 16, "o": 8, "b": 2}
_LONGEST_INTEGER = 70
"""More characters than any 64-bit number has, in any base."""
_SMALLEST, _LARGEST = -(2**63), 2**64 - 1
_WRITTEN_IN_FULL = 1e21
"""Below this, whole floats become JSON numbers without a fraction or an exponent."""


def plain_scalar(text: str) -> Scalar:
    """The value of `text` written without quotes and without a tag.

    Raises ValueError for infinity and not-a-number, which JSON, and so Kubernetes, does not have.
    """
    if text in _NULL:
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    if text[0] in "-+.0123456789":
        return _number(text)
    return text


def _number(text: str) -> Scalar:
    """The number that `text` spells, or `text` itself."""
    if _NOT_IN_JSON.fullmatch(text):
        raise ValueError(f"{text} is a number that JSON does not have")
    if text[0] == "." and _LOOSE_UNDERSCORE.search(text):
        return text
    digits = text.replace("_", "")
    integer = _INTEGER.fullmatch(digits)
    if integer and len(digits) <= _LONGEST_INTEGER:
        number = _integer(*integer.groups())
        if _SMALLEST <= number <= _LARGEST:
            return number
    return _float(digits, otherwise=text)


def _integer(sign: str, digits: str) -> int:
    """The whole number; a leading zero means octal."""
    if digits[0] == "0" and len(digits) > 1:
        base = _BASES.get(digits[1].lower(), 8)
        number = int(digits[2:] if digits[1].lower() in _BASES else digits, base)
    else:
        number = int(digits)
    return -number if sign == "-" else number


def _float(digits: str, otherwise: str) -> Scalar:
    """The number with a fraction or an exponent, whole if it is; `otherwise` if it is no number or overflows."""
    if not _FLOAT.fullmatch(digits):
        return otherwise
    number = float(digits)
    if abs(number) == float("inf"):
        return otherwise
    if number.is_integer() and abs(number) < _WRITTEN_IN_FULL:
        return int(Decimal(repr(number)))
    return number


def key_text(value: Scalar) -> str:
    """A mapping's key as JSON has it, always text: ``y: 0`` has the key ``true``.

    Raises ValueError if there is no such key.
    """
    if value is None:
        raise ValueError("a key must not be empty")
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
