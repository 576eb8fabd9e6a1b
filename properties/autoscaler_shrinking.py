"""When, and how fast, an autoscaler takes Pods away."""

from collections.abc import Iterator

from checker.vocabulary import never_step
from model.cluster import Cluster
from model.controllers.horizontalpodautoscaler.limits import scale_down_limit
from model.controllers.horizontalpodautoscaler.scale_events import ScaleEvents
from model.rows.autoscaler import Autoscaler
from properties.autoscaler_size import size_change, written_by_user


@never_step("scale_down_rate")
def autoscalers_that_shrink_too_fast(before: Cluster, after: Cluster) -> Iterator[Autoscaler]:
    """An autoscaler never takes away more Pods within a period than its scale-down policies allow.

    Whatever the controller itself remembers, what it has done counts. A size above maxReplicas is out of the question.
    Relied on by whoever has the policies make sure that Pods can hand over before the next ones go.
    Source: https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#scaling-policies
    """
    for slot, row in before.autoscalers.items():
        autoscaler = before.constants.autoscalers[slot].autoscaler
        change = size_change(before, after, row)
        if change is None or autoscaler.behavior is None or written_by_user(before, after):
            continue
        old, new = change
        done = ScaleEvents(up=row.really_grown, down=row.really_shrunk)
        fewest = scale_down_limit(old, done, autoscaler.behavior.scale_down, 0)
        if new < old <= autoscaler.max_replicas and new < fewest:
            yield row


@never_step("no_blind_scale_down")
def autoscalers_that_shrink_blindly(before: Cluster, after: Cluster) -> Iterator[Autoscaler]:
    """Without metrics an autoscaler takes no Pod away.

    Relied on by everybody when metrics-server is down: what cannot be measured is not idle.
    Source: https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#algorithm-details
    """
    for row in before.autoscalers:
        change = size_change(before, after, row)
        if change is not None and not row.metrics_available and not written_by_user(before, after):
            old, new = change
            if new < old:
                yield row
