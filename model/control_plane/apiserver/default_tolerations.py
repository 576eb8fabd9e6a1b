"""Admission: how long a Pod tolerates a node that is not ready, or unreachable, where it does not say so itself.

Source: plugin/pkg/admission/defaulttolerationseconds/admission.go,
https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions
"""

from model.api.taints import TaintEffect, Toleration, TolerationOperator

DEFAULT_SECONDS = 300
"""``--default-not-ready-toleration-seconds``, ``--default-unreachable-toleration-seconds``."""

_KEYS = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")


def with_default_tolerations(tolerations: tuple[Toleration, ...]) -> tuple[Toleration, ...]:
    """The tolerations of a Pod as it is stored: five minutes of each taint NoExecute that it says nothing about.

    A toleration counts by key and effect alone, whatever its operator and value.
    Source: plugin/pkg/admission/defaulttolerationseconds/admission.go (Admit)
    """
    added = tuple(
        Toleration(key=key, operator=TolerationOperator.EXISTS, effect=TaintEffect.NO_EXECUTE, seconds=DEFAULT_SECONDS)
        for key in _KEYS
        if not any(each.key in ("", key) and each.effect in (None, TaintEffect.NO_EXECUTE) for each in tolerations)
    )
    return (*tolerations, *added)
