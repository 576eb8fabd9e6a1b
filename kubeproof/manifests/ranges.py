"""Values that the schemas allow and Kubernetes does not: out of range, malformed, not one of a few words.

Source: staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go
"""

import re
from collections.abc import Callable, Collection, Iterator
from difflib import get_close_matches
from typing import Any

from kubeproof.manifests.errors import Finding, Path, spell
from model.api.labels import validate_label_key, validate_label_value
from model.api.quantity import Quantity, parse_quantity

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_PORT_NAME = re.compile(r"(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_PERCENT = re.compile(r"[0-9]+%")
_LARGEST_EXPONENT = 30
_EXPONENT = re.compile(r"[eE][-+]?([0-9]+)$")
PORTS = range(1, 65536)
PROTOCOLS = ("TCP", "UDP", "SCTP")


def not_negative(path: Path, value: int | None) -> Iterator[Finding]:
    """A whole number that must be zero or more."""
    if value is not None and value < 0:
        yield Finding(path, f"{spell(path)} is {value}, less than 0", "write 0 or more")


def one_of(path: Path, value: str | None, words: Collection[str]) -> Iterator[Finding]:
    """Text that must be one of `words`; nothing and empty text stand for the default."""
    if value and value not in words:
        by_case = [word for word in words if word.lower() == value.lower()]
        near = by_case or get_close_matches(value, words, n=1)
        remedy = f"did you mean {near[0]}?" if near else f"write one of {', '.join(words)}"
        yield Finding(path, f"{spell(path)} is {value!r}, not one of {', '.join(words)}", remedy)


def port_number(path: Path, value: int | None) -> Iterator[Finding]:
    """The number of a port."""
    if value is not None and value not in PORTS:
        yield Finding(path, f"{spell(path)} is {value}, not a port", "write a number from 1 to 65535")


def port_name(path: Path, value: str | None) -> Iterator[Finding]:
    """The name of a container's port."""
    if value and (len(value) > 15 or not _PORT_NAME.fullmatch(value)):
        remedy = "use at most 15 lower-case letters, digits and single dashes, with at least one letter"
        yield Finding(path, f"{spell(path)}: {value!r} is not a name for a port", remedy)


def port(path: Path, value: int | str | None) -> Iterator[Finding]:
    """A port's number or name."""
    yield from port_name(path, value) if isinstance(value, str) else port_number(path, value)


def int_or_percent(path: Path, value: int | str | None) -> Iterator[Finding]:
    """A whole number or a percentage, zero or more."""
    if isinstance(value, int):
        yield from not_negative(path, value)
    elif value is not None and not _PERCENT.fullmatch(value):
        remedy = 'write a number without quotes, or a percentage such as "25%"'
        yield Finding(path, f"{spell(path)}: {value!r} is neither a number nor a percentage", remedy)


def label_name(path: Path, value: str | None) -> Iterator[Finding]:
    """A name of one part, as in DNS (RFC 1123): of a container, a Namespace, a Service's port."""
    if value and (len(value) > 63 or not _LABEL.fullmatch(value)):
        remedy = "use at most 63 lower-case letters, digits and dashes; begin and end with a letter or digit"
        yield Finding(path, f"{spell(path)}: {value!r} is not a valid name", remedy)


def subdomain_name(path: Path, value: str | None, longest: int = 253) -> Iterator[Finding]:
    """A name of parts with dots between them, as in DNS (RFC 1123): of most objects."""
    if value and (len(value) > longest or not _SUBDOMAIN.fullmatch(value)):
        remedy = (
            f"use at most {longest} lower-case letters, digits, dashes and dots; begin and end with a letter or digit"
        )
        yield Finding(path, f"{spell(path)}: {value!r} is not a valid name", remedy)


def labels(path: Path, values: dict[str, Any]) -> Iterator[Finding]:
    """Labels, or a selector written as labels."""
    for key, value in values.items():
        yield from checked((*path, key), validate_label_key, key)
        yield from checked((*path, key), validate_label_value, value or "")


def checked(path: Path, check: Callable[..., object], *values: Any) -> Iterator[Finding]:
    """What one of the model's own checks, which raise ValueError, has against `values`."""
    try:
        check(*values)
    except ValueError as error:
        yield Finding(path, f"{spell(path)}: {error}", "correct it: Kubernetes would refuse the object")


def quantity(path: Path, value: str | int | float) -> tuple[Quantity | None, list[Finding]]:
    """The amount of a resource, zero or more; None and why if it is none."""
    text = str(value)
    remedy = "write it like 500m (cpu), 256Mi (memory) or 2"
    exponent = _EXPONENT.search(text)
    if exponent and int(exponent.group(1)[:4]) > _LARGEST_EXPONENT:
        return None, [Finding(path, f"{spell(path)}: {text} is beyond all measure", remedy)]
    try:
        amount = parse_quantity(text)
    except ValueError:
        return None, [Finding(path, f"{spell(path)}: {text!r} is not a quantity", remedy)]
    if amount.unscaled < 0:
        return None, [Finding(path, f"{spell(path)} is {text}, less than 0", remedy)]
    return amount, []


def unique(values: Iterator[tuple[Path, Any]], what: str) -> Iterator[Finding]:
    """Values of which no two may be equal; empty ones do not count."""
    first: dict[Any, Path] = {}
    for path, value in values:
        if not value:
            continue
        if value in first:
            shown = " ".join(map(str, value)) if isinstance(value, tuple) else value
            message = f"{spell(path)}: the {what} {shown!r} is taken by {spell(first[value])}"
            yield Finding(path, message, f"give each its own {what}")
        first.setdefault(value, path)
