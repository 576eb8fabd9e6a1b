"""A workload object of any kind: what all kinds have in common."""

from typing import Any, Self

import msgspec
from msgspec.structs import replace

from kubeproof.kinds.pod_templates import claims, containers, pod_spec, unspecified_requests
from kubeproof.manifests.fields import field, mapping
from kubeproof.manifests.manifest import Manifest
from model.control_plane.scheduler.filters import PodSpec
from model.rows.pod_template import ContainerSpec, PodTemplate, RestartPolicy


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """An object that runs Pods, as its manifest says it. `selected`: the Service's selector matches its Pods."""

    name: str
    replicas: int
    """How many Pods it asks for; what the bound of an instance limits."""
    containers: tuple[ContainerSpec, ...]
    pod_spec: PodSpec = PodSpec()
    selected: bool = True
    restart_policy: RestartPolicy = RestartPolicy.ALWAYS
    min_ready_seconds: int = 0
    unspecified: tuple[str, ...] = ()
    """Of cpu and memory, what some container does not request."""
    claims: tuple[str, ...] = ()
    """The PersistentVolumeClaims that its Pods mount."""

    def template(self, revision: str, *, works: bool = True) -> PodTemplate:
        """One revision of its Pod template."""
        return PodTemplate(
            name=revision,
            containers=self.containers,
            spec=self.pod_spec,
            selected=self.selected,
            restart_policy=self.restart_policy,
            min_ready_seconds=self.min_ready_seconds,
            unspecified=self.unspecified,
            claims=self.claims,
            works=works,
        )

    @property
    def labels_asked_for(self) -> frozenset[str]:
        """The keys of the labels that its node selector and its required node affinity look at."""
        terms = self.pod_spec.required_terms or ()
        expressions = {expression.key for term in terms for expression in term.match_expressions}
        return frozenset(self.pod_spec.node_selector) | expressions

    def where_all_nodes_fit(self) -> Self:
        """The same on nodes that satisfy its node selector and affinity, whatever they ask for."""
        spec = self.pod_spec
        return replace(self, pod_spec=PodSpec(tolerations=spec.tolerations, requests=spec.requests))

    def pods(self, nodes: int) -> int:
        """How many Pods it has on so many nodes."""
        return min(self.replicas, self.replicas * nodes)


def pod_fields(manifest: Manifest, service: Manifest | None, *path: str) -> dict[str, Any]:
    """The fields of `Member` that come from the Pod template at `path` (``spec.template`` by default)."""
    spec = mapping(manifest.data, "spec")
    pod = mapping(manifest.data, *(path or ("spec", "template")), "spec")
    policy = field(pod, "restartPolicy")
    return {
        "name": manifest.name,
        "containers": tuple(containers(pod, service)),
        "pod_spec": pod_spec(pod),
        "selected": service is not None,
        "restart_policy": RestartPolicy(policy or RestartPolicy.ALWAYS.value),
        "unspecified": tuple(unspecified_requests(pod)),
        "claims": tuple(claims(pod)),
        "min_ready_seconds": spec.get("minReadySeconds") or 0,
    }
