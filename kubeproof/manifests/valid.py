"""Hypothesis strategies for Kubernetes objects and the manifests that hold them."""

import copy
import json
from typing import Any

import yaml
from hypothesis import strategies as st

from kubeproof.manifests.scalars import plain_scalar

Object = dict[str, Any]

_names = st.from_regex(r"[a-z]{2,8}(-[a-z0-9]{1,4})?", fullmatch=True)
_port_names = st.from_regex(r"[a-z]{2,8}", fullmatch=True)
_label_values = _names | st.sampled_from(["", "v1", "1.0", "y", "no", "1e3", "0o14", "2024-01-01", "12_000"])
_ports = st.integers(1, 65535)
_percentages = st.integers(0, 100).map("{}%".format)
_quantities = {
    "cpu": (st.sampled_from(["50m", "0.1", "250m"]), st.sampled_from(["1", "1500m", 2])),
    "memory": (st.sampled_from(["64Mi", "100M", "0.1Gi"]), st.sampled_from(["1Gi", "1073741824", "2e9"])),
}


@st.composite
def _rolling_updates(draw: st.DrawFn) -> Object:
    """A strategy of type RollingUpdate that can take a step."""
    surge = draw(st.integers(0, 5) | _percentages)
    unavailable = draw(st.integers(0, 5) | _percentages)
    if {surge, unavailable} <= {0, "0%"}:
        surge = 1
    return {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}}


def _strategies() -> st.SearchStrategy[Object]:
    return st.just({"type": "Recreate"}) | _rolling_updates()


@st.composite
def _resources(draw: st.DrawFn) -> Object:
    """Requests that do not exceed the limits, of some resources."""
    chosen = draw(st.lists(st.sampled_from(sorted(_quantities)), unique=True))
    resources: Object = {"requests": {}, "limits": {}}
    for name in chosen:
        small, large = _quantities[name]
        resources["requests"][name] = draw(small)
        resources["limits"][name] = draw(large)
    return resources


@st.composite
def _probes(draw: st.DrawFn, port: int | str) -> Object:
    """A probe that is neither a liveness nor a startup probe's only: one success is enough."""
    ways: list[Object] = [
        {"httpGet": {"path": "/healthz", "port": port}},
        {"tcpSocket": {"port": port}},
        {"exec": {"command": ["true"]}},
    ]
    return {**draw(st.sampled_from(ways)), "periodSeconds": draw(st.integers(1, 30))}


@st.composite
def _containers(draw: st.DrawFn, name: str) -> Object:
    """A container that listens on one port."""
    port_name = draw(_port_names)
    container: Object = {
        "name": name,
        "image": f"registry.example.com/{name}:{draw(st.integers(1, 9))}",
        "ports": [{"name": port_name, "containerPort": draw(_ports)}],
        "resources": draw(_resources()),
    }
    optional = {
        "readinessProbe": _probes(port_name),
        "startupProbe": _probes(port_name),
        "lifecycle": st.just({"preStop": {"sleep": {"seconds": 5}}}),
        "env": st.just([{"name": "COLOUR", "value": "blue"}]),
    }
    return container | draw(st.fixed_dictionaries({}, optional=optional))


@st.composite
def _pod_specs(draw: st.DrawFn) -> Object:
    """What a Pod runs, and on which Nodes."""
    names = draw(st.lists(_names, min_size=1, max_size=2, unique=True))
    spec: Object = {"containers": [draw(_containers(name)) for name in names]}
    toleration = {"key": "dedicated", "operator": "Equal", "value": "web", "effect": "NoSchedule"}
    optional = {
        "terminationGracePeriodSeconds": st.integers(5, 120),
        "nodeSelector": st.just({"kubernetes.io/os": "linux"}),
        "tolerations": st.just([toleration]),
        "restartPolicy": st.just("Always"),
        "volumes": st.just([{"name": "scratch", "emptyDir": {}}]),
    }
    return spec | draw(st.fixed_dictionaries({}, optional=optional))


def _metadata(name: str, namespace: str | None, labels: Object | None = None) -> Object:
    metadata: Object = {"name": name}
    if namespace is not None:
        metadata["namespace"] = namespace
    return metadata | ({"labels": labels} if labels else {})


