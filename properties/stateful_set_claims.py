"""What becomes of the data of a StatefulSet's Pods: the claims that stay, and those that go."""

from collections.abc import Iterator

from checker.vocabulary import eventually_always, never_step
from model.cluster import Cluster
from model.rows.claim import Claim


@never_step("claims_survive")
def claims_lost(before: Cluster, after: Cluster) -> Iterator[Claim]:
    """The claims of an ordinal that the StatefulSet asks for are not deleted: a Pod that comes back finds its data.

    Relied on by whoever scales down for a moment, or by mistake, and up again.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention
    """
    for slot, claim in before.claims.items():
        owner, spec = before.stateful_sets[claim.stateful_set], before.constants.stateful_sets[claim.stateful_set]
        if after.claims[slot] is None and owner is not None and claim.ordinal in spec.ordinals(owner.replicas):
            yield claim


@eventually_always("claims_are_cleaned_up")
def claims_left_over(state: Cluster) -> Iterator[str]:
    """In the end there are no claims but those of the ordinals that the StatefulSet asks for.

    Relied on by whoever pays for storage.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention
    """
    for claim in state.claims:
        owner = state.stateful_sets[claim.stateful_set]
        spec = state.constants.stateful_sets[claim.stateful_set]
        if owner is not None and claim.ordinal not in spec.ordinals(owner.replicas):
            yield f"Claims of {spec.name}-{claim.ordinal}: nobody asks for that Pod any more"
