"""What Kubernetes refuses in a Deployment, ReplicaSet, StatefulSet or DaemonSet.

Source: pkg/apis/apps/validation/validation.go
"""

from collections.abc import Iterator
from typing import Any

from kubeproof.manifests.errors import Finding, Path, spell
from kubeproof.manifests.fields import field, items, mapping
from kubeproof.manifests.ranges import checked, int_or_percent, not_negative, one_of
from model.api.labels import Expression, LabelSelector, label_selector, matches

_SELECTOR: Path = ("spec", "selector")
_ROLLING_UPDATE: Path = ("spec", "strategy", "rollingUpdate")


def workload(data: dict[str, Any]) -> Iterator[Finding]:
    """Counts that must not be negative, and a selector that must select the object's own Pods."""
    for name in ("replicas", "minReadySeconds", "revisionHistoryLimit"):
        yield from not_negative(("spec", name), field(data, "spec", name))
    yield from _selector(data)


def _selector(data: dict[str, Any]) -> Iterator[Finding]:
    """The selector is well formed, selects something, and selects the labels of the template."""
    selector = written_selector(field(data, *_SELECTOR))
    if selector is None or not (selector.match_labels or selector.match_expressions):
        remedy = "select the labels of spec.template.metadata.labels under matchLabels"
        yield Finding(_SELECTOR, "spec.selector is empty", remedy)
        return
    malformed = list(checked(_SELECTOR, label_selector, selector))
    yield from malformed
    labels = mapping(data, "spec", "template", "metadata", "labels")
    if not malformed and not matches(label_selector(selector), labels):
        message = f"spec.selector ({_shown(selector)}) does not match spec.template.metadata.labels ({_pairs(labels)})"
        yield Finding(_SELECTOR, message, "give both the same labels")


def written_selector(selector: Any) -> LabelSelector | None:
    """A label selector as written in a manifest; None if there is none."""
    if selector is None:
        return None
    return LabelSelector(
        match_labels={key: value or "" for key, value in mapping(selector, "matchLabels").items()},
        match_expressions=written_expressions(selector, "matchExpressions"),
    )


def written_expressions(data: Any, name: str) -> tuple[Expression, ...]:
    """The expressions of a selector or of a node selector term."""
    return tuple(
        Expression(each.get("key") or "", each.get("operator") or "", _texts(each.get("values")))
        for _, each in items(data, name)
    )


def _texts(values: list[str | None] | None) -> tuple[str, ...]:
    """A list of text, in which nothing is empty text."""
    return tuple(value or "" for value in values or ())


def _shown(selector: LabelSelector) -> str:
    """A selector in one line."""
    expressions = [" ".join((each.key, each.operator, *each.values)) for each in selector.match_expressions]
    return ", ".join([_pairs(selector.match_labels), *expressions] if selector.match_labels else expressions)


def _pairs(labels: Any) -> str:
    return ", ".join(f"{key}={value}" for key, value in labels.items()) or "none"


def deployment(data: dict[str, Any]) -> Iterator[Finding]:
    """The strategy and the progress deadline."""
    strategy: Path = ("spec", "strategy", "type")
    kind = field(data, *strategy)
    yield from one_of(strategy, kind, ("RollingUpdate", "Recreate"))
    rolling_update = field(data, *_ROLLING_UPDATE)
    if kind == "Recreate" and rolling_update is not None:
        message = "spec.strategy.rollingUpdate does not go with type Recreate"
        yield Finding(_ROLLING_UPDATE, message, "delete rollingUpdate, or write type: RollingUpdate")
    elif rolling_update is not None:
        yield from _rolling_update(rolling_update)
    yield from _progress_deadline(data)


def _rolling_update(rolling_update: dict[str, Any]) -> Iterator[Finding]:
    """maxSurge and maxUnavailable are amounts, and not both zero."""
    surge, unavailable = rolling_update.get("maxSurge"), rolling_update.get("maxUnavailable")
    surge_path, unavailable_path = (*_ROLLING_UPDATE, "maxSurge"), (*_ROLLING_UPDATE, "maxUnavailable")
    malformed = [*int_or_percent(surge_path, surge), *int_or_percent(unavailable_path, unavailable)]
    yield from malformed
    if malformed:
        return
    if _is_zero(surge) and _is_zero(unavailable):
        message = "maxSurge and maxUnavailable are both 0: the rollout could not take a step"
        yield Finding(unavailable_path, message, "raise one of the two to 1 or more")
    if isinstance(unavailable, str) and int(unavailable.removesuffix("%")) > 100:
        yield Finding(unavailable_path, f"{spell(unavailable_path)} is {unavailable}", "write 100% or less")


