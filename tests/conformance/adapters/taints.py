"""Cases of taints, tolerations and node affinity (k8s.io/api/core/v1, k8s.io/component-helpers)."""

from model.api.node_affinity import (
    NodeSelectorTerm,
    NodeSelectorTerms,
    matches_required_affinity,
    matches_terms,
    validate_terms,
)
from model.api.taints import (
    Taint,
    TaintEffect,
    Toleration,
    TolerationOperator,
    minimum_toleration_seconds,
    same_taint,
    tolerates,
    untolerated_taint,
)
from tests.conformance.adapters.labels import expressions
from tests.conformance.registry import Case, adapter


def taint(given: Case) -> Taint:
    return Taint(key=given["key"], value=given.get("value") or "", effect=TaintEffect(given["effect"]))


def toleration(given: Case) -> Toleration:
    effect = given.get("effect")
    return Toleration(
        key=given.get("key") or "",
        operator=TolerationOperator(given.get("operator") or "Equal"),
        value=given.get("value") or "",
        effect=TaintEffect(effect) if effect else None,
    )


def taints(given: list[Case] | None) -> tuple[Taint, ...]:
    return tuple(taint(each) for each in given or ())


def tolerations(given: list[Case] | None) -> tuple[Toleration, ...]:
    return tuple(toleration(each) for each in given or ())


def terms(given: list[Case] | None) -> NodeSelectorTerms | None:
    if given is None:
        return None
    return tuple(
        NodeSelectorTerm(
            match_expressions=expressions(each.get("match_expressions")),
            match_fields=expressions(each.get("match_fields")),
        )
        for each in given
    )


@adapter("taint_match")
def match(given: Case, expected: Case) -> Case:
    return {"same": same_taint(taint(given["a"]), taint(given["b"]))}


@adapter("toleration_tolerates_taint")
def tolerates_taint(given: Case, expected: Case) -> Case:
    enabled = given["comparison_operators_enabled"]
    return {
        "tolerated": tolerates(toleration(given["toleration"]), taint(given["taint"]), comparison_operators=enabled)
    }


@adapter("taints_untolerated")
def untolerated(given: Case, expected: Case) -> Case:
    effects = given["considered_effects"]
    found = untolerated_taint(
        taints(given["taints"]),
        tolerations(given["tolerations"]),
        None if effects is None else lambda each: each.effect.value in effects,
        comparison_operators=given["comparison_operators_enabled"],
    )
    return {"all_tolerated": found is None}


@adapter("taint_min_toleration_time")
def min_toleration_time(given: Case, expected: Case) -> Case:
    used = [Toleration(seconds=seconds) for seconds in given["toleration_seconds"]]
    return {"min_s": minimum_toleration_seconds(used)}


@adapter("node_selector_terms")
def node_selector_terms(given: Case, expected: Case) -> Case:
    selector, node = terms(given["terms"]) or (), given["node"]
    try:
        validate_terms(selector)
        invalid = False
    except ValueError:
        invalid = True
    match = node is not None and matches_terms(selector, node["name"], node.get("labels") or {})
    return {key: answer for key, answer in {"match": match, "invalid": invalid}.items() if key in expected}


@adapter("node_required_affinity")
def node_required_affinity(given: Case, expected: Case) -> Case:
    node = given["node"]
    required = terms(given["required_terms"])
    selector = given["node_selector"] or {}
    return {"match": matches_required_affinity(selector, required, node["name"], node.get("labels") or {})}
