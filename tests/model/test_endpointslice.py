"""The EndpointSlice controller."""

import pytest

from model.controllers.endpointslice.actions import endpoint_of, endpoint_slice_controller_syncs
from model.rows.pod import Container, Endpoint, Pod
from tests.model.clusters import cluster, constants, disabled, gone, only, pending, pod, running, terminating

READY, TERMINATING, UNUSED = Endpoint.READY, Endpoint.TERMINATING, Endpoint.UNUSED
SERVING, STOPPING = Container.SERVING, Container.STOPPING


class TestEndpointOf:
    @pytest.mark.parametrize(
        ("listed", "entry"),
        [
            (running(endpoint=UNUSED), READY),
            (running(endpoint=UNUSED, ready=False), UNUSED),
            (terminating(SERVING), TERMINATING),
            (terminating(SERVING, ready=False), UNUSED),
            (pending(), UNUSED),
            (pending(ready=True), UNUSED),
            (gone(endpoint=READY), UNUSED),
            (gone(ready=True, node=0), UNUSED),
        ],
        ids=[
            "ready",
            "not ready",
            "terminating",
            "terminating and not ready",
            "pending",
            "unbound",
            "gone",
            "just gone",
        ],
    )
    def test_the_entry_of_a_pod_that_is(self, listed: Pod, entry: Endpoint) -> None:
        assert endpoint_of(cluster(listed), 0) is entry

    def test_an_empty_slot_has_none(self) -> None:
        assert endpoint_of(cluster(empty_pod_slots=1), 0) is UNUSED

    def test_a_pod_that_the_selector_does_not_match_has_none(self) -> None:
        assert endpoint_of(cluster(running(), tables=constants(selected=False)), 0) is UNUSED

    @pytest.mark.parametrize("listed", [pending(node=0), terminating(STOPPING, ready=False)])
    def test_a_service_may_publish_addresses_that_are_not_ready(self, listed: Pod) -> None:
        assert endpoint_of(cluster(listed, tables=constants(publish_not_ready_addresses=True)), 0) is READY

    def test_a_pod_without_a_node_has_no_address_to_publish(self) -> None:
        assert endpoint_of(cluster(pending(), tables=constants(publish_not_ready_addresses=True)), 0) is UNUSED


class TestSyncs:
    def test_the_slice_follows_all_pods_at_once(self) -> None:
        state = cluster(running(endpoint=UNUSED), terminating(SERVING), running(ready=False), service_answered=True)
        after = only(endpoint_slice_controller_syncs(state))
        assert [row.endpoint for row in after.pods] == [READY, TERMINATING, UNUSED]
        for slot, row in state.pods.items():
            state = state.update(row, endpoint=pod(after, slot).endpoint)
        assert after == state

    def test_a_pod_that_is_gone_leaves_no_row_once_it_has_left_the_slice(self) -> None:
        state = cluster(gone(endpoint=READY))
        assert only(endpoint_slice_controller_syncs(state)) == state.delete(pod(state))

    def test_a_pod_that_is_gone_keeps_its_row_while_a_node_routes_to_it(self) -> None:
        state = cluster(gone(endpoint=READY, routed=(READY,)))
        assert only(endpoint_slice_controller_syncs(state)) == state.update(pod(state), endpoint=UNUSED)

    def test_a_slice_that_is_up_to_date_is_not_written(self) -> None:
        assert disabled(endpoint_slice_controller_syncs(cluster(running(), pending(), service_answered=True)))

    def test_without_a_service_there_is_no_slice(self) -> None:
        assert disabled(
            endpoint_slice_controller_syncs(cluster(running(endpoint=UNUSED), tables=constants(service=None)))
        )

    def test_the_service_has_answered_once_an_endpoint_is_ready_and_a_container_answers(self) -> None:
        state = cluster(running())
        assert only(endpoint_slice_controller_syncs(state)) == state.set(service_answered=True)
        state = cluster(running(), running(ready=False, endpoint=UNUSED))
        assert only(endpoint_slice_controller_syncs(state)) == state.set(service_answered=True)

    @pytest.mark.parametrize(
        "listed",
        [running(containers=(Container.RUNNING,)), terminating(SERVING, endpoint=TERMINATING)],
        ids=["an endpoint that does not answer", "an endpoint that is not ready"],
    )
    def test_the_service_has_not_answered_by(self, listed: Pod) -> None:
        assert disabled(endpoint_slice_controller_syncs(cluster(listed)))
