"""The EndpointSlice controller, beyond what the conformance cases show."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from model.api.objects import Pod, PodPhase, Service
from model.controllers.endpointslice.endpoint import AddressType
from model.controllers.endpointslice.hints import TOPOLOGY_MODE
from model.controllers.endpointslice.packing import Changes, slice_to_fill
from model.controllers.endpointslice.ports import ContainerPort, EndpointPort, PodPorts, ServicePort, ports_key
from model.controllers.endpointslice.reconcile import Reconciliation, SelectedPod
from model.controllers.endpointslice.slices import HEADLESS, EndpointSlice, Hints, ServiceSpec, address_types, new_slice
from model.controllers.endpointslice.sync import TrackedSlice, sync_service
from model.controllers.endpointslice.watches import wakes

IPV4, IPV6 = AddressType.IPV4, AddressType.IPV6
WEB = ServiceSpec(
    service=Service(name="web"), uid="web", cluster_ip="10.96.0.1", ports=(ServicePort(port=80, target_port="http"),)
)


def pod(number: int, port: int = 8080, **changed: object) -> SelectedPod:
    declared = ContainerPort(name="http", container_port=port)
    running = Pod(name=f"web-{number}", phase=PodPhase.RUNNING, ready=True, node="node", ips=(f"10.0.0.{number}",))
    return SelectedPod(pod=replace(running, **changed), ports=PodPorts(containers=((declared,),)), zone="a")


def applied(slices: Iterable[EndpointSlice], reconciliations: Iterable[Reconciliation]) -> tuple[EndpointSlice, ...]:
    """The slices after all writes; new ones get the next free number as their name."""
    after = {each.name: each for each in slices}
    for each in reconciliations:
        for created in each.changes.create:
            name = str(max(map(int, after), default=0) + 1)
            after[name] = replace(created, name=name, uid=name)
        after |= {updated.name: updated for updated in each.changes.update}
        for deleted in each.changes.delete:
            del after[deleted.name]
    return tuple(after.values())


def settled(pods: list[SelectedPod], service: ServiceSpec = WEB, slices: Iterable[EndpointSlice] = ()) -> tuple:
    return applied(slices, sync_service(service, pods, tuple(slices)).reconciliations)


def changes(pods: list[SelectedPod], slices: Iterable[EndpointSlice], service: ServiceSpec = WEB) -> Changes:
    found, obsolete = sync_service(service, pods, tuple(slices)).reconciliations
    assert obsolete.changes == Changes()
    return found.changes


def shown(slices: Iterable[EndpointSlice]) -> list[str]:
    return sorted(endpoint.pod for each in slices for endpoint in each.endpoints)


class TestReconcile:
    def test_pods_with_different_ports_are_in_different_slices(self) -> None:
        slices = settled([pod(1), pod(2, 9090), pod(3)])
        assert sorted(([port.port for port in each.ports], shown([each])) for each in slices) == [
            ([8080], ["web-1", "web-3"]),
            ([9090], ["web-2"]),
        ]

    def test_a_terminating_pod_stays_and_a_finished_one_goes(self) -> None:
        slices = settled([pod(1, deleting=True), pod(2, phase=PodPhase.FAILED), pod(3, phase=PodPhase.SUCCEEDED)])
        assert shown(slices) == ["web-1"]

    def test_a_pod_without_its_node_is_left_out_unless_it_is_published_anyway(self) -> None:
        lost = replace(pod(1), node_found=False)
        found = sync_service(WEB, [lost, pod(2)], ()).reconciliations[0]
        assert (found.skipped, shown(found.changes.create)) == (("web-1",), ["web-2"])
        anyway = replace(WEB, service=Service(name="web", publish_not_ready_addresses=True))
        found = sync_service(anyway, [lost], ()).reconciliations[0]
        assert (found.skipped, found.changes.create[0].endpoints[0].endpoint.zone) == ((), None)

    def test_without_endpoints_there_is_one_empty_slice_and_it_stays(self) -> None:
        slices = settled([])
        assert [(each.ports, each.endpoints) for each in slices] == [((), ())]
        assert changes([], slices) == Changes()

    def test_the_empty_slice_of_another_service_of_the_name_stays_too(self) -> None:
        assert changes([], [replace(new_slice(WEB, IPV4), name="1", owners=("gone",))]) == Changes()

    def test_the_slices_of_another_service_of_the_name_are_deleted_not_reused(self) -> None:
        old = [replace(each, owners=("gone",)) for each in settled([pod(1)])]
        found = changes([pod(1)], old)
        assert (found.delete, shown(found.create)) == (tuple(old), ["web-1"])

    def test_a_slice_that_is_no_longer_needed_becomes_the_one_that_is(self) -> None:
        found = changes([pod(1, 9090)], settled([pod(1)]))
        assert [(each.name, each.ports[0].port) for each in found.update] == [("1", 9090)]
        assert (found.create, found.delete) == ((), ())

    def test_nothing_is_created_for_a_service_that_is_being_deleted(self) -> None:
        assert changes([pod(1)], (), replace(WEB, deleting=True)) == Changes()

    def test_labels_follow_the_service(self) -> None:
        slices = settled([pod(1)])
        found = changes([pod(1)], slices, replace(WEB, labels={"tier": "front"}))
        assert found.update[0].labels["tier"] == "front"
        assert HEADLESS not in found.update[0].labels
        assert changes([pod(1)], slices, replace(WEB, cluster_ip="None")) == Changes()

    def test_an_address_family_that_is_given_up_loses_its_slices(self) -> None:
        both = replace(WEB, ip_families=(IPV4, IPV6))
        two = pod(1, ips=("10.0.0.1", "fd00::1"))
        slices = settled([two], both)
        assert sorted(each.address_type.value for each in slices) == ["IPv4", "IPv6"]
        assert [each.address_type for each in settled([two], WEB, slices)] == [IPV4]

    def test_hints_come_and_go_with_the_traffic_distribution(self) -> None:
        close = replace(WEB, traffic_distribution="PreferClose")
        slices = settled([pod(1)], close)
        assert slices[0].endpoints[0].hints == Hints(zones=("a",))
        assert settled([pod(1)], WEB, slices)[0].endpoints[0].hints is None
        by_share = replace(close, annotations={TOPOLOGY_MODE: "Auto"})
        assert changes([pod(1)], settled([pod(1)]), by_share) == Changes()

    @given(
        st.lists(st.tuples(st.integers(1, 9), st.booleans(), st.sampled_from([8080, 9090])), unique_by=lambda p: p[0])
    )
    def test_a_second_sync_writes_nothing(self, described: list[tuple[int, bool, int]]) -> None:
        pods = [pod(number, port, ready=ready) for number, ready, port in described]
        before = settled([pod(number, ready=False) for number in range(1, 6)])
        after = applied(before, sync_service(WEB, pods, before, most=2).reconciliations)
        assert shown(after) == sorted(each.pod.name for each in pods)
        again = sync_service(WEB, pods, after, most=2).reconciliations
        assert all(each.changes == Changes() for each in again)


class TestSync:
    def test_a_service_without_selector_or_elsewhere_is_left_alone(self) -> None:
        for service in (None, replace(WEB, has_selector=False), replace(WEB, external_name=True)):
            assert sync_service(service, [pod(1)], ()).reconciliations == ()

    @pytest.mark.parametrize(
        ("tracked", "stale"),
        [
            (TrackedSlice("1", 3), False),
            (TrackedSlice("1", 4), True),
            (TrackedSlice("2", 1), True),
            (TrackedSlice("1", None), True),
            (TrackedSlice("2", None), False),
        ],
        ids=["as written", "older", "not there yet", "still there", "deleted"],
    )
    def test_it_waits_for_its_own_writes(self, tracked: TrackedSlice, stale: bool) -> None:
        slices = [replace(each, generation=3) for each in settled([pod(1)])]
        done = sync_service(WEB, [pod(1), pod(2)], slices, [tracked])
        assert done.stale is stale
        assert bool(done.reconciliations) is not stale

    def test_a_slice_that_is_being_deleted_is_not_there(self) -> None:
        slices = [replace(each, deleting=True) for each in settled([pod(1)])]
        assert shown(changes([pod(1)], slices).create) == ["web-1"]


class TestWatches:
    old = Pod(labels={"app": "web"}, ips=("10.0.0.1",))

    @pytest.mark.parametrize(
        ("new", "woken"),
        [
            (replace(old, ready=True), True),
            (replace(old, ips=("10.0.0.2",)), True),
            (replace(old, deleting=True), True),
            (replace(old, phase=PodPhase.FAILED), False),
            (old, False),
        ],
        ids=["ready", "address", "deleting", "phase alone", "nothing"],
    )
    def test_a_pod_that_stays_selected_wakes_its_service(self, new: Pod, woken: bool) -> None:
        assert wakes(self.old, new, True, True) is woken
        assert wakes(self.old, new, False, False) is False

    def test_a_pod_that_is_no_longer_selected_does(self) -> None:
        relabelled = replace(self.old, labels={})
        assert wakes(self.old, relabelled, True, False)
        assert not wakes(self.old, relabelled, True, True)
        assert wakes(self.old, replace(relabelled, ready=True), True, False)

    def test_every_update_of_a_terminating_pod_does(self) -> None:
        going = replace(self.old, deleting=True)
        assert wakes(going, replace(going, phase=PodPhase.FAILED), True, True)


class TestSlices:
    def test_the_order_of_ports_does_not_matter(self) -> None:
        http, dns = EndpointPort(name="http", port=80), EndpointPort(name="dns", port=53, protocol="UDP")
        assert ports_key([http, dns]) == ports_key([dns, http])
        assert ports_key([http]) != ports_key([replace(http, app_protocol="h2c")])

    @pytest.mark.parametrize(
        ("cluster_ip", "families"),
        [("10.96.0.1", (IPV4,)), ("fd00::1", (IPV6,)), ("None", (IPV4, IPV6)), ("", (IPV4, IPV6))],
    )
    def test_families_by_the_address_where_the_service_does_not_say(
        self, cluster_ip: str, families: tuple[AddressType, ...]
    ) -> None:
        assert address_types(replace(WEB, ip_families=(), cluster_ip=cluster_ip)) == families

    @pytest.mark.parametrize(
        ("lengths", "number", "chosen"),
        [([1, 3, 2], 2, 1), ([1, 2], 2, 1), ([4, 4], 2, None), ([0], 5, 0), ([0], 0, None), ([3, 3], 1, 0)],
    )
    def test_the_slice_that_ends_up_fullest_is_filled(
        self, lengths: list[int], number: int, chosen: int | None
    ) -> None:
        assert slice_to_fill(lengths, number, 5) == chosen
