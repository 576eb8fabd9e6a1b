"""What the front door has to know of each kind of workload object."""

from collections.abc import Callable
from typing import Any

import msgspec

from kubeproof.kinds.member import Member
from kubeproof.manifests.manifest import Manifest
from model.rows.pod_template import PodTemplate


class Kind(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A kind of object that runs Pods. Everything that is done by kind is one of these functions."""

    name: str
    """As in a manifest."""
    field: str
    """What a `Workload` and the model's constants call its objects."""
    read: Callable[[Manifest, Manifest | None], Member]
    """The object in a manifest, behind a Service or none."""
    smaller: Callable[[Any, int], Any]
    """The object with at most so many replicas, where it has more."""
    spec: Callable[[Any, list[PodTemplate], int], Any]
    """Its constant part in the model; its so many revisions are appended to the templates."""
    counted: str | None = "replicas"
    """What an object's size is a number of; None if it has as many Pods as there are nodes for them."""
    proportions: Callable[[Any], str] = lambda _: ""
    """What else a smaller object has of its own, in brackets."""