def _is_zero(value: int | str | None) -> bool:
    """The amount is written, and zero; without one, the default holds, which is not."""
    return value is not None and int(str(value).removesuffix("%")) == 0


def _progress_deadline(data: dict[str, Any]) -> Iterator[Finding]:
    """The rollout may take longer than a Pod needs to count as available."""
    path: Path = ("spec", "progressDeadlineSeconds")
    deadline, ready = field(data, *path), field(data, "spec", "minReadySeconds") or 0
    if deadline is not None:
        where, shown = path, str(deadline)
    else:
        where, shown, deadline = ("spec", "minReadySeconds"), "600, the default", 600
    if deadline <= ready:
        message = f"progressDeadlineSeconds ({shown}) is not more than minReadySeconds ({ready})"
        yield Finding(where, message, "raise progressDeadlineSeconds")


def daemon_set(data: dict[str, Any]) -> Iterator[Finding]:
    """The update strategy: exactly one of maxUnavailable (1 where it is not written) and maxSurge is not zero."""
    strategy: Path = ("spec", "updateStrategy", "type")
    yield from one_of(strategy, field(data, *strategy), ("RollingUpdate", "OnDelete"))
    block: Path = ("spec", "updateStrategy", "rollingUpdate")
    rolling_update = field(data, *block)
    if field(data, *strategy) == "OnDelete" or rolling_update is None:
        return
    surge_path, unavailable_path = (*block, "maxSurge"), (*block, "maxUnavailable")
    surge, unavailable = rolling_update.get("maxSurge"), rolling_update.get("maxUnavailable")
    malformed = [*int_or_percent(surge_path, surge), *int_or_percent(unavailable_path, unavailable)]
    yield from malformed
    if malformed:
        return
    surges = surge is not None and not _is_zero(surge)
    if _is_zero(unavailable) and not surges:
        message = "maxSurge and maxUnavailable are both 0: the update could not take a step"
        yield Finding(unavailable_path, message, "raise one of the two to 1 or more")
    if surges and not _is_zero(unavailable):
        message = "maxSurge and maxUnavailable (1 by default) are both not 0: an update either surges or it does not"
        yield Finding(surge_path, message, "write maxUnavailable: 0, or leave maxSurge out")
    for path, value in ((unavailable_path, unavailable), (surge_path, surge)):
        if isinstance(value, str) and int(value.removesuffix("%")) > 100:
            yield Finding(path, f"{spell(path)} is {value}", "write 100% or less")


def stateful_set(data: dict[str, Any]) -> Iterator[Finding]:
    """The update strategy and how Pods are started."""
    strategy: Path = ("spec", "updateStrategy", "type")
    yield from one_of(strategy, field(data, *strategy), ("RollingUpdate", "OnDelete"))
    policy: Path = ("spec", "podManagementPolicy")
    yield from one_of(policy, field(data, *policy), ("OrderedReady", "Parallel"))
    block: Path = ("spec", "updateStrategy", "rollingUpdate")
    if field(data, *strategy) == "OnDelete" and field(data, *block) is not None:
        message = "spec.updateStrategy.rollingUpdate does not go with type OnDelete"
        yield Finding(block, message, "delete rollingUpdate, or write type: RollingUpdate")
    yield from not_negative((*block, "partition"), field(data, *block, "partition"))
    yield from int_or_percent((*block, "maxUnavailable"), field(data, *block, "maxUnavailable"))
    start: Path = ("spec", "ordinals", "start")
    yield from not_negative(start, field(data, *start))
    for when in ("whenScaled", "whenDeleted"):
        retention: Path = ("spec", "persistentVolumeClaimRetentionPolicy", when)
        yield from one_of(retention, field(data, *retention), ("Retain", "Delete"))
