"""One Kubernetes object as it was written, and all of them together."""

from typing import Any

import msgspec

from kubeproof.manifests.errors import Note, Path
from kubeproof.manifests.yaml_values import Lines

DEFAULT_NAMESPACE = "default"
_CLUSTER_SCOPED = frozenset(
    """APIService CertificateSigningRequest ClusterRole ClusterRoleBinding ClusterTrustBundle
    CSIDriver CSINode CustomResourceDefinition DeviceClass FlowSchema IngressClass IPAddress
    MutatingAdmissionPolicy MutatingAdmissionPolicyBinding MutatingWebhookConfiguration Namespace
    Node PersistentVolume PriorityClass PriorityLevelConfiguration ResourceSlice RuntimeClass
    ServiceCIDR StorageClass StorageVersionMigration ValidatingAdmissionPolicy
    ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration VolumeAttachment
    VolumeAttributesClass""".split()  # noqa: SIM905
)
_GROUPS = {
    **dict.fromkeys(("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"), "apps"),
    **dict.fromkeys(("Job", "CronJob"), "batch"),
    **dict.fromkeys(("Pod", "ReplicationController", "Service", "Node", "Namespace"), ""),
    **dict.fromkeys(("ConfigMap", "Secret", "ServiceAccount", "PersistentVolumeClaim"), ""),
    **dict.fromkeys(("LimitRange", "ResourceQuota"), ""),
    **dict.fromkeys(("Ingress", "NetworkPolicy"), "networking.k8s.io"),
    "HorizontalPodAutoscaler": "autoscaling",
    "PodDisruptionBudget": "policy",
}
"""The groups of the kinds that kubeproof looks into; others may have kinds of the same name, Knative a Service."""


class Manifest(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """A Kubernetes object as written in a file. `data` is plain dicts and lists; leave it as it is."""

    kind: str
    api_version: str
    name: str
    namespace: str
    """Empty for kinds that have none, such as Node."""
    file: str
    document_line: int
    data: dict[str, Any]
    lines: Lines

    def line(self, path: Path) -> int:
        """The line, counted from 1, of the field at `path`, or of its nearest ancestor that was written."""
        return self.lines.at(path)

    @property
    def group(self) -> str:
        """The API group: ``apps`` of ``apps/v1``, empty for ``v1``."""
        return self.api_version.rpartition("/")[0]

    @property
    def kubernetes_kind(self) -> str:
        """The kind; empty for another group's kind that has the name of one of Kubernetes' own."""
        return self.kind if _GROUPS.get(self.kind, self.group) == self.group else ""

    @property
    def identity(self) -> str:
        """What the object is called in notes and verdicts: ``Deployment/default/web``, ``Node/node-1``."""
        kind = self.kubernetes_kind or f"{self.kind}.{self.group}"
        return "/".join(part for part in (kind, self.namespace, self.name) if part)


class Manifests(msgspec.Struct, frozen=True, eq=False):
    """All objects of the input, in the order in which they were read, and what to know about them."""

    objects: tuple[Manifest, ...]
    notes: tuple[Note, ...] = ()

    def of_kind(self, kind: str) -> tuple[Manifest, ...]:
        """The objects of one kind, such as ``Deployment``."""
        return tuple(manifest for manifest in self.objects if manifest.kubernetes_kind == kind)


def namespace_of(kind: str, metadata: dict[str, Any]) -> str:
    """The namespace of an object: empty for kinds that have none, ``default`` if none was written."""
    return "" if kind in _CLUSTER_SCOPED else metadata.get("namespace") or DEFAULT_NAMESPACE
