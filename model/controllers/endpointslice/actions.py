"""The EndpointSlice controller as a transition of the cluster.

One sync reads the Service's Pods and writes one slice (fewer than 100 endpoints), so that the slice always shows one
past moment. Its informer's lag looks like a late sync.

Source: pkg/controller/endpointslice/endpointslice_controller.go
"""

from collections.abc import Iterator

from checker.vocabulary import derived
from model.cluster import Cluster, pod_template, somebody_answers, without_forgotten
from model.controllers.endpointslice.endpoint import endpoint_conditions
from model.parts import Part, component
from model.rows.pod import Endpoint
from model.rows.slots import PodSlot


@derived
def endpoint_of(state: Cluster, pod: PodSlot) -> Endpoint:
    """The entry that a Pod has in the slice, once the controller has caught up."""
    listed = state.pods[pod]
    if listed is None or not listed.exists or not pod_template(state, listed).selected:
        return Endpoint.UNUSED
    conditions = endpoint_conditions(listed.ready, listed.deleting, state.constants.publish_not_ready_addresses)
    if conditions.ready and listed.node is not None:
        return Endpoint.READY
    if conditions.serving and conditions.terminating:
        return Endpoint.TERMINATING
    return Endpoint.UNUSED


def endpoint_slice_controller_syncs(state: Cluster) -> Iterator[Cluster]:
    """The EndpointSlice controller writes which of the Service's Pods are ready, serving or terminating."""
    if state.constants.service is None:
        return
    after = state
    ready = False
    for slot, pod in state.pods.items():
        entry = endpoint_of(state, slot)
        ready = ready or entry is Endpoint.READY
        if pod.endpoint is not entry:
            after = after.update(pod, endpoint=entry)
    if not state.service_answered and ready and somebody_answers(state):
        after = after.set(service_answered=True)
    if after is not state:
        yield without_forgotten(after)


PARTS: tuple[Part, ...] = component(lambda state: state.constants.service is not None, endpoint_slice_controller_syncs)
