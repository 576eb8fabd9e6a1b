"""What a StatefulSet looks like in a steady state."""

from collections.abc import Iterator

from checker.state import Pool
from model.api.stateful_sets import RetentionPolicy
from model.cluster import Constants
from model.rows.claim import Claim, ClaimOwner
from model.rows.stateful_set import StatefulSet
from model.steady import PodGroup, Start, steady_pod


def _claims(constants: Constants) -> Iterator[Claim]:
    """The claims of every Pod, owned as the controller leaves them."""
    if constants.claim_slots > 0:
        for slot, spec in enumerate(constants.stateful_sets):
            stays = spec.when_deleted is RetentionPolicy.RETAIN
            for number in range(spec.replicas if spec.claims else 0):
                owner = ClaimOwner.NOBODY if stays else ClaimOwner.STATEFUL_SET
                yield Claim(slot, spec.start_ordinal + number, owner)


def steady_stateful_sets(constants: Constants) -> Start:
    """Every StatefulSet at its first revision, with a Pod for each ordinal that it asks for."""
    return Start(
        pools={
            "stateful_sets": Pool.of(
                StatefulSet(
                    template=spec.revisions[0],
                    replicas=spec.replicas,
                    current_revision=spec.revisions[0],
                    current_replicas=spec.replicas if spec.goes_by_current_replicas else 0,
                )
                for spec in constants.stateful_sets
            ),
            "claims": Pool.of(_claims(constants), slots=constants.claim_slots),
        },
        pods=tuple(
            PodGroup(steady_pod(constants, spec.revisions[0], stateful_set=slot, ordinal=spec.start_ordinal + number))
            for slot, spec in enumerate(constants.stateful_sets)
            for number in range(spec.replicas)
        ),
    )
