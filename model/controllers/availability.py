"""minReadySeconds: how long a Pod must have been ready before it counts as available.

Source: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#min-ready-seconds
"""

from collections.abc import Iterator

from model.cluster import Cluster, pod_template
from model.parts import Part, component, some_template
from model.rows.slots import PodSlot


def min_ready_seconds_pass(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """A Pod has been ready for minReadySeconds: it counts as available from now on."""
    ready = state.pods[pod]
    if ready is None or not ready.exists or not ready.ready or ready.ready_long_enough:
        return
    if pod_template(state, ready).min_ready_seconds > 0:
        yield state.update(ready, ready_long_enough=True)


PARTS: tuple[Part, ...] = component(some_template(lambda each: each.min_ready_seconds > 0), min_ready_seconds_pass)
