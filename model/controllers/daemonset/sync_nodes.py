"""Creating and deleting the Pods that a sync has decided on, and noting what to expect of that.

Source: pkg/controller/daemon/daemon_controller.go
"""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from model.api.daemon_sets import DaemonSet
from model.api.objects import Pod
from model.api.refusals import Refusal
from model.controllers.daemonset.daemon_pods import Placement, new_pod
from model.controllers.daemonset.writes import Answer, CreatePod, DeletePod, Write, accepted
from model.controllers.expectations import ControllerExpectations
from model.controllers.replicaset.slow_start import batch_sizes

BURST_REPLICAS = 250
"""The most Pods created, and the most deleted, at a time (``BurstReplicas``)."""


class Synced(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it: the writes that were accepted, in order, and the expectations that are left."""

    writes: tuple[Write, ...] = ()
    expectations: ControllerExpectations = ControllerExpectations()
    error: bool = False
    """A create or a delete was refused: the sync is tried again, at a limited rate."""


def sync_nodes(
    daemon_set: DaemonSet,
    create: Sequence[str],
    delete: Sequence[Pod],
    expectations: ControllerExpectations,
    now: int,
    *,
    hash_value: str,
    placement: Placement = Placement.NODE_AFFINITY,
    answer: Answer = accepted,
    burst: int = BURST_REPLICAS,
) -> Synced:
    """Create a Pod for each of the Nodes named in `create`, in slow-start batches, then delete these Pods at once.

    Every write is expected to come back through the watch, unless it is refused.
    Source: pkg/controller/daemon/daemon_controller.go (syncNodes)
    """
    create, delete = create[:burst], delete[:burst]
    expected = expectations.set_expectations(len(create), len(delete), now)
    posts = [CreatePod(node, new_pod(daemon_set, node, hash_value, placement)) for node in create]
    created = create_pods(posts, Synced(expectations=expected), answer)
    return delete_pods([DeletePod(pod) for pod in delete], created, answer)


def create_pods(posts: Sequence[CreatePod], synced: Synced, answer: Answer) -> Synced:
    """Make the creates, batch by batch, up to the batch in which one is refused.

    Refusals because the namespace is going are passed over, and what was expected of them stays expected.
    """
    begun = 0
    for size in batch_sizes(len(posts)):
        batch = [(post, answer(post)) for post in posts[begun : begun + size]]
        begun += size
        refused = sum(1 for _, refusal in batch if refusal not in (None, Refusal.NAMESPACE_TERMINATING))
        skipped = len(posts) - begun if refused else 0
        synced = replace(
            synced,
            writes=synced.writes + tuple(post for post, refusal in batch if refusal is None),
            expectations=synced.expectations.lower_expectations(refused + skipped, 0),
            error=synced.error or refused > 0,
        )
        if refused:
            break
    return synced


def delete_pods(deletes: Sequence[DeletePod], synced: Synced, answer: Answer) -> Synced:
    """Make the deletes, all of them; that a Pod is gone already is no error."""
    answers = [(delete, answer(delete)) for delete in deletes]
    refused = sum(1 for _, refusal in answers if refusal is not None)
    return replace(
        synced,
        writes=synced.writes + tuple(delete for delete, refusal in answers if refusal is None),
        expectations=synced.expectations.lower_expectations(0, refused),
        error=synced.error or any(refusal not in (None, Refusal.NOT_FOUND) for _, refusal in answers),
    )
