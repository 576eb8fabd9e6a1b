"""Namespaces: they hold the objects of most kinds, and go only when these are gone.

Source: https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/namespace-v1/
"""

from enum import Enum

import msgspec

from model.api.object_meta import ObjectMeta
from model.api.objects import Condition

KUBERNETES_FINALIZER = "kubernetes"
"""The entry of ``spec.finalizers`` that the namespace controller takes away."""


class NamespacePhase(Enum):
    """Where a namespace is in its life."""

    ACTIVE = "Active"
    TERMINATING = "Terminating"


class Namespace(msgspec.Struct, frozen=True, kw_only=True):
    """A namespace. It has finalizers of its own kind besides those of every object."""

    meta: ObjectMeta
    finalizers: tuple[str, ...] = (KUBERNETES_FINALIZER,)
    """``spec.finalizers``."""
    phase: NamespacePhase = NamespacePhase.ACTIVE
    conditions: tuple[Condition, ...] = ()
