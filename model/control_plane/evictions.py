"""Evictions as transitions of the cluster: what the API server makes of ``kubectl drain``'s requests.

An eviction that needs its budget's leave is two steps, and others act in between: the budget's status is written
(refused if somebody has written the budget since it was read; it is read again then, so that reading and writing are
one), then the Pod is deleted. What asks no budget is one step. A refused eviction (429) changes nothing: it is asked
for again, five seconds later.

Left out: the Pod's condition DisruptionTarget (only a Job's podFailurePolicy reads it), an API server that stops
between the two writes, and evictions that meet twenty conflicts.

Source: pkg/registry/core/pod/storage/eviction.go, staging/src/k8s.io/kubectl/pkg/drain/drain.go
"""

from collections.abc import Iterator

from msgspec.structs import replace

from model.cluster import Cluster
from model.control_plane.apiserver.eviction import advance, begin
from model.control_plane.apiserver.eviction_checks import Verdict, check
from model.control_plane.apiserver.eviction_steps import Eviction as Request
from model.control_plane.apiserver.eviction_steps import Step, UpdateBudgetStatus
from model.control_plane.pod_requests import deleted
from model.controllers.disruption.actions import api_budget, api_pod, selects
from model.parts import Part, component
from model.rows.pod import Eviction, Pod
from model.rows.slots import PodSlot

_NAME = "pod"


def api_server_answers_eviction(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """The API server answers an eviction: it charges the Pod's budget, or deletes a Pod that needs no budget's leave.

    While it refuses, kubectl asks again. It does so too where two budgets select the Pod, which no eviction passes: a
    user whose drain has failed starts it again.
    """
    asked = state.pods[pod]
    if asked is None or not asked.exists or asked.eviction is not Eviction.ASKED:
        return
    request = _looked_at(state, asked)
    if request.step is Step.ADD_CONDITION:
        after = deleted(state, pod)
        if after is not state:
            yield after
    if request.step is not Step.DECREMENT:
        return
    if not state.constants.unchecked_budget_writes:
        yield from _charged(state, asked, request)
    elif request.budget is not None and check(request.budget) is Verdict.ALLOWED:
        yield state.update(asked, eviction=Eviction.READ, allowance_read=request.budget.disruptions_allowed)


def api_server_charges_budget_unchecked(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """The API server charges a budget as it was when it was read, whoever has written it since."""
    read = state.pods[pod]
    if read is None or not read.exists or read.eviction is not Eviction.READ or read.allowance_read is None:
        return
    request = _looked_at(state, read)
    if request.step is Step.DECREMENT and request.budget is not None:
        budget = replace(request.budget, disruptions_allowed=read.allowance_read)
        yield from _charged(state, read, replace(request, budget=budget))


def api_server_deletes_evicted_pod(state: Cluster, pod: PodSlot) -> Iterator[Cluster]:
    """The API server deletes a Pod whose budget has been charged for its eviction."""
    granted = state.pods[pod]
    if granted is None or not granted.exists or granted.deleting or granted.eviction is not Eviction.GRANTED:
        return
    yield deleted(state, pod)


def _looked_at(state: Cluster, pod: Pod) -> Request:
    """The eviction after the API server has read the Pod and its budgets."""
    request = begin(_NAME, _NAME)
    budgets = [
        api_budget(state, slot, row) for slot, row in state.disruption_budgets.items() if selects(state, slot, pod)
    ]
    while request.step in (Step.READ_POD, Step.READ_BUDGETS):
        request = advance(request, api_pod(state, pod, _NAME), budgets, 0).eviction
    return request


def _charged(state: Cluster, pod: Pod, request: Request) -> Iterator[Cluster]:
    """The budget allows one disruption less, and its status lists the Pod; nothing if the budget refuses."""
    [(slot, row)] = [(slot, row) for slot, row in state.disruption_budgets.items() if selects(state, slot, pod)]
    write = advance(request, None, [api_budget(state, slot, row)], 0).write
    if isinstance(write, UpdateBudgetStatus):
        after = state.update(row, disruptions_allowed=write.budget.disruptions_allowed)
        listed = _NAME in write.budget.disrupted_pods
        yield after.update(pod, eviction=Eviction.GRANTED, disrupted=listed, allowance_read=None)


def nodes_are_drained(state: Cluster) -> bool:
    """Nodes may be drained in the scenario that begins with this state."""
    return state.drains + state.node_upgrades + state.hasty_node_upgrades > 0


PARTS: tuple[Part, ...] = (
    *component(nodes_are_drained, api_server_answers_eviction, api_server_deletes_evicted_pod),
    *component(lambda state: state.constants.unchecked_budget_writes, api_server_charges_budget_unchecked),
)
