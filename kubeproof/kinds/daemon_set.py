"""DaemonSets in front of the model."""

from typing import Any

from msgspec.structs import replace

from kubeproof.kinds.kind import Kind
from kubeproof.kinds.member import Member, pod_fields
from kubeproof.manifests.fields import field, mapping
from kubeproof.manifests.manifest import Manifest
from model.api.daemon_sets import DaemonPodTemplate, DaemonSetUpdateStrategy
from model.controllers.daemonset.tolerations import daemon_pod_tolerations
from model.rows.daemon_set import DaemonSetSpec
from model.rows.pod_template import PodTemplate


class WorkloadDaemonSet(Member, frozen=True, kw_only=True):
    """A DaemonSet as its manifest says it. Its `replicas` are those of one node."""

    replicas: int = 1
    update_strategy: DaemonSetUpdateStrategy = DaemonSetUpdateStrategy.ROLLING_UPDATE
    max_unavailable: int | str | None = 1
    max_surge: int | str | None = 0
    host_network: bool = False

    def where_all_nodes_fit(self) -> "WorkloadDaemonSet":
        """The nodes have the labels that its node selector asks for, as long as nobody takes them away."""
        asked = self.pod_spec
        return replace(self, pod_spec=replace(asked, required_terms=None))

    def pods(self, nodes: int) -> int:
        """One on each node, if every one is to run it."""
        return nodes

    @property
    def surges(self) -> bool:
        """An update creates new Pods before it deletes old ones."""
        return bool(self.max_surge) and self.max_surge != "0%"

    @property
    def placed(self) -> DaemonPodTemplate:
        """Where its Pods may run."""
        return DaemonPodTemplate(
            node_selector=self.pod_spec.node_selector,
            required_terms=self.pod_spec.required_terms,
            tolerations=self.pod_spec.tolerations,
            host_network=self.host_network,
        )


def read(manifest: Manifest, service: Manifest | None) -> WorkloadDaemonSet:
    """The DaemonSet in a manifest, with the API server's defaults."""
    spec = mapping(manifest.data, "spec")
    strategy = DaemonSetUpdateStrategy(
        field(spec, "updateStrategy", "type") or DaemonSetUpdateStrategy.ROLLING_UPDATE.value
    )
    unavailable, surge = _bounds(spec, strategy)
    return WorkloadDaemonSet(
        **pod_fields(manifest, service),
        update_strategy=strategy,
        max_unavailable=unavailable,
        max_surge=surge,
        host_network=bool(field(spec, "template", "spec", "hostNetwork")),
    )


def _bounds(spec: dict[str, Any], strategy: DaemonSetUpdateStrategy) -> tuple[int | str | None, int | str | None]:
    """maxUnavailable and maxSurge; with OnDelete there is neither.

    Source: pkg/apis/apps/v1/defaults.go (SetDefaults_DaemonSet)
    """
    if strategy is DaemonSetUpdateStrategy.ON_DELETE:
        return None, None
    rolling = mapping(spec, "updateStrategy", "rollingUpdate")
    unavailable, surge = rolling.get("maxUnavailable"), rolling.get("maxSurge")
    return 1 if unavailable is None else unavailable, 0 if surge is None else surge


def smaller(daemon_set: WorkloadDaemonSet, _: int) -> WorkloadDaemonSet:
    """The DaemonSet as it is: how many Pods it has is a matter of nodes."""
    return daemon_set


def spec(daemon_set: WorkloadDaemonSet, templates: list[PodTemplate], revisions: int) -> DaemonSetSpec:
    """The DaemonSet's constant part.

    The scheduler is not asked about the required node affinity: a Pod's is replaced by its node's name.
    """
    first = len(templates)
    asked = daemon_set.pod_spec
    tolerations = daemon_pod_tolerations(asked.tolerations, host_network=daemon_set.host_network)
    bound = replace(asked, required_terms=None, tolerations=tolerations)
    templates.extend(replace(daemon_set.template(f"v{number + 1}"), spec=bound) for number in range(revisions))
    return DaemonSetSpec(
        name=daemon_set.name,
        revisions=tuple(range(first, len(templates))),
        template=daemon_set.placed,
        update_strategy=daemon_set.update_strategy,
        max_unavailable=daemon_set.max_unavailable,
        max_surge=daemon_set.max_surge,
    )


DAEMON_SET = Kind(name="DaemonSet", field="daemon_sets", read=read, smaller=smaller, spec=spec, counted=None)