@st.composite
def _deployments(draw: st.DrawFn, name: str, namespace: str | None) -> Object:
    """A Deployment whose selector is its app label."""
    labels = {"app": name} | draw(st.dictionaries(_names, _label_values, max_size=2))
    spec: Object = {
        "replicas": draw(st.integers(0, 20)),
        "selector": {"matchLabels": {"app": labels["app"]}},
        "strategy": draw(_strategies()),
        "template": {"metadata": {"labels": labels}, "spec": draw(_pod_specs())},
    }
    optional = {"minReadySeconds": st.integers(0, 60), "revisionHistoryLimit": st.integers(0, 10)}
    spec |= draw(st.fixed_dictionaries({}, optional=optional))
    metadata = _metadata(name, namespace, labels)
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}


@st.composite
def _services(draw: st.DrawFn, deployment: Object) -> Object:
    """A Service for a Deployment's Pods."""
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    port = container["ports"][0]
    target = draw(st.sampled_from([port["name"], port["containerPort"]]))
    spec = {
        "type": draw(st.sampled_from(["ClusterIP", "NodePort", "LoadBalancer"])),
        "selector": dict(deployment["spec"]["selector"]["matchLabels"]),
        "ports": [{"name": "main", "port": draw(_ports), "targetPort": target}],
    }
    metadata = _metadata(deployment["metadata"]["name"], deployment["metadata"].get("namespace"))
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}


@st.composite
def _cron_jobs(draw: st.DrawFn, name: str, namespace: str | None) -> Object:
    """A CronJob."""
    pod = {**draw(_pod_specs()), "restartPolicy": draw(st.sampled_from(["Never", "OnFailure"]))}
    job = draw(st.fixed_dictionaries({}, optional={"ttlSecondsAfterFinished": st.integers(0, 3600)}))
    spec = {
        "schedule": draw(st.sampled_from(["*/5 * * * *", "30 2 * * 1-5", "@daily", "@every 90m", "0 0 31 2 ?"])),
        "jobTemplate": {"spec": {**job, "template": {"spec": pod}}},
    }
    optional: dict[str, st.SearchStrategy[Any]] = {
        "timeZone": st.sampled_from(["Etc/UTC", "Europe/Berlin"]),
        "concurrencyPolicy": st.sampled_from(["Allow", "Forbid", "Replace"]),
        "startingDeadlineSeconds": st.integers(0, 7200),
        "successfulJobsHistoryLimit": st.integers(0, 5),
        "failedJobsHistoryLimit": st.integers(0, 5),
        "suspend": st.booleans(),
    }
    spec |= draw(st.fixed_dictionaries({}, optional=optional))
    metadata = _metadata(name, namespace)
    return {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": metadata, "spec": spec}


_FAILURE_RULES = (
    {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget"}]},
    {"action": "FailJob", "onExitCodes": {"operator": "In", "values": [3, 42]}},
    {"action": "Count", "onExitCodes": {"operator": "NotIn", "values": [0, 1]}},
)


@st.composite
def _jobs(draw: st.DrawFn, name: str, namespace: str | None) -> Object:
    """A Job: with indexes or without, with a podFailurePolicy or without."""
    pod = {**draw(_pod_specs()), "restartPolicy": draw(st.sampled_from(["Never", "OnFailure"]))}
    spec: Object = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "parallelism": st.integers(0, 20),
                "completions": st.integers(1, 20),
                "backoffLimit": st.integers(0, 6),
                "suspend": st.booleans(),
                "activeDeadlineSeconds": st.integers(1, 3600),
                "ttlSecondsAfterFinished": st.integers(0, 3600),
                "podReplacementPolicy": st.just("Failed"),
            },
        )
    )
    if draw(st.booleans()):
        pod["restartPolicy"] = "Never"
        spec["podFailurePolicy"] = {"rules": draw(st.lists(st.sampled_from(_FAILURE_RULES), unique_by=str))}
    if "completions" in spec and draw(st.booleans()):
        spec |= {"completionMode": "Indexed", "backoffLimitPerIndex": draw(st.integers(0, 3))}
        if draw(st.booleans()):
            spec["successPolicy"] = {"rules": [{"succeededCount": draw(st.integers(1, spec["completions"]))}]}
    spec["template"] = {"spec": pod}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": _metadata(name, namespace), "spec": spec}


_UPDATE_STRATEGIES = st.just({"type": "OnDelete"}) | st.fixed_dictionaries(
    {"type": st.just("RollingUpdate")},
    optional={
        "rollingUpdate": st.fixed_dictionaries(
            {}, optional={"partition": st.integers(0, 9), "maxUnavailable": st.integers(1, 5) | st.just("40%")}
        )
    },
)


