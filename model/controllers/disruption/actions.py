"""The disruption controller as a transition of the cluster.

One sync is one step: if an eviction charges the budget between what the controller reads and what it writes, the API
server refuses the write. Its view of Pods is the controller manager's, and may lag. Either way its status is out of
date whenever something happens after it, which is what this model is about.

Left out: entries of the status that expire (an eviction that was granted is carried out within two minutes), the
condition DisruptionTarget of Pods, the events, and sizes of owners that are seen late (a sync may be late).

Source: pkg/controller/disruption/disruption.go
"""

from collections.abc import Iterator, Sequence

import msgspec
from msgspec.structs import replace

from checker.vocabulary import derived
from model.api import objects
from model.api.disruption_budgets import PodDisruptionBudget, with_disruption_allowed
from model.api.labels import LabelSelector
from model.cluster import Cluster
from model.controllers.disruption.healthy import still_disrupted
from model.controllers.disruption.scale import PodController
from model.controllers.disruption.sync import sync
from model.parts import Part, component, some
from model.rows.disruption_budget import DisruptionBudget
from model.rows.pod import Pod
from model.rows.slots import DisruptionBudgetSlot


class Computed(msgspec.Struct, frozen=True):
    """The status of a budget, as a sync over the objects in etcd computes it."""

    current_healthy: int
    desired_healthy: int
    expected_pods: int
    disruptions_allowed: int


@derived
def computed_status(state: Cluster, disruption_budget: DisruptionBudgetSlot) -> Computed | None:
    """What a sync over the Pods in etcd comes to; None if the expected number of Pods cannot be told."""
    selected = [(pod, api_pod(state, pod, "")) for pod in _selected(state, disruption_budget)]
    return _computed(state, disruption_budget, selected)


@derived
def seen_status(state: Cluster, disruption_budget: DisruptionBudgetSlot) -> Computed | None:
    """What a sync over the Pods in the controller's cache comes to; None if their expected number cannot be told."""
    templates = _templates(state, disruption_budget)
    seen = [(pod, _seen(state, pod)) for pod in state.pods if pod.template in templates]
    return _computed(state, disruption_budget, [(pod, api) for pod, api in seen if api is not None])


def _computed(state: Cluster, slot: int, selected: Sequence[tuple[Pod, objects.Pod]]) -> Computed | None:
    budget = state.disruption_budgets[slot]
    if budget is None:
        return None
    pods = [replace(api, name=str(number)) for number, (_, api) in enumerate(selected)]
    disrupted = {str(number): 0 for number, (pod, _) in enumerate(selected) if pod.disrupted}
    before = api_budget(state, slot, budget, disrupted)
    result = sync(before, pods, _controllers(state), 0)
    if result.failed:
        return None
    after = result.status or before
    return Computed(after.current_healthy, after.desired_healthy, after.expected_pods, after.disruptions_allowed)


def disruption_controller_syncs(state: Cluster, disruption_budget: DisruptionBudgetSlot) -> Iterator[Cluster]:
    """The disruption controller writes how many healthy Pods there are, and how many disruptions that allows."""
    budget = state.disruption_budgets[disruption_budget]
    if budget is None:
        return
    status = seen_status(state, disruption_budget)
    if status is None:  # fail safe: nothing is known, so nothing is allowed
        if budget.disruptions_allowed != 0:
            yield state.update(budget, disruptions_allowed=0)
        return
    after = state
    if not budget.observed or status != stored_status(budget):
        after = after.update(
            budget,
            current_healthy=status.current_healthy,
            desired_healthy=status.desired_healthy,
            expected_pods=status.expected_pods,
            disruptions_allowed=status.disruptions_allowed,
            observed=True,
        )
    for pod in state.pods:
        if not pod.disrupted or pod.template not in _templates(state, disruption_budget):
            continue
        seen = _seen(state, pod)
        if seen is None or not still_disrupted([seen], {seen.name: 0}, 0):
            after = after.update(pod, disrupted=False)
    if after is not state:
        yield after


