"""Admission of new Pods: what a namespace's quotas leave room for, and whose ServiceAccount exists.

Source: staging/src/k8s.io/apiserver/pkg/admission/plugin/resourcequota/controller.go (CheckRequest),
pkg/quota/v1/evaluator/core/pods.go, plugin/pkg/admission/serviceaccount/admission.go
"""

from collections.abc import Collection

from model.api.pod_requests import Resources

_COMPUTE = ("cpu", "memory")
_OBJECTS = "count/pods"


def quota_usage(requests: Resources, *, ended: bool = False) -> Resources:
    """What a Pod with these `requests` counts for, by the name that a quota limits it under.

    A Pod that has `ended` (terminal, or its grace period is over) counts only as an object that is stored.
    Source: pods.go (PodUsageFunc)
    """
    if ended:
        return {_OBJECTS: 1}
    usage = {_OBJECTS: 1, "pods": 1}
    for name, amount in requests.items():
        usage[f"requests.{name}"] = amount
        if name in _COMPUTE:
            usage[name] = amount
    return usage


def exceeded(hard: Resources, used: Resources, asked: Resources) -> tuple[str, ...]:
    """The limits that a Pod would exceed; it is refused if there are any. What it does not ask for cannot refuse it."""
    return tuple(
        name for name, limit in hard.items() if asked.get(name, 0) > 0 and used.get(name, 0) + asked[name] > limit
    )


def unspecified(hard: Resources, left_open: Collection[str]) -> tuple[str, ...]:
    """The limits on cpu or memory that refuse a Pod because a container of it requests none.

    `left_open` are the resources that some container does not request.
    Source: pods.go (Constraints)
    """
    return tuple(
        name
        for name in hard
        if name.removeprefix("requests.") in _COMPUTE and name.removeprefix("requests.") in left_open
    )


def service_account_admits(name: str, existing: Collection[str]) -> bool:
    """A Pod is refused if the ServiceAccount that it names (``default`` if it names none) does not exist."""
    return (name or "default") in existing