@st.composite
def _stateful_sets(draw: st.DrawFn, name: str, namespace: str | None) -> Object:
    """A StatefulSet whose selector is its app label, with a claim for each Pod."""
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    spec: Object = {
        "serviceName": name,
        "replicas": draw(st.integers(0, 20)),
        "selector": {"matchLabels": {"app": name}},
        "template": {"metadata": {"labels": {"app": name}}, "spec": draw(_pod_specs())},
        "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": claim}],
    }
    optional = {
        "podManagementPolicy": st.sampled_from(["OrderedReady", "Parallel"]),
        "updateStrategy": _UPDATE_STRATEGIES,
        "ordinals": st.fixed_dictionaries({"start": st.integers(0, 9)}),
        "minReadySeconds": st.integers(0, 60),
        "persistentVolumeClaimRetentionPolicy": st.just({"whenScaled": "Delete", "whenDeleted": "Retain"}),
    }
    spec |= draw(st.fixed_dictionaries({}, optional=optional))
    metadata = _metadata(name, namespace)
    return {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": metadata, "spec": spec}


_DAEMON_SET_UPDATES = (
    {"type": "OnDelete"},
    {"type": "RollingUpdate"},
    {"rollingUpdate": {"maxUnavailable": "10%"}},
    {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 2, "maxUnavailable": 0}},
    {"rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "0%"}},
)
_REQUIRED_AFFINITY = {
    "nodeSelectorTerms": [{"matchExpressions": [{"key": "node-role.kubernetes.io/edge", "operator": "DoesNotExist"}]}]
}


@st.composite
def _daemon_sets(draw: st.DrawFn, name: str, namespace: str | None) -> Object:
    """A DaemonSet whose selector is its app label, on every node or on some."""
    pod = draw(_pod_specs())
    if draw(st.booleans()):
        pod["affinity"] = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": _REQUIRED_AFFINITY}}
    if draw(st.booleans()):
        pod["tolerations"] = [{"operator": "Exists"}]
    spec: Object = {
        "selector": {"matchLabels": {"app": name}},
        "template": {"metadata": {"labels": {"app": name}}, "spec": pod},
    }
    optional = {
        "updateStrategy": st.sampled_from(_DAEMON_SET_UPDATES),
        "minReadySeconds": st.integers(0, 60),
        "revisionHistoryLimit": st.integers(0, 10),
    }
    spec |= draw(st.fixed_dictionaries({}, optional=optional))
    return {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": _metadata(name, namespace), "spec": spec}


_METRICS = (
    {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}}},
    {"type": "Resource", "resource": {"name": "memory", "target": {"type": "AverageValue", "averageValue": "300Mi"}}},
    {
        "type": "Pods",
        "pods": {"metric": {"name": "requests"}, "target": {"type": "AverageValue", "averageValue": "1.5"}},
    },
    {"type": "External", "external": {"metric": {"name": "jobs"}, "target": {"type": "Value", "value": 30}}},
)
_POLICIES = (
    {"type": "Pods", "value": 2, "periodSeconds": 60},
    {"type": "Percent", "value": 50, "periodSeconds": 1800},
)


def _rules() -> st.SearchStrategy[Object]:
    return st.fixed_dictionaries(
        {},
        optional={
            "stabilizationWindowSeconds": st.integers(0, 3600),
            "selectPolicy": st.sampled_from(["Max", "Min", "Disabled"]),
            "policies": st.lists(st.sampled_from(_POLICIES), min_size=1, unique_by=str),
            "tolerance": st.sampled_from(["0.05", 0, "0"]),
        },
    )


