"""POST of a Pod's binding: the Pod gets its Node, once and for all.

Source: pkg/registry/core/pod/storage/storage.go (BindingREST)
"""

from collections.abc import Mapping
from enum import Enum

import msgspec
from msgspec.structs import replace

from model.api.conditions import POD_SCHEDULED, with_condition
from model.api.objects import Pod


class Binding(msgspec.Struct, frozen=True, kw_only=True):
    """A Binding. The uid and the resource version are preconditions; None means any."""

    name: str = ""
    """The Pod's name."""
    node: str
    """``target.name``."""
    target_kind: str = ""
    labels: Mapping[str, str] = {}
    """Labels that the Pod takes over: the topology of its Node."""
    uid: str | None = None
    resource_version: int | None = None


class BindingResult(Enum):
    """The API server's answer."""

    OK = "ok"
    BAD_REQUEST = "bad_request"
    INVALID = "invalid"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"


class Bound(msgspec.Struct, frozen=True, kw_only=True):
    """What comes of a binding."""

    result: BindingResult
    pod: Pod | None = None
    """The Pod as it is stored; None if nothing is."""


def bindable(pod: Pod) -> bool:
    """Whether the Pod can be given a Node: it has none, waits for nothing before, and is not being deleted.

    Source: pkg/registry/core/pod/storage/storage.go (setPodNodeAndMetadata)
    """
    return not pod.deleting and not pod.node and not pod.scheduling_gates


def refusal_of(pod: Pod | None, binding: Binding, name_in_url: str) -> BindingResult | None:
    """Why the binding is refused, None if it is not. `pod` is the stored one, None if there is none.

    Source: pkg/registry/core/pod/storage/storage.go (BindingREST.Create),
    pkg/apis/core/validation/validation.go (ValidatePodBinding)
    """
    if binding.name != name_in_url:
        return BindingResult.BAD_REQUEST
    if binding.target_kind not in ("", "Node") or not binding.node:
        return BindingResult.INVALID
    if pod is None:
        return BindingResult.NOT_FOUND
    same_uid = binding.uid is None or binding.uid == pod.uid
    same_version = binding.resource_version is None or binding.resource_version == pod.resource_version
    return None if same_uid and same_version and bindable(pod) else BindingResult.CONFLICT


def bind(pod: Pod | None, binding: Binding, now: int = 0, name_in_url: str | None = None) -> Bound:
    """Bind the stored Pod (None: there is none) at `now` (seconds), in one write.

    By default the URL names the same Pod as the Binding. Left out: annotations, which no rule here reads.
    Source: pkg/registry/core/pod/storage/storage.go (setPodNodeAndMetadata)
    """
    refusal = refusal_of(pod, binding, binding.name if name_in_url is None else name_in_url)
    if pod is None or refusal is not None:
        return Bound(result=refusal or BindingResult.NOT_FOUND)
    stored = replace(
        pod,
        node=binding.node,
        nominated_node="",
        labels={**pod.labels, **binding.labels},
        conditions=with_condition(pod.conditions, POD_SCHEDULED, "True", "", now),
        resource_version=pod.resource_version + 1,
    )
    return Bound(result=BindingResult.OK, pod=stored)
