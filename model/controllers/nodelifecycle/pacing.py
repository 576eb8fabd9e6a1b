"""The queue in which the Nodes of one zone wait for their NoExecute taint, and its pace.

The Pods of a Node are evicted as soon as it has the taint (see `tainteviction`), so it is the tainting that is paced.
Times are in seconds.

Source: pkg/controller/nodelifecycle/scheduler/rate_limited_queue.go
"""

import msgspec
from msgspec.structs import replace

RETRY_AFTER = 0.05
"""Seconds after which a Node is tried again whose Ready condition could not be read."""


class Limiter(msgspec.Struct, frozen=True, kw_only=True):
    """A token bucket that holds one token, and gets a new one every ``1 / rate`` seconds; none at all with rate 0.

    Source: staging/src/k8s.io/client-go/util/flowcontrol/throttle.go
    """

    rate: float
    taken: float | None = None
    """When the last token was taken; None: never."""


class QueuedNode(msgspec.Struct, frozen=True, kw_only=True):
    """A Node in the queue, not to be tried before `process_at`."""

    name: str
    process_at: float


class TaintQueue(msgspec.Struct, frozen=True, kw_only=True):
    """The Nodes of a zone that wait, and those that were served and not removed since: they are not added again."""

    limiter: Limiter
    waiting: tuple[QueuedNode, ...] = ()
    served: tuple[str, ...] = ()


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """What may be taken from the queue."""

    queue: TaintQueue
    """The queue with the token taken, if one was there."""
    nodes: tuple[str, ...] = ()
    """The Nodes that may be the one that is tried: more than one where they wait for equally long."""


def may_take(limiter: Limiter, now: float) -> bool:
    """Whether a token is there."""
    return limiter.rate > 0 and (limiter.taken is None or (now - limiter.taken) * limiter.rate >= 1)


def with_rate(queue: TaintQueue, rate: float, now: float) -> TaintQueue:
    """The queue at another pace: a new bucket, which is empty if the old one was.

    Source: pkg/controller/nodelifecycle/scheduler/rate_limited_queue.go (SwapLimiter)
    """
    if queue.limiter.rate == rate:
        return queue
    return replace(queue, limiter=Limiter(rate=rate, taken=None if may_take(queue.limiter, now) else now))


def add(queue: TaintQueue, node: str, now: float) -> TaintQueue:
    """The queue with the Node at its end, unchanged if the Node waits there or was served.

    Source: pkg/controller/nodelifecycle/scheduler/rate_limited_queue.go (Add)
    """
    if node in queue.served or any(each.name == node for each in queue.waiting):
        return queue
    return replace(queue, waiting=(*queue.waiting, QueuedNode(name=node, process_at=now)))


def remove(queue: TaintQueue, node: str) -> TaintQueue:
    """The queue that knows nothing of the Node: it may be added again.

    Source: pkg/controller/nodelifecycle/scheduler/rate_limited_queue.go (Remove)
    """
    return replace(
        queue,
        waiting=tuple(each for each in queue.waiting if each.name != node),
        served=tuple(each for each in queue.served if each != node),
    )


def next_attempt(queue: TaintQueue, now: float) -> Attempt:
    """Take a token for the Node that waits for the longest; it is spent even if that Node is not due yet.

    The bucket holds one token: there is no second attempt before the clock moves on.
    Source: pkg/controller/nodelifecycle/scheduler/rate_limited_queue.go (Try)
    """
    if not queue.waiting or not may_take(queue.limiter, now):
        return Attempt(queue=queue)
    first = min(each.process_at for each in queue.waiting)
    taken = replace(queue, limiter=replace(queue.limiter, taken=now))
    if now < first:
        return Attempt(queue=taken)
    return Attempt(queue=taken, nodes=tuple(each.name for each in queue.waiting if each.process_at == first))


def served(queue: TaintQueue, node: str) -> TaintQueue:
    """The queue after a Node was dealt with: it waits no longer, and is not added again until it is removed.

    Source: pkg/controller/nodelifecycle/scheduler/rate_limited_queue.go (RemoveFromQueue)
    """
    return replace(remove(queue, node), served=(*queue.served, node))


def postponed(queue: TaintQueue, node: str, now: float, wait: float = 0) -> TaintQueue:
    """The queue after an attempt that failed: the Node is tried again `wait` seconds from now, behind the others.

    Source: pkg/controller/nodelifecycle/scheduler/rate_limited_queue.go (Try)
    """
    later = QueuedNode(name=node, process_at=now + wait)
    return replace(queue, waiting=(*(each for each in queue.waiting if each.name != node), later))
