"""What Kubernetes refuses in a Pod or Pod template, but for its containers.

Source: pkg/apis/core/validation/validation.go (ValidatePodSpec)
"""

from collections.abc import Iterator
from typing import Any

from kubeproof.manifests.container_limits import container
from kubeproof.manifests.errors import Finding, Path, spell
from kubeproof.manifests.fields import field, items, mapping
from kubeproof.manifests.node_limits import EFFECTS
from kubeproof.manifests.ranges import checked, label_name, labels, not_negative, one_of, unique
from kubeproof.manifests.workload_limits import written_expressions
from model.api.labels import validate_label_key, validate_label_value
from model.api.node_affinity import NodeSelectorTerm, validate_terms

_RESTART_POLICIES = {
    "Pod": ("Always", "OnFailure", "Never"),
    "Job": ("OnFailure", "Never"),
    "CronJob": ("OnFailure", "Never"),
}
_DEFAULT_GRACE_PERIOD = 30
_REQUIRED: Path = ("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")


def pod(kind: str, template: dict[str, Any], path: Path) -> Iterator[Finding]:
    """The Pods that an object of `kind` runs; `path` is where in the object their template is."""
    spec = field(template, "spec") or {}
    for finding in _pod(kind, spec):
        where = (*path, "spec", *finding.path)
        message = finding.message.replace(spell(finding.path), spell(where), 1) if finding.path else finding.message
        yield Finding(where, message, finding.remedy)
    if path:
        yield from labels((*path, "metadata", "labels"), mapping(template, "metadata", "labels"))


def _pod(kind: str, spec: dict[str, Any]) -> Iterator[Finding]:
    """As `pod`, with paths that begin at the spec."""
    yield from _restart_policy(kind, spec)
    yield from not_negative(("terminationGracePeriodSeconds",), spec.get("terminationGracePeriodSeconds"))
    yield from labels(("nodeSelector",), mapping(spec, "nodeSelector"))
    yield from _tolerations(spec)
    yield from _node_affinity(spec)
    yield from _volumes(kind, spec)
    if not spec.get("containers"):
        yield Finding(
            ("containers",), "containers is empty: a Pod runs at least one", "add a container with name and image"
        )
    grace = spec.get("terminationGracePeriodSeconds")
    grace = _DEFAULT_GRACE_PERIOD if grace is None else grace
    everything = [*items(spec, "containers"), *items(spec, "initContainers")]
    for path, each in everything:
        yield from container(each, path, grace)
    yield from unique((((*path, "name"), each.get("name")) for path, each in everything), "name")


def _restart_policy(kind: str, spec: dict[str, Any]) -> Iterator[Finding]:
    path, value = ("restartPolicy",), spec.get("restartPolicy")
    allowed = _RESTART_POLICIES.get(kind, ("Always",))
    if kind in ("Job", "CronJob") and not value:
        yield Finding((), f"a {kind} needs a restartPolicy", "write restartPolicy: OnFailure or Never")
    elif value and value not in allowed:
        message = f"restartPolicy is {value!r}: a {kind} takes only {' or '.join(allowed)}"
        yield Finding(path, message, f"write restartPolicy: {allowed[0]}")


def _tolerations(spec: dict[str, Any]) -> Iterator[Finding]:
    for path, each in items(spec, "tolerations"):
        operator, key = each.get("operator") or "Equal", each.get("key")
        yield from one_of((*path, "operator"), operator, ("Exists", "Equal", "Lt", "Gt"))
        yield from one_of((*path, "effect"), each.get("effect"), EFFECTS)
        if key:
            yield from checked((*path, "key"), validate_label_key, key)
        elif operator != "Exists":
            yield Finding(path, f"{spell(path)} has no key", "name the taint's key, or write operator: Exists")
        if operator == "Exists" and each.get("value"):
            yield Finding(
                (*path, "value"), f"{spell(path)}: Exists takes no value", "delete value, or write operator: Equal"
            )
        elif operator == "Equal":
            yield from checked((*path, "value"), validate_label_value, each.get("value") or "")
        if each.get("tolerationSeconds") is not None and each.get("effect") != "NoExecute":
            message = f"{spell(path)}: tolerationSeconds goes with effect NoExecute only"
            yield Finding((*path, "tolerationSeconds"), message, "write effect: NoExecute, or delete tolerationSeconds")


def _node_affinity(spec: dict[str, Any]) -> Iterator[Finding]:
    if field(spec, *_REQUIRED) == []:
        yield Finding(_REQUIRED, f"{spell(_REQUIRED)} is empty", "add a term, or delete the whole requirement")
    for path, term in items(spec, *_REQUIRED):
        written = NodeSelectorTerm(
            match_expressions=written_expressions(term, "matchExpressions"),
            match_fields=written_expressions(term, "matchFields"),
        )
        yield from checked(path, validate_terms, (written,))


def _volumes(kind: str, spec: dict[str, Any]) -> Iterator[Finding]:
    """Volumes have names, each its own, and containers mount volumes that there are."""
    volumes = list(items(spec, "volumes"))
    for path, each in volumes:
        yield from label_name((*path, "name"), each.get("name"))
    yield from unique((((*path, "name"), each.get("name")) for path, each in volumes), "name")
    if kind == "StatefulSet":
        return  # its volumeClaimTemplates are volumes too
    names = {each.get("name") for _, each in volumes}
    for name in ("containers", "initContainers"):
        for path, each in items(spec, name):
            for inner, mount in items(each, "volumeMounts"):
                if mount.get("name") not in names:
                    where = (*path, *inner, "name")
                    remedy = (
                        f"declare it under volumes, where there are: {', '.join(sorted(map(str, names))) or 'none'}"
                    )
                    yield Finding(where, f"{spell(where)}: there is no volume {mount.get('name')!r}", remedy)
