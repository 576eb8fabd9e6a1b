"""StatefulSets in front of the model."""

from typing import Any

from msgspec.structs import replace

from kubeproof.kinds.deployment import in_proportion
from kubeproof.kinds.kind import Kind
from kubeproof.kinds.member import Member, pod_fields
from kubeproof.manifests.fields import field, mapping
from kubeproof.manifests.manifest import Manifest
from model.api.stateful_sets import PodManagementPolicy, RetentionPolicy, UpdateStrategy
from model.controllers.statefulset.rolling_update import max_unavailable
from model.rows.pod_template import PodTemplate
from model.rows.stateful_set import StatefulSetSpec


class WorkloadStatefulSet(Member, frozen=True, kw_only=True):
    """A StatefulSet as its manifest says it."""

    pod_management_policy: PodManagementPolicy = PodManagementPolicy.ORDERED_READY
    update_strategy: UpdateStrategy = UpdateStrategy.ROLLING_UPDATE
    partition: int | None = 0
    """None if there is no ``rollingUpdate`` block, not even by default."""
    max_unavailable: int | str | None = None
    start_ordinal: int = 0
    has_claims: bool = False
    """It has ``volumeClaimTemplates``."""
    when_scaled: RetentionPolicy = RetentionPolicy.RETAIN
    when_deleted: RetentionPolicy = RetentionPolicy.RETAIN


def read(manifest: Manifest, service: Manifest | None) -> WorkloadStatefulSet:
    """The StatefulSet in a manifest, with the API server's defaults."""
    spec = mapping(manifest.data, "spec")
    replicas = spec.get("replicas")
    policy = spec.get("podManagementPolicy") or PodManagementPolicy.ORDERED_READY.value
    return WorkloadStatefulSet(
        **pod_fields(manifest, service),
        replicas=1 if replicas is None else replicas,
        pod_management_policy=PodManagementPolicy(policy),
        update_strategy=UpdateStrategy(field(spec, "updateStrategy", "type") or UpdateStrategy.ROLLING_UPDATE.value),
        partition=_partition(spec),
        max_unavailable=field(spec, "updateStrategy", "rollingUpdate", "maxUnavailable"),
        start_ordinal=field(spec, "ordinals", "start") or 0,
        has_claims=bool(spec.get("volumeClaimTemplates")),
        when_scaled=_retention(spec, "whenScaled"),
        when_deleted=_retention(spec, "whenDeleted"),
    )


def _retention(spec: dict[str, Any], when: str) -> RetentionPolicy:
    written = field(spec, "persistentVolumeClaimRetentionPolicy", when)
    return RetentionPolicy(written or RetentionPolicy.RETAIN.value)


def _partition(spec: dict[str, Any]) -> int | None:
    """The partition; None where there is no block that it could be in.

    A block is added only where there is no type either.
    Source: pkg/apis/apps/v1/defaults.go (SetDefaults_StatefulSet)
    """
    block = field(spec, "updateStrategy", "rollingUpdate")
    if block is None and field(spec, "updateStrategy", "type"):
        return None
    return mapping(spec, "updateStrategy", "rollingUpdate").get("partition") or 0


def smaller(stateful_set: WorkloadStatefulSet, most: int) -> WorkloadStatefulSet:
    """The StatefulSet with `most` replicas, and partition and maxUnavailable in about the same proportion."""
    written, partition = stateful_set.replicas, stateful_set.partition
    return replace(
        stateful_set,
        replicas=most,
        partition=None if partition is None else in_proportion(partition, written, most),
        max_unavailable=_fewer_unavailable(stateful_set.max_unavailable, written, most),
    )


def _fewer_unavailable(value: int | str | None, written: int, most: int) -> int | str | None:
    """maxUnavailable of `most` replicas: 1 stays 1, and several stay several, if there are."""
    resolved = None if value is None else max_unavailable(value, written)
    if resolved is None or resolved == 1:
        return resolved
    return min(max(2, in_proportion(resolved, written, most)), most)


def spec(stateful_set: WorkloadStatefulSet, templates: list[PodTemplate], revisions: int) -> StatefulSetSpec:
    """The StatefulSet's constant part."""
    first = len(templates)
    templates.extend(stateful_set.template(f"v{number + 1}") for number in range(revisions))
    return StatefulSetSpec(
        name=stateful_set.name,
        replicas=stateful_set.replicas,
        revisions=tuple(range(first, len(templates))),
        pod_management_policy=stateful_set.pod_management_policy,
        update_strategy=stateful_set.update_strategy,
        partition=stateful_set.partition,
        max_unavailable=stateful_set.max_unavailable,
        start_ordinal=stateful_set.start_ordinal,
        claims=stateful_set.has_claims,
        when_scaled=stateful_set.when_scaled,
        when_deleted=stateful_set.when_deleted,
    )


def proportions(stateful_set: WorkloadStatefulSet) -> str:
    """What partition and maxUnavailable have become."""
    said = (("partition", stateful_set.partition), ("maxUnavailable", stateful_set.max_unavailable))
    written = [f"{name} {value}" for name, value in said if value]
    return f" ({', '.join(written)})" if written else ""


STATEFUL_SET = Kind(
    name="StatefulSet", field="stateful_sets", read=read, smaller=smaller, spec=spec, proportions=proportions
)
