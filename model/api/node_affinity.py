"""Which Nodes a Pod accepts: ``spec.nodeSelector`` and the required part of ``spec.affinity.nodeAffinity``.

Source: staging/src/k8s.io/component-helpers/scheduling/corev1/nodeaffinity/nodeaffinity.go,
https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/
"""

from collections.abc import Mapping

import msgspec

from model.api.labels import Expression, Operator, Selector, matches, new_requirement

_LABEL_OPERATORS = {
    operator.value: operator
    for operator in (
        Operator.IN,
        Operator.NOT_IN,
        Operator.EXISTS,
        Operator.DOES_NOT_EXIST,
        Operator.GREATER_THAN,
        Operator.LESS_THAN,
    )
}


class NodeSelectorTerm(msgspec.Struct, frozen=True, kw_only=True):
    """Expressions over a Node's labels and over its fields (``metadata.name``) that must all hold."""

    match_expressions: tuple[Expression, ...] = ()
    match_fields: tuple[Expression, ...] = ()


NodeSelectorTerms = tuple[NodeSelectorTerm, ...]


def validate_terms(terms: NodeSelectorTerms) -> None:
    """Raise ValueError if a term is malformed.

    Source: nodeaffinity.go (NewNodeSelector); the apiserver validates new objects likewise
    """
    for term in terms:
        _label_requirements(term)
        _validate_fields(term)


def _label_requirements(term: NodeSelectorTerm) -> Selector:
    """What the term demands of labels; ValueError if one of its expressions over labels is malformed."""
    for expression in term.match_expressions:
        if expression.operator not in _LABEL_OPERATORS:
            raise ValueError(f"{expression.operator!r} is not one of {', '.join(_LABEL_OPERATORS)}")
    return tuple(
        new_requirement(expression.key, _LABEL_OPERATORS[expression.operator], expression.values)
        for expression in term.match_expressions
    )


def _validate_fields(term: NodeSelectorTerm) -> None:
    """Raise ValueError unless the term's expressions over fields are In or NotIn with exactly one value."""
    for expression in term.match_fields:
        if expression.operator not in ("In", "NotIn"):
            raise ValueError(f"matchFields: {expression.operator!r} is not In or NotIn")
        if len(expression.values) != 1:
            raise ValueError(f"matchFields: {expression.operator} takes exactly one value, not {expression.values}")


def matches_terms(terms: NodeSelectorTerms, name: str, labels: Mapping[str, str]) -> bool:
    """At least one term matches the Node with this `name` and these `labels`.

    A term that is empty or malformed matches nothing; the others still count.
    Source: nodeaffinity.go (LazyErrorNodeSelector.Match)
    """
    return any(_matches_term(term, name, labels) for term in terms)


def _matches_term(term: NodeSelectorTerm, name: str, labels: Mapping[str, str]) -> bool:
    """The term has expressions, and all of them hold for the Node."""
    if not term.match_expressions and not term.match_fields:
        return False
    try:
        requirements = _label_requirements(term)
        _validate_fields(term)
    except ValueError:
        return False
    return matches(requirements, labels) and all(_matches_field(each, name) for each in term.match_fields)


def _matches_field(expression: Expression, name: str) -> bool:
    """The expression holds for the Node's fields, of which a selector can see only its name.

    Kubernetes checks no field of a Node that has none, that is, of a Node without a name.
    """
    if not name:
        return True
    field = name if expression.key == "metadata.name" else ""
    return (field == expression.values[0]) == (expression.operator == "In")


def matches_required_affinity(
    node_selector: Mapping[str, str],
    required_terms: NodeSelectorTerms | None,
    name: str,
    labels: Mapping[str, str],
) -> bool:
    """The Node has all labels of `node_selector` and matches a required term; None asks for none.

    Source: nodeaffinity.go (RequiredNodeAffinity.Match)
    """
    if any(labels.get(key) != value for key, value in node_selector.items()):
        return False
    return required_terms is None or matches_terms(required_terms, name, labels)
