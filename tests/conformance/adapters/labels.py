"""Cases of k8s.io/apimachinery/pkg/labels and of metav1.LabelSelector."""

from typing import Any

from model.api.label_selector_text import parse_selector
from model.api.labels import (
    Expression,
    LabelSelector,
    Operator,
    Requirement,
    label_selector,
    matches,
    new_requirement,
)
from tests.conformance.registry import Case, adapter


def expressions(entries: list[Case] | None) -> tuple[Expression, ...]:
    return tuple(Expression(each["key"], each["operator"], tuple(each.get("values") or ())) for each in entries or ())


def selector_object(given: Case | None) -> LabelSelector | None:
    if given is None:
        return None
    return LabelSelector(
        match_labels=given.get("match_labels") or {},
        match_expressions=expressions(given.get("match_expressions")),
    )


def shown(requirement: Requirement) -> Case:
    return {
        "key": requirement.key,
        "operator": requirement.operator.value,
        "values": sorted(set(requirement.values)),
    }


@adapter("labels_label_selector_match")
def label_selector_match(given: Case, expected: Case) -> Case:
    try:
        selector = label_selector(selector_object(given["selector"]))
    except ValueError:
        return {"error": True, "match": None}
    return {"error": False, "match": matches(selector, given["labels"] or {})}


@adapter("labels_label_selector_object")
def label_selector_object(given: Case, expected: Case) -> Case:
    try:
        selector = label_selector(selector_object(given["selector"]))
    except ValueError:
        return {"error": True}
    if not selector:
        return {"matches": "nothing" if selector is None else "everything"}
    return {"requirements": [shown(requirement) for requirement in selector]}


@adapter("labels_parse_selector")
def parse(given: Case, expected: Case) -> Case:
    try:
        selector = parse_selector(given["text"])
    except ValueError:
        return {"valid": False}
    answer = {"valid": True, "requirements": [shown(requirement) for requirement in selector]}
    return {key: answer[key] for key in expected}


@adapter("labels_requirements")
def requirements(given: Case, expected: Case) -> Case:
    try:
        selector = tuple(
            new_requirement(each["key"], Operator(each["operator"]), each.get("values") or ())
            for each in given["requirements"]
        )
    except ValueError:
        return {"invalid": True}
    return {"match": matches(selector, given["labels"] or {})}


@adapter("labels_selector_string")
def selector_string(given: Case, expected: Case) -> Any:
    return {"match": matches(parse_selector(given["selector"]), given["labels"] or {})}
