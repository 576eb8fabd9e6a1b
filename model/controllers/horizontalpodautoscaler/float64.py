"""Every step that the HorizontalPodAutoscaler controller takes in 64-bit floating point.

Whole numbers go in and whole numbers or truths come out, so that everything else is arithmetic on whole numbers. Each
function says how far rounding can move its answer away from the exact one. Those bounds hold while products stay
below 2**52.

Source: pkg/controller/podautoscaler/replica_calculator.go, pkg/controller/podautoscaler/horizontal.go
"""

import math

import msgspec

from model.api.quantity import Quantity


class Tolerances(msgspec.Struct, frozen=True, kw_only=True):
    """How far the ratio of usage to target may be below and above 1 without any change of size."""

    down: float = 0.1
    up: float = 0.1

    def within(self, usage: int, target: int, pods: int = 1) -> bool:
        """Whether usage / (target * pods) is close enough to 1.

        Exact if 1 - down and 1 + up come out as the floats nearest to them, as they do for tenths up to 0.6.
        Source: pkg/controller/podautoscaler/replica_calculator.go (Tolerances.isWithin)
        """
        ratio = float(usage) / (float(target) * float(pods))
        return 1.0 - self.down <= ratio <= 1.0 + self.up


def ceil_of_ratio(usage: int, target: int, pods: int = 1) -> int:
    """usage / target * pods, rounded up.

    Where that needs no rounding the answer may be one too many: 124 / 60 * 15 is 32, not 31.
    """
    return math.ceil(float(usage) / float(target) * float(pods))


def raised(replicas: int, percent: int) -> int:
    """`replicas` and `percent` % more, rounded up.

    Where that needs no rounding the answer may be one too many: 50 and 10 % more is 56, not 55.
    """
    return math.ceil(float(replicas) * (1 + float(percent) / 100))


def lowered(replicas: int, percent: int) -> int:
    """`replicas` and `percent` % less, rounded towards 0.

    Where that needs no rounding the answer may be one too near to 0: 10 and 80 % less is 1, not 2.
    """
    return int(float(replicas) * (1 - float(percent) / 100))


def approximate(quantity: Quantity) -> float:
    """The amount as a float, as a tolerance in a manifest is read: 0.35 as 35 times 0.01, a little more than 0.35.

    Source: staging/src/k8s.io/apimachinery/pkg/api/resource/quantity.go (AsApproximateFloat64)
    """
    if quantity.exponent == 0:
        return float(quantity.unscaled)
    return float(quantity.unscaled) * float(f"1e{quantity.exponent}")
