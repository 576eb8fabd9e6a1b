"""How long a controller's work queue makes a key wait that is to be tried again.

A limiter is a value: each operation returns a new one. Delays are in whatever unit the limiter was made with.

Left out: the token bucket over all keys, which a controller's default limiter also has (ten a second, a hundred at
once). It makes a key wait longer only where very many fail together.

Source: staging/src/k8s.io/client-go/util/workqueue/default_rate_limiters.go
"""

from collections.abc import Mapping
from typing import Protocol, Self

import msgspec
from msgspec.structs import replace

BASE_DELAY = 5
"""Milliseconds that a key waits after its first failure, by a controller's default limiter."""
MAX_DELAY = 1_000_000
"""Milliseconds that a key waits at most, by a controller's default limiter."""


def exponential_delay(failures: int, base_delay: int, max_delay: int) -> int:
    """`base_delay`, doubled for each of the earlier `failures` in a row.

    Source: staging/src/k8s.io/client-go/util/workqueue/default_rate_limiters.go
    (TypedItemExponentialFailureRateLimiter)
    """
    return min(base_delay << failures, max_delay)


class RateLimiter(Protocol):
    """What is remembered of the failures of each key.

    Source: staging/src/k8s.io/client-go/util/workqueue/default_rate_limiters.go (TypedRateLimiter)
    """

    def when(self, item: str) -> tuple[int, Self]:
        """How long the key has to wait after one more failure."""
        ...

    def forget(self, item: str) -> Self:
        """The key has been processed: its next failure is the first again."""
        ...

    def num_requeues(self, item: str) -> int:
        """How often the key has failed in a row."""
        ...


class _CountsFailures(msgspec.Struct, frozen=True, kw_only=True):
    """A limiter that counts the failures of each key."""

    failures: Mapping[str, int] = {}

    def forget(self, item: str) -> Self:
        """The key has been processed: its next failure is the first again."""
        return replace(self, failures={key: count for key, count in self.failures.items() if key != item})

    def num_requeues(self, item: str) -> int:
        """How often the key has failed in a row."""
        return self.failures.get(item, 0)

    def _failed(self, item: str) -> Self:
        return replace(self, failures={**self.failures, item: self.num_requeues(item) + 1})


class ItemExponentialFailureRateLimiter(_CountsFailures, frozen=True, kw_only=True):
    """Doubles the delay with each failure of a key. The defaults, in milliseconds, are those of the controllers.

    Source: staging/src/k8s.io/client-go/util/workqueue/default_rate_limiters.go
    (TypedItemExponentialFailureRateLimiter, DefaultTypedControllerRateLimiter)
    """

    base_delay: int = BASE_DELAY
    max_delay: int = MAX_DELAY

    def when(self, item: str) -> tuple[int, Self]:
        """How long the key has to wait after one more failure."""
        return exponential_delay(self.num_requeues(item), self.base_delay, self.max_delay), self._failed(item)


class ItemFastSlowRateLimiter(_CountsFailures, frozen=True, kw_only=True):
    """A short delay for a key's first failures, a long one from then on.

    Source: staging/src/k8s.io/client-go/util/workqueue/default_rate_limiters.go (TypedItemFastSlowRateLimiter)
    """

    fast_delay: int
    slow_delay: int
    max_fast_attempts: int

    def when(self, item: str) -> tuple[int, Self]:
        """How long the key has to wait after one more failure."""
        fast = self.num_requeues(item) < self.max_fast_attempts
        return self.fast_delay if fast else self.slow_delay, self._failed(item)


class MaxOfRateLimiter(msgspec.Struct, frozen=True):
    """The longest delay of several limiters, which all see every failure.

    Source: staging/src/k8s.io/client-go/util/workqueue/default_rate_limiters.go (TypedMaxOfRateLimiter)
    """

    limiters: tuple[RateLimiter, ...]

    def when(self, item: str) -> tuple[int, Self]:
        """How long the key has to wait after one more failure."""
        answers = [limiter.when(item) for limiter in self.limiters]
        after = tuple(limiter for _, limiter in answers)
        return max((delay for delay, _ in answers), default=0), replace(self, limiters=after)

    def forget(self, item: str) -> Self:
        """The key has been processed: its next failure is the first again."""
        return replace(self, limiters=tuple(limiter.forget(item) for limiter in self.limiters))

    def num_requeues(self, item: str) -> int:
        """How often the key has failed in a row, by the limiter that counts most."""
        return max((limiter.num_requeues(item) for limiter in self.limiters), default=0)


class WithMaxWaitRateLimiter(msgspec.Struct, frozen=True):
    """Another limiter, with its delays cut to `max_delay`.

    Source: staging/src/k8s.io/client-go/util/workqueue/default_rate_limiters.go (TypedWithMaxWaitRateLimiter)
    """

    limiter: RateLimiter
    max_delay: int

    def when(self, item: str) -> tuple[int, Self]:
        """How long the key has to wait after one more failure."""
        delay, limiter = self.limiter.when(item)
        return min(delay, self.max_delay), replace(self, limiter=limiter)

    def forget(self, item: str) -> Self:
        """The key has been processed: its next failure is the first again."""
        return replace(self, limiter=self.limiter.forget(item))

    def num_requeues(self, item: str) -> int:
        """How often the key has failed in a row."""
        return self.limiter.num_requeues(item)
