"""What becomes of a StatefulSet's new Pod template, and of the StatefulSet in the end."""

from collections.abc import Iterator

from checker.vocabulary import eventually_always, never, sometimes
from model.cluster import Cluster
from model.controllers.statefulset.actions import pod_with_ordinal, taken_ordinals
from model.rows.stateful_set import StatefulSet
from properties.stateful_set_order import ordinals_up, ordinals_updated


@sometimes("stateful_set_update_completes")
def complete_updates(state: Cluster) -> Iterator[StatefulSet]:
    """The update can end: every Pod from the partition up has the new template and is available.

    Source: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#rolling-updates
    """
    for slot, stateful_set in state.stateful_sets.items():
        spec = state.constants.stateful_sets[slot]
        if stateful_set.template != spec.revisions[0] and state.image_updates == 0:
            updated = ordinals_updated(state, slot, stateful_set.template)
            wanted = spec.ordinals(stateful_set.replicas)[spec.partition or 0 :]
            if len(wanted) > 0 and all(ordinal in updated for ordinal in wanted):
                yield stateful_set


@never("partition_holds_back")
def pods_updated_below_the_partition(state: Cluster) -> Iterator[str]:
    """No Pod below the partition gets the new template, not even when it is deleted and created again.

    Relied on by whoever tries out a new version in some members only.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#partitions
    """
    for slot, _ in state.stateful_sets.items():  # noqa: PERF102  a pool is no dict
        spec = state.constants.stateful_sets[slot]
        for ordinal in taken_ordinals(state, slot):
            pod = pod_with_ordinal(state, slot, ordinal)
            held_back = ordinal < spec.start_ordinal + (spec.partition or 0)
            if held_back and pod is not None and pod.template != spec.revisions[0]:
                yield f"Pod {spec.name}-{ordinal}"


@eventually_always("spec_reaches_every_pod")
def pods_that_miss_the_spec(state: Cluster) -> Iterator[str]:
    """In the end every Pod has the template that was applied last, if that one works: a correction always arrives.

    Pods below the partition are not meant to. Relied on by whoever corrects a template that did not work, and by
    whoever rolls out a fix for a vulnerability.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback
    """
    for slot, stateful_set in state.stateful_sets.items():
        spec, wanted = state.constants.stateful_sets[slot], stateful_set.template
        if state.constants.templates[wanted].works:
            for ordinal in taken_ordinals(state, slot):
                pod = pod_with_ordinal(state, slot, ordinal)
                if pod is not None and pod.template != wanted and ordinal >= spec.start_ordinal + (spec.partition or 0):
                    has, name = state.constants.templates[pod.template].name, state.constants.templates[wanted].name
                    yield f"Pod {spec.name}-{ordinal}: it has template {has}, not {name}"


@eventually_always("stateful_set_converges")
def stateful_sets_not_as_wanted(state: Cluster) -> Iterator[str]:
    """In the end a StatefulSet has an available Pod for each of its ordinals, and no others, if its template works.

    Relied on by whoever scales a StatefulSet, loses a node, or deletes a Pod, and walks away.
    Source: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#deployment-and-scaling-guarantees
    """
    for slot, stateful_set in state.stateful_sets.items():
        spec = state.constants.stateful_sets[slot]
        if state.constants.templates[stateful_set.template].works:
            ordinals = spec.ordinals(stateful_set.replicas)
            there, up = taken_ordinals(state, slot), ordinals_up(state, slot)
            for ordinal in ordinals:
                if ordinal not in up:
                    yield f"StatefulSet {spec.name}: its Pod {spec.name}-{ordinal} is not available"
            for ordinal in there:
                if ordinal not in ordinals:
                    yield f"StatefulSet {spec.name}: there is a Pod {spec.name}-{ordinal}"
