"""When an update changes nothing, and what it must not change.

Source: staging/src/k8s.io/apimachinery/pkg/api/equality/semantic.go
"""

from collections.abc import Mapping, Sequence
from typing import Any

from model.api.quantity import compare, parse_quantity
from model.control_plane.apiserver.validation_errors import Errors, invalid

QUANTITIES = ("requests", "limits", "capacity")


def equal(one: Any, other: Any) -> bool:
    """Both mean the same. Null, an empty list and an empty mapping are as good as unset.

    Source: staging/src/k8s.io/apimachinery/pkg/api/equality/semantic.go (Semantic.DeepEqual)
    """
    if _unset(one) or _unset(other):
        return _unset(one) and _unset(other)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return all(
            (_same_amounts if key in QUANTITIES else equal)(one.get(key), other.get(key)) for key in {*one, *other}
        )
    if _is_list(one) and _is_list(other):
        return len(one) == len(other) and all(equal(*pair) for pair in zip(one, other, strict=True))
    return type(one) is type(other) and bool(one == other)


def _unset(value: Any) -> bool:
    return value is None or (isinstance(value, Mapping | list | tuple) and not value)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _same_amounts(one: Any, other: Any) -> bool:
    """Both have the same quantities of the same resources, however they are spelled."""
    if not isinstance(one, Mapping) or not isinstance(other, Mapping):
        return equal(one, other)
    return one.keys() == other.keys() and all(_same_amount(one[key], other[key]) for key in one)


def _same_amount(one: Any, other: Any) -> bool:
    try:
        return compare(parse_quantity(str(one)), parse_quantity(str(other))) == 0
    except ValueError:
        return equal(one, other)


def immutable(new: Any, old: Any, field: str) -> Errors:
    """The value is what it was.

    Source: staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go (ValidateImmutableField)
    """
    return [] if equal(new, old) else [invalid(field, new, "field is immutable")]
