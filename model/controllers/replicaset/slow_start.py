"""Creating many Pods in batches that double, so that what cannot succeed is not tried hundreds of times.

Source: pkg/controller/replicaset/replica_set.go (slowStartBatch)
"""

from collections.abc import Callable, Iterator

import msgspec

SLOW_START_INITIAL_BATCH_SIZE = 1
"""Calls in the first batch (``SlowStartInitialBatchSize``)."""


class SlowStart(msgspec.Struct, frozen=True, kw_only=True):
    """What came of the calls: how many were made, and how many of these succeeded."""

    calls: int
    successes: int

    def failed(self) -> bool:
        """Whether a call failed, and batches after it were skipped."""
        return self.successes < self.calls


def next_batch_size(previous: int, remaining: int) -> int:
    """Calls in the batch that follows one of `previous` calls, with `remaining` still to be made."""
    return min(2 * previous, remaining)


def batch_sizes(count: int, initial_batch_size: int = SLOW_START_INITIAL_BATCH_SIZE) -> Iterator[int]:
    """Sizes of the batches in which `count` calls are made if none fails: 1, 2, 4, ... and what is left."""
    size = min(count, initial_batch_size)
    while size > 0:
        yield size
        count -= size
        size = next_batch_size(size, count)


def slow_start(
    count: int, succeeds: Callable[[int], bool], initial_batch_size: int = SLOW_START_INITIAL_BATCH_SIZE
) -> SlowStart:
    """Make `count` calls in batches; `succeeds` says what call number 0, 1, ... would come to.

    A batch is made whole even if a call in it fails, and then no other follows.
    Source: pkg/controller/replicaset/replica_set.go (slowStartBatch)
    """
    calls = successes = 0
    for size in batch_sizes(count, initial_batch_size):
        successes += sum(1 for call in range(calls, calls + size) if succeeds(call))
        calls += size
        if successes < calls:
            break
    return SlowStart(calls=calls, successes=successes)
