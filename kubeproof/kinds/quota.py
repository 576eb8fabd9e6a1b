"""ResourceQuotas in front of the model."""

from collections.abc import Iterator

from kubeproof.kinds.member import Member
from kubeproof.kinds.pod_templates import pod_spec
from kubeproof.manifests.fields import POD_TEMPLATES, field, mapping
from kubeproof.manifests.manifest import Manifest, Manifests
from model.api.pod_requests import Resources
from model.api.quantity import milli_value, parse_quantity, value
from model.control_plane.apiserver.admission import quota_usage

_CPU = ("cpu", "requests.cpu")
COUNTED = ("pods", "count/pods", *_CPU, "memory", "requests.memory")
"""The limits that the model counts."""
_COUNTS_REPLICAS = ("Deployment", "ReplicaSet", "ReplicationController", "StatefulSet")


def quota_of(manifests: Manifests, namespace: str, objects: list[Manifest]) -> dict[str, int] | None:
    """What the quotas of the namespace leave to the Pods of `objects`; None without a quota.

    Several quotas hold at once: the least of each resource. What other workloads of the input ask for is taken off.
    """
    quotas = [_hard(manifest) for manifest in manifests.of_kind("ResourceQuota") if manifest.namespace == namespace]
    if not quotas:
        return None
    least: dict[str, int] = {}
    for hard in quotas:
        for name, amount in hard.items():
            least[name] = min(amount, least.get(name, amount))
    for other in _others(manifests, namespace, objects):
        for name in least:
            least[name] = least[name] - other.get(name, 0)
    return least


def _hard(manifest: Manifest) -> dict[str, int]:
    """The limits of a quota that the model counts; cpu in millicores."""
    written = mapping(manifest.data, "spec", "hard")
    return {
        name: (milli_value if name in _CPU else value)(parse_quantity(str(amount)))
        for name, amount in written.items()
        if name in COUNTED
    }


def _others(manifests: Manifests, namespace: str, objects: list[Manifest]) -> Iterator[dict[str, int]]:
    """What each other workload of the namespace counts for, at its written size."""
    own = {manifest.identity for manifest in objects}
    for kind in _COUNTS_REPLICAS:
        for manifest in manifests.of_kind(kind):
            if manifest.namespace == namespace and manifest.identity not in own:
                replicas = field(manifest.data, "spec", "replicas")
                usage = quota_usage(pod_spec(mapping(manifest.data, *POD_TEMPLATES[kind], "spec")).requests)
                yield {name: amount * (1 if replicas is None else replicas) for name, amount in usage.items()}


def smaller_quota(quota: Resources, written: tuple[Member, ...], searched: tuple[Member, ...]) -> dict[str, int]:
    """The quota that leaves as much room above a smaller instance as there is above the written size."""
    least = dict(quota)
    for before, after in zip(written, searched, strict=True):
        usage = quota_usage(before.pod_spec.requests)
        for name in least:
            least[name] = least[name] - usage.get(name, 0) * (before.replicas - after.replicas)
    return least
