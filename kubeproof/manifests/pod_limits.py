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


def pod(kind: str, data: dict[str, Any], template: Path) -> Iterator[Finding]:
    """The Pods that an object of `kind` runs; `template` is where in its `data` they are described."""
    spec: Path = (*template, "spec")
    if template:
        metadata: Path = (*template, "metadata", "labels")
        yield from labels(metadata, mapping(data, *metadata))
    yield from _restart_policy(kind, data, spec)
    grace: Path = (*spec, "terminationGracePeriodSeconds")
    yield from not_negative(grace, field(data, *grace))
    selector: Path = (*spec, "nodeSelector")
    yield from labels(selector, mapping(data, *selector))
    yield from _tolerations(data, spec)
    yield from _node_affinity(data, (*spec, *_REQUIRED))
    yield from _volumes(kind, data, spec)
    yield from _containers(data, spec)


def _containers(data: dict[str, Any], spec: Path) -> Iterator[Finding]:
    """There is one at least, each is valid, and no two have the same name."""
    if not field(data, *spec, "containers"):
        message = f"{spell((*spec, 'containers'))} is empty: a Pod runs at least one"
        yield Finding((*spec, "containers"), message, "add a container with name and image")
    grace = field(data, *spec, "terminationGracePeriodSeconds")
    everything = [*items(data, *spec, "containers"), *items(data, *spec, "initContainers")]
    for path, each in everything:
        yield from container(each, path, _DEFAULT_GRACE_PERIOD if grace is None else grace)
    yield from unique((((*path, "name"), each.get("name")) for path, each in everything), "name")


def _restart_policy(kind: str, data: dict[str, Any], spec: Path) -> Iterator[Finding]:
    path: Path = (*spec, "restartPolicy")
    value = field(data, *path)
    allowed = _RESTART_POLICIES.get(kind, ("Always",))
    if kind in ("Job", "CronJob") and not value:
        yield Finding(spec, f"a {kind} needs {spell(path)}", "write restartPolicy: OnFailure or Never")
    elif value and value not in allowed:
        message = f"{spell(path)} is {value!r}: a {kind} takes only {' or '.join(allowed)}"
        yield Finding(path, message, f"write restartPolicy: {allowed[0]}")


def _tolerations(data: dict[str, Any], spec: Path) -> Iterator[Finding]:
    for path, each in items(data, *spec, "tolerations"):
        yield from one_of((*path, "operator"), each.get("operator"), ("Exists", "Equal", "Lt", "Gt"))
        yield from one_of((*path, "effect"), each.get("effect"), EFFECTS)
        yield from _toleration(each, path)


def _toleration(toleration: dict[str, Any], path: Path) -> Iterator[Finding]:
    """The parts of a toleration fit together."""
    exists, key = toleration.get("operator") == "Exists", toleration.get("key")
    if key:
        yield from checked((*path, "key"), validate_label_key, key)
    elif not exists:
        yield Finding(path, f"{spell(path)} has no key", "name the taint's key, or write operator: Exists")
    if exists and toleration.get("value"):
        message = f"{spell(path)}: Exists takes no value"
        yield Finding((*path, "value"), message, "delete value, or write operator: Equal")
    elif not exists:
        yield from checked((*path, "value"), validate_label_value, toleration.get("value") or "")
    if toleration.get("tolerationSeconds") is not None and toleration.get("effect") != "NoExecute":
        message = f"{spell(path)}: tolerationSeconds goes with effect NoExecute only"
        remedy = "write effect: NoExecute, or delete tolerationSeconds"
        yield Finding((*path, "tolerationSeconds"), message, remedy)


def _node_affinity(data: dict[str, Any], terms: Path) -> Iterator[Finding]:
    if field(data, *terms) == []:
        yield Finding(terms, f"{spell(terms)} is empty", "add a term, or delete the whole requirement")
    for path, term in items(data, *terms):
        written = NodeSelectorTerm(
            match_expressions=written_expressions(term, "matchExpressions"),
            match_fields=written_expressions(term, "matchFields"),
        )
        yield from checked(path, validate_terms, (written,))


def _volumes(kind: str, data: dict[str, Any], spec: Path) -> Iterator[Finding]:
    """Volumes have names, each its own, and containers mount volumes that there are."""
    volumes = list(items(data, *spec, "volumes"))
    for path, each in volumes:
        yield from label_name((*path, "name"), each.get("name"))
    yield from unique((((*path, "name"), each.get("name")) for path, each in volumes), "name")
    if kind == "StatefulSet":
        return  # its volumeClaimTemplates are volumes too
    names = sorted(str(each.get("name")) for _, each in volumes)
    for path, each in (*items(data, *spec, "containers"), *items(data, *spec, "initContainers")):
        for inner, mount in items(each, "volumeMounts"):
            if mount.get("name") not in names:
                where = (*path, *inner, "name")
                remedy = f"declare it under volumes, where there are: {', '.join(names) or 'none'}"
                yield Finding(where, f"{spell(where)}: there is no volume {mount.get('name')!r}", remedy)
