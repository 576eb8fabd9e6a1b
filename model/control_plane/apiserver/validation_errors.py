"""What the API server has against a field, in its own words.

Source: staging/src/k8s.io/apimachinery/pkg/util/validation/field/errors.go
"""

import json
import re
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Any

import msgspec

_PERCENT = re.compile(r"[0-9]+%")
_DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_DNS_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")


class ErrorType(Enum):
    """What kind of error it is; the values are how the API server spells them."""

    REQUIRED = "Required value"
    DUPLICATE = "Duplicate value"
    INVALID = "Invalid value"
    NOT_SUPPORTED = "Unsupported value"
    FORBIDDEN = "Forbidden"
    TOO_MANY = "Too many"
    TOO_LONG = "Too long"


OMITTED = msgspec.UNSET
"""In place of a value that the error does not repeat."""


class FieldError(msgspec.Struct, frozen=True, kw_only=True):
    """One error. `field` is the path as the API server spells it: ``spec.template.spec.containers[0].image``."""

    field: str
    type: ErrorType
    value: Any = OMITTED
    detail: str = ""

    def __str__(self) -> str:
        """The error as the API server spells it; a value that is a whole structure is spelled as JSON."""
        named = self.type in (ErrorType.DUPLICATE, ErrorType.INVALID, ErrorType.NOT_SUPPORTED, ErrorType.TOO_MANY)
        value = ""
        if named and self.value is not OMITTED:
            value = ": " + json.dumps(self.value, ensure_ascii=False, separators=(",", ":"), default=str)
        return f"{self.field}: {self.type.value}{value}" + (f": {self.detail}" if self.detail else "")


Errors = list[FieldError]


def required(field: str, detail: str = "") -> FieldError:
    """A value that has to be there is not."""
    return FieldError(field=field, type=ErrorType.REQUIRED, detail=detail)


def invalid(field: str, value: Any, detail: str) -> FieldError:
    """The value is out of its range, or malformed."""
    return FieldError(field=field, type=ErrorType.INVALID, value=value, detail=detail)


def duplicate(field: str, value: Any) -> FieldError:
    """The value is there twice."""
    return FieldError(field=field, type=ErrorType.DUPLICATE, value=value)


def not_supported(field: str, value: Any, supported: Iterable[str]) -> FieldError:
    """The value is none of a few words."""
    words = ", ".join(f'"{word}"' for word in supported)
    return FieldError(field=field, type=ErrorType.NOT_SUPPORTED, value=value, detail=f"supported values: {words}")


def forbidden(field: str, detail: str) -> FieldError:
    """The value may not be there."""
    return FieldError(field=field, type=ErrorType.FORBIDDEN, detail=detail)


def too_many(field: str, number: int, most: int) -> FieldError:
    """The list is too long."""
    detail = f"must have at most {most} item{'' if most == 1 else 's'}"
    return FieldError(field=field, type=ErrorType.TOO_MANY, value=number, detail=detail)


def too_long(field: str, most: int) -> FieldError:
    """The text is too long."""
    return FieldError(field=field, type=ErrorType.TOO_LONG, detail=f"may not be more than {most} bytes")


def distinct(errors: Iterable[FieldError]) -> Errors:
    """The errors, each once: Kubernetes looks at some fields several times."""
    return list({str(error): error for error in errors}.values())


def nonnegative(value: int | None, field: str) -> Errors:
    """The number, if there is one, is 0 or more.

    Source: staging/src/k8s.io/apimachinery/pkg/api/validation/generic.go (ValidateNonnegativeField)
    """
    if value is None or value >= 0:
        return []
    return [invalid(field, value, "must be greater than or equal to 0")]


def one_of(value: str, supported: Sequence[str], field: str) -> Errors:
    """The text is one of a few words."""
    return [] if value in supported else [not_supported(field, value, supported)]


def dns_label(value: str, field: str) -> Errors:
    """The text is a DNS label.

    Source: staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go (IsDNS1123Label)
    """
    errors = [invalid(field, value, "must be no more than 63 characters")] if len(value) > 63 else []
    if not _DNS_LABEL.fullmatch(value):
        dots = _DNS_SUBDOMAIN.fullmatch(value)
        detail = "must not contain dots" if dots else "a lowercase RFC 1123 label is needed, such as my-name"
        errors.append(invalid(field, value, detail))
    return errors


def dns_subdomain(value: str, field: str) -> Errors:
    """The text is a DNS subdomain.

    Source: staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go (IsDNS1123Subdomain)
    """
    errors = [invalid(field, value, "must be no more than 253 characters")] if len(value) > 253 else []
    if not _DNS_SUBDOMAIN.fullmatch(value):
        errors.append(invalid(field, value, "a lowercase RFC 1123 subdomain is needed, such as example.com"))
    return errors


def positive_int_or_percent(value: int | str, field: str) -> Errors:
    """The value is a number of 0 or more, or a percentage.

    Source: pkg/apis/apps/validation/validation.go (ValidatePositiveIntOrPercent)
    """
    if isinstance(value, int):
        return nonnegative(value, field)
    if _PERCENT.fullmatch(value):
        return []
    detail = "a valid percent string must be a numeric string followed by an ending '%'"
    return [invalid(field, value, detail)]


def not_more_than_100_percent(value: int | str, field: str) -> Errors:
    """The percentage, if it is one, is at most 100%.

    Source: pkg/apis/apps/validation/validation.go (IsNotMoreThan100Percent)
    """
    if isinstance(value, int) or not _PERCENT.fullmatch(value) or int(value[:-1]) <= 100:
        return []
    return [invalid(field, value, "must not be greater than 100%")]


def is_zero(value: int | str) -> bool:
    """The number, or the percentage, is 0; so is text that is neither.

    Source: pkg/apis/apps/validation/validation.go (getIntOrPercentValue)
    """
    if isinstance(value, int):
        return value == 0
    digits = value.removesuffix("%") if _PERCENT.fullmatch(value) else value
    return not re.fullmatch(r"[+-]?[0-9]+", digits) or int(digits) == 0