def stored_status(budget: DisruptionBudget) -> Computed:
    """The status that was written last, as a sync would compute it."""
    return Computed(budget.current_healthy, budget.desired_healthy, budget.expected_pods, budget.disruptions_allowed)


def selects(state: Cluster, slot: int, pod: Pod) -> bool:
    """The selector of the budget in a slot matches the Pod's labels."""
    return pod.exists and pod.template in _templates(state, slot)


def _templates(state: Cluster, slot: int) -> tuple[int, ...]:
    return state.constants.disruption_budgets[slot].templates


def api_budget(
    state: Cluster, slot: int, budget: DisruptionBudget, disrupted: dict[str, int] | None = None
) -> PodDisruptionBudget:
    """The budget in a slot as the rules take it, for Pods that it selects: its selector matches any."""
    spec = state.constants.disruption_budgets[slot]
    api = PodDisruptionBudget(
        name=spec.name,
        selector=LabelSelector(),
        min_available=None if budget.frozen else spec.min_available,
        max_unavailable=0 if budget.frozen else spec.max_unavailable,
        unhealthy_pod_eviction_policy=spec.unhealthy_pod_eviction_policy,
        observed_generation=1 if budget.observed else 0,
        current_healthy=budget.current_healthy,
        desired_healthy=budget.desired_healthy,
        expected_pods=budget.expected_pods,
        disruptions_allowed=budget.disruptions_allowed,
        disrupted_pods=disrupted or {},
    )
    return with_disruption_allowed(api, 0)


def api_pod(state: Cluster, pod: Pod, name: str) -> objects.Pod:
    """The Pod as the rules take it."""
    return objects.Pod(
        name=name,
        controller=_controller(state, pod),
        phase=pod.phase,
        ready=pod.ready,
        deleting=pod.deleting,
    )


def _selected(state: Cluster, slot: int) -> Sequence[Pod]:
    return [pod for pod in state.pods if selects(state, slot, pod)]


def _seen(state: Cluster, pod: Pod) -> objects.Pod | None:
    """The Pod as the controller's cache shows it; None if the cache does not have it."""
    if not state.constants.caches.replica_set_pods:
        return api_pod(state, pod, "") if pod.exists else None
    if pod.observed is None:
        return None
    seen = pod.observed
    return objects.Pod(controller=_controller(state, pod), phase=seen.phase, ready=seen.ready, deleting=seen.deleting)


def _controller(state: Cluster, pod: Pod) -> str | None:
    """The uid of the Pod's controller: made up, the rules look only at which are equal."""
    for kind in ("replica_set", "stateful_set", "daemon_set", "job"):
        slot = getattr(pod, kind)
        if slot is not None:
            pool = getattr(state, f"{kind}s")
            uids = (f"{kind}-{number}" for number, (other, _) in enumerate(pool.items()) if other == slot)
            return next(uids, f"{kind}-gone")
    return None


def _controllers(state: Cluster) -> dict[str, PodController]:
    """Everything that may own a Pod, and Deployments, by uid."""
    found: list[PodController] = []
    deployments = [(slot, f"deployment-{number}") for number, (slot, _) in enumerate(state.deployments.items())]
    for number, (_, deployment) in enumerate(state.deployments.items()):
        found.append(PodController(uid=f"deployment-{number}", replicas=deployment.replicas))
    for number, (_, replica_set) in enumerate(state.replica_sets.items()):
        owner = next((uid for slot, uid in deployments if slot == replica_set.deployment), None)
        found.append(PodController(uid=f"replica_set-{number}", replicas=replica_set.replicas, deployment=owner))
    for number, (_, stateful_set) in enumerate(state.stateful_sets.items()):
        found.append(PodController(uid=f"stateful_set-{number}", replicas=stateful_set.replicas))
    for kind in ("daemon_set", "job"):
        pool = getattr(state, f"{kind}s")
        found += [PodController(uid=f"{kind}-{number}", replicas=None) for number, _ in enumerate(pool.items())]
    return {controller.uid: controller for controller in found}


PARTS: tuple[Part, ...] = component(some("disruption_budgets"), disruption_controller_syncs)
