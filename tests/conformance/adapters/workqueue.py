"""Cases about the rate limiters of work queues."""

from typing import Any

from model.control_plane.queues import (
    ItemExponentialFailureRateLimiter,
    ItemFastSlowRateLimiter,
    MaxOfRateLimiter,
    RateLimiter,
    WithMaxWaitRateLimiter,
)
from tests.conformance.registry import Case, adapter


def limiter(given: Case) -> RateLimiter:
    exponential = ItemExponentialFailureRateLimiter(base_delay=given["base_ms"], max_delay=given["max_ms"])
    fast_slow = ItemFastSlowRateLimiter(
        fast_delay=given["base_ms"], slow_delay=given["max_ms"], max_fast_attempts=given["max_fast_attempts"]
    )
    kinds: dict[str, RateLimiter] = {
        "exponential": exponential,
        "fast_slow": fast_slow,
        "max_of": MaxOfRateLimiter((exponential, fast_slow)),
    }
    chosen = kinds[given["kind"]]
    return chosen if given["max_wait_ms"] is None else WithMaxWaitRateLimiter(chosen, given["max_wait_ms"])


@adapter("workqueue_rate_limiter")
def steps(given: Case, expected: Case) -> Case:
    subject = limiter(given)
    results: list[Any] = []
    for step in given["steps"]:
        item = step["item"]
        match step["op"]:
            case "when":
                delay, subject = subject.when(item)
                results.append(delay)
            case "forget":
                subject = subject.forget(item)
                results.append(None)
            case "num_requeues":
                results.append(subject.num_requeues(item))
    return {"results": results}
