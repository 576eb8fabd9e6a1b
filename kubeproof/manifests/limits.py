"""What Kubernetes refuses although it fits the schema, kind by kind.

Checked: what the model reads, and what people get wrong. The apiserver checks more.

Source: pkg/apis/core/validation/validation.go, pkg/apis/apps/validation/validation.go,
staging/src/k8s.io/apimachinery/pkg/api/validation/objectmeta.go
"""

from collections.abc import Callable, Iterator
from typing import Any

from kubeproof.manifests.autoscaler_limits import autoscaler
from kubeproof.manifests.cron_job_limits import cron_job
from kubeproof.manifests.disruption_budget_limits import disruption_budget
from kubeproof.manifests.errors import Finding, Path
from kubeproof.manifests.fields import POD_TEMPLATES, mapping
from kubeproof.manifests.job_limits import job
from kubeproof.manifests.manifest import Manifest
from kubeproof.manifests.node_limits import node
from kubeproof.manifests.pod_limits import pod
from kubeproof.manifests.ranges import label_name, labels, subdomain_name
from kubeproof.manifests.service_limits import service
from kubeproof.manifests.workload_limits import daemon_set, deployment, stateful_set, workload

Check = Callable[[dict[str, Any]], Iterator[Finding]]

_NAMED_BY_LABEL = frozenset({"Namespace", "Service"})
_LONGEST_NAMES = {"CronJob": 52}
_NAMED_BY_SUBDOMAIN = frozenset(
    """ConfigMap CronJob DaemonSet Deployment HorizontalPodAutoscaler Ingress Job Node
    PersistentVolumeClaim Pod PodDisruptionBudget ReplicaSet ReplicationController Secret
    ServiceAccount StatefulSet""".split()  # noqa: SIM905
)
_CHECKS: dict[str, tuple[Check, ...]] = {
    "Deployment": (workload, deployment),
    "ReplicaSet": (workload,),
    "StatefulSet": (workload, stateful_set),
    "DaemonSet": (workload, daemon_set),
    "CronJob": (cron_job,),
    "Job": (job,),
    "HorizontalPodAutoscaler": (autoscaler,),
    "PodDisruptionBudget": (disruption_budget,),
    "Service": (service,),
    "Node": (node,),
}


def limit_findings(manifest: Manifest) -> Iterator[Finding]:
    """What Kubernetes would refuse about an object that fits its schema."""
    kind = manifest.kubernetes_kind
    yield from _metadata(manifest, kind)
    template = POD_TEMPLATES.get(kind)
    if template is not None:
        yield from pod(kind, manifest.data, template)
    for check in _CHECKS.get(kind, ()):
        yield from check(manifest.data)


def _metadata(manifest: Manifest, kind: str) -> Iterator[Finding]:
    """Names and labels."""
    path: Path = ("metadata", "name")
    if kind in _NAMED_BY_LABEL:
        yield from label_name(path, manifest.name)
    elif kind in _NAMED_BY_SUBDOMAIN:
        yield from subdomain_name(path, manifest.name, _LONGEST_NAMES.get(kind, 253))
    yield from label_name(("metadata", "namespace"), manifest.namespace)
    yield from labels(("metadata", "labels"), mapping(manifest.data, "metadata", "labels"))
