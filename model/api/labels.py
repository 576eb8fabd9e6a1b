"""Labels and label selectors.

A selector is a tuple of requirements that must all hold; the empty one matches everything.

Source: staging/src/k8s.io/apimachinery/pkg/labels/selector.go,
https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
"""

import re
from collections.abc import Iterable, Mapping
from enum import Enum

import msgspec

from model.api.intstr import parse_decimal

_NAME = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_DNS_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")


class Operator(Enum):
    """How a requirement compares a label with its values."""

    IN = "In"
    NOT_IN = "NotIn"
    EXISTS = "Exists"
    DOES_NOT_EXIST = "DoesNotExist"
    GREATER_THAN = "Gt"
    LESS_THAN = "Lt"
    EQUALS = "="
    DOUBLE_EQUALS = "=="
    NOT_EQUALS = "!="


class Requirement(msgspec.Struct, frozen=True):
    """What one label must satisfy. `new_requirement` makes sure that it is well formed."""

    key: str
    operator: Operator
    values: tuple[str, ...] = ()


class Expression(msgspec.Struct, frozen=True):
    """An entry of ``matchExpressions`` or ``matchFields`` as written in a manifest; nobody has checked it."""

    key: str
    operator: str
    values: tuple[str, ...] = ()


class LabelSelector(msgspec.Struct, frozen=True, kw_only=True):
    """The selector of a controller, Service or PodDisruptionBudget, as written in a manifest."""

    match_labels: Mapping[str, str] = {}
    match_expressions: tuple[Expression, ...] = ()


Selector = tuple[Requirement, ...]

_OPERATORS = {
    operator.value: operator for operator in (Operator.IN, Operator.NOT_IN, Operator.EXISTS, Operator.DOES_NOT_EXIST)
}


def validate_label_key(key: str) -> None:
    """Raise ValueError unless `key` is a name of at most 63 characters, perhaps after a DNS prefix and a slash.

    Source: staging/src/k8s.io/apimachinery/pkg/api/validate/content/kube.go (IsLabelKey)
    """
    prefix, slash, name = key.rpartition("/")
    if slash and (len(prefix) > 253 or not _DNS_SUBDOMAIN.fullmatch(prefix)):
        raise ValueError(f"label key {key!r}: the part before the slash must be a DNS subdomain such as example.com")
    if len(name) > 63 or not _NAME.fullmatch(name):
        raise ValueError(
            f"label key {key!r}: the name must have 1 to 63 letters, digits, '-', '_' or '.', "
            "and begin and end with a letter or digit"
        )


def validate_label_value(value: str) -> None:
    """Raise ValueError unless `value` is empty or a name of at most 63 characters.

    Source: staging/src/k8s.io/apimachinery/pkg/api/validate/content/kube.go (IsLabelValue)
    """
    if value and (len(value) > 63 or not _NAME.fullmatch(value)):
        raise ValueError(
            f"label value {value!r}: must be empty or have at most 63 letters, digits, '-', '_' or '.', "
            "and begin and end with a letter or digit"
        )


def new_requirement(key: str, operator: Operator, values: Iterable[str] = ()) -> Requirement:
    """A requirement; ValueError if its key or a value is malformed or the operator takes other values.

    Source: staging/src/k8s.io/apimachinery/pkg/labels/selector.go (NewRequirement)
    """
    requirement = Requirement(key, operator, tuple(values))
    validate_label_key(key)
    _validate_number_of_values(requirement)
    for value in requirement.values:
        validate_label_value(value)
        if operator in (Operator.GREATER_THAN, Operator.LESS_THAN):
            parse_decimal(value)
    return requirement


def _validate_number_of_values(requirement: Requirement) -> None:
    """In and NotIn take at least one value, Exists and DoesNotExist none, every other operator exactly one."""
    number = len(requirement.values)
    match requirement.operator:
        case Operator.IN | Operator.NOT_IN:
            valid, wanted = number > 0, "at least one value"
        case Operator.EXISTS | Operator.DOES_NOT_EXIST:
            valid, wanted = number == 0, "no values"
        case _:
            valid, wanted = number == 1, "exactly one value"
    if not valid:
        raise ValueError(f"{requirement.key}: {requirement.operator.value} takes {wanted}, not {number}")


def satisfies(labels: Mapping[str, str], requirement: Requirement) -> bool:
    """The labels meet the requirement. A missing label satisfies NotIn, != and DoesNotExist only.

    Source: staging/src/k8s.io/apimachinery/pkg/labels/selector.go (Requirement.Matches)
    """
    value = labels.get(requirement.key)
    match requirement.operator:
        case Operator.IN | Operator.EQUALS | Operator.DOUBLE_EQUALS:
            return value is not None and value in requirement.values
        case Operator.NOT_IN | Operator.NOT_EQUALS:
            return value is None or value not in requirement.values
        case Operator.EXISTS:
            return value is not None
        case Operator.DOES_NOT_EXIST:
            return value is None
        case _:
            return value is not None and _compares(value, requirement)


def _compares(value: str, requirement: Requirement) -> bool:
    """`value` is a whole number greater (Gt) or less (Lt) than the requirement's."""
    try:
        number, bound = parse_decimal(value), parse_decimal(requirement.values[0])
    except ValueError:
        return False
    return number > bound if requirement.operator is Operator.GREATER_THAN else number < bound


def matches(selector: Selector | None, labels: Mapping[str, str]) -> bool:
    """The selector selects an object with these `labels`; None selects nothing."""
    return selector is not None and all(satisfies(labels, requirement) for requirement in selector)


def label_selector(selector: LabelSelector | None) -> Selector | None:
    """The requirements of a manifest's selector, by key; None (matches nothing) if there is no selector.

    Raises ValueError if an expression is malformed.
    Source: staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/helpers.go (LabelSelectorAsSelector)
    """
    if selector is None:
        return None
    requirements = [new_requirement(key, Operator.EQUALS, [value]) for key, value in selector.match_labels.items()]
    for expression in selector.match_expressions:
        if expression.operator not in _OPERATORS:
            raise ValueError(f"{expression.operator!r} is not an operator of label selectors: {', '.join(_OPERATORS)}")
        requirements.append(new_requirement(expression.key, _OPERATORS[expression.operator], expression.values))
    return tuple(sorted(requirements, key=lambda requirement: requirement.key))