@st.composite
def _autoscalers(draw: st.DrawFn, deployment: Object) -> Object:
    """A HorizontalPodAutoscaler for a Deployment."""
    name = deployment["metadata"]["name"]
    fewest = draw(st.integers(1, 5))
    spec: Object = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
        "maxReplicas": draw(st.integers(fewest, 20)),
    }
    optional = {
        "metrics": st.lists(st.sampled_from(_METRICS), min_size=1, unique_by=str),
        "behavior": st.fixed_dictionaries({}, optional={"scaleUp": _rules(), "scaleDown": _rules()}),
    }
    spec |= draw(st.fixed_dictionaries({"minReplicas": st.just(fewest)}, optional=optional))
    metadata = _metadata(name, deployment["metadata"].get("namespace"))
    return {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": metadata, "spec": spec}


@st.composite
def _disruption_budgets(draw: st.DrawFn, protected: Object) -> Object:
    """A PodDisruptionBudget for an object's Pods."""
    amount = draw(st.integers(0, 5) | _percentages)
    spec: Object = {
        draw(st.sampled_from(["minAvailable", "maxUnavailable"])): amount,
        "selector": dict(protected["spec"]["selector"]),
    }
    policy = st.sampled_from(["IfHealthyBudget", "AlwaysAllow"])
    spec |= draw(st.fixed_dictionaries({}, optional={"unhealthyPodEvictionPolicy": policy}))
    metadata = _metadata(protected["metadata"]["name"], protected["metadata"].get("namespace"))
    return {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": metadata, "spec": spec}


@st.composite
def _quotas(draw: st.DrawFn, namespace: str | None) -> Object:
    """A ResourceQuota on some of what it can limit."""
    limits = {"pods": st.integers(0, 20), "requests.cpu": st.sampled_from(["500m", "2", 4]), "services": st.just(3)}
    hard = draw(st.fixed_dictionaries({}, optional=limits))
    metadata = _metadata("team", namespace)
    return {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata, "spec": {"hard": hard}}


@st.composite
def _claims(draw: st.DrawFn, deployment: Object) -> Object:
    """A PersistentVolumeClaim, mounted by a Deployment from now on."""
    pod = deployment["spec"]["template"]["spec"]
    pod["volumes"] = [*pod.get("volumes", []), {"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    modes = st.lists(st.sampled_from(["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany"]), min_size=1, unique=True)
    spec = {"accessModes": draw(modes), "resources": {"requests": {"storage": "1Gi"}}}
    metadata = _metadata("data", deployment["metadata"].get("namespace"))
    return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": spec}


@st.composite
def objects(draw: st.DrawFn) -> list[Object]:
    """Valid Kubernetes objects: Deployments, with Services, a Namespace, other workloads and a ConfigMap for some."""
    namespace = draw(st.none() | _names)
    found: list[Object] = []
    if namespace is not None:
        found.append({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    for name in draw(st.lists(_names, min_size=1, max_size=2, unique=True)):
        deployment = draw(_deployments(name, namespace))
        found.append(deployment)
        if draw(st.booleans()):
            found.append(draw(_services(deployment)))
        if draw(st.booleans()):
            found.append(draw(_disruption_budgets(deployment)))
        if draw(st.booleans()):
            found.append(draw(_autoscalers(deployment)))
    if draw(st.booleans()):
        found.append(draw(_claims(deployment)))
    if draw(st.booleans()):
        found.append(draw(_quotas(namespace)))
    if draw(st.booleans()):
        found.append(draw(_cron_jobs("nightly", namespace)))
    if draw(st.booleans()):
        found.append(draw(_jobs("import", namespace)))
    if draw(st.booleans()):
        found.append(draw(_stateful_sets("database", namespace)))
    if draw(st.booleans()):
        found.append(draw(_daemon_sets("agent", namespace)))
    if draw(st.booleans()):
        data = draw(st.dictionaries(_names, st.text(max_size=20).filter(str.isprintable), max_size=2))
        metadata = _metadata("settings", namespace)
        found.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})
    return copy.deepcopy(found)  # whoever damages it damages no strategy


def manifests() -> st.SearchStrategy[str]:
    """Text that ``kubectl apply`` accepts: YAML documents, a YAML or JSON ``List``, or JSON objects in a row."""
    return st.builds(lambda write, found: write(found), st.sampled_from(_WRITERS), objects())


class _Dumper(yaml.SafeDumper):
    """Puts text in quotes where kubectl would read something else."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def _represent_text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    quoted = plain_scalar(text) != text or text == "<<"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if quoted else None)


_Dumper.add_representer(str, _represent_text)


def write_yaml(found: list[Object]) -> str:
    """The objects as YAML documents."""
    return yaml.dump_all(found, Dumper=_Dumper, sort_keys=False, explicit_start=True, allow_unicode=True)


def _write_list(found: list[Object]) -> str:
    return write_yaml([{"apiVersion": "v1", "kind": "List", "items": found}])


def _write_json(found: list[Object]) -> str:
    return "\n".join(json.dumps(each, indent=2) for each in found)


def _write_json_list(found: list[Object]) -> str:
    return _write_json([{"apiVersion": "v1", "kind": "List", "items": found}])


_WRITERS = (write_yaml, _write_list, _write_json, _write_json_list)
