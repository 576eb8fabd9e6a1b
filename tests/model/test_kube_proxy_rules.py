"""The rules of kube-proxy, beyond what the conformance cases show."""

import pytest
from msgspec.structs import replace

from model.api.addresses import parse_ip
from model.controllers.endpointslice.endpoint import AddressType
from model.controllers.endpointslice.slices import Hints
from model.node.proxy.endpoints_map import (
    ProxyEndpoint,
    ServicePortName,
    endpoints_map,
    possible_endpoints_maps,
    proxy_endpoint,
)
from model.node.proxy.observed_slices import ObservedEndpoint, ObservedPort, ObservedSlice, ServiceName
from model.node.proxy.slice_cache import SliceCache, SliceUpdate, check_out_changes, observe_slice
from model.node.proxy.topology import ProxiedPort, categorize_endpoints

WEB = ServiceName("default", "web")
HTTP = ObservedPort(name="http", port=80)
READY = ObservedEndpoint(addresses=("10.0.0.1",), ready=True, serving=True, terminating=False)
TERMINATING = replace(READY, ready=False, terminating=True)
FIRST = ObservedSlice(name="web-1", service="web", ports=(HTTP,), endpoints=(READY,))
SECOND = replace(FIRST, name="web-2")


def synced(*observed: ObservedSlice) -> SliceCache:
    cache: SliceCache = {}
    for each in observed:
        cache, _ = observe_slice(cache, SliceUpdate(each))
    return check_out_changes(cache)[0]


@pytest.mark.parametrize(
    "ignored",
    [
        replace(FIRST, service=None),
        replace(FIRST, service=""),
        replace(FIRST, namespace=""),
        replace(FIRST, name=""),
        replace(FIRST, address_type=AddressType.IPV6),
    ],
)
def test_a_slice_without_a_service_or_of_another_address_type_is_ignored(ignored: ObservedSlice) -> None:
    assert observe_slice({}, SliceUpdate(ignored)) == ({}, False)


def test_a_kube_proxy_for_ipv6_observes_ipv6_slices() -> None:
    update = SliceUpdate(replace(FIRST, address_type=AddressType.IPV6))
    assert observe_slice({}, update, AddressType.IPV6)[1]


def test_removing_a_slice_that_is_not_known_changes_nothing() -> None:
    assert observe_slice({}, SliceUpdate(FIRST, remove=True)) == ({}, False)


def test_a_removed_slice_stays_in_the_rules_until_the_sync() -> None:
    cache, changed = observe_slice(synced(FIRST, SECOND), SliceUpdate(FIRST, remove=True))
    assert changed
    after, changes = check_out_changes(cache)
    assert changes[WEB].previous == (FIRST, SECOND)
    assert changes[WEB].current == (SECOND,)
    assert check_out_changes(after) == (after, {})


def test_the_removal_of_the_last_slice_is_a_change_after_which_the_service_is_forgotten() -> None:
    cache, _ = observe_slice(synced(FIRST), SliceUpdate(FIRST, remove=True))
    after, changes = check_out_changes(cache)
    assert after == {}
    assert (changes[WEB].previous, changes[WEB].current) == ((FIRST,), ())


def test_an_update_is_compared_with_what_is_pending_before_what_is_applied() -> None:
    newer = replace(FIRST, endpoints=(TERMINATING,))
    cache, _ = observe_slice(synced(FIRST), SliceUpdate(newer))
    assert not observe_slice(cache, SliceUpdate(newer))[1]
    back, changed = observe_slice(cache, SliceUpdate(FIRST))
    assert changed
    assert check_out_changes(back)[1][WEB].current == (FIRST,)


def test_a_new_version_with_the_same_contents_is_a_change() -> None:
    assert observe_slice(synced(FIRST), SliceUpdate(replace(FIRST, resource_version=1)))[1]


def test_an_endpoint_in_two_slices_may_be_seen_as_either_says() -> None:
    not_ready = replace(SECOND, endpoints=(replace(READY, ready=False),))
    found = possible_endpoints_maps(WEB, (FIRST, not_ready))
    assert {each[ServicePortName(WEB, "http")][0].ready for each in found} == {True, False}


def test_an_endpoint_that_does_not_terminate_wins_in_every_order() -> None:
    terminating = replace(SECOND, endpoints=(TERMINATING,))
    [found] = possible_endpoints_maps(WEB, (FIRST, terminating))
    assert [each.ready for each in found[ServicePortName(WEB, "http")]] == [True]


def test_of_terminating_endpoints_with_one_address_the_first_is_taken() -> None:
    twice = replace(FIRST, endpoints=(TERMINATING, replace(TERMINATING, serving=False)))
    [endpoint] = endpoints_map(WEB, (twice,))[ServicePortName(WEB, "http")]
    assert endpoint.serving


def test_ports_without_a_name_or_number_and_endpoints_without_an_address_are_passed_over() -> None:
    ports = (ObservedPort(name=None, port=80), ObservedPort(name="zero", port=0), HTTP)
    observed = replace(FIRST, ports=ports, endpoints=(ObservedEndpoint(), READY))
    assert endpoints_map(WEB, (observed,)) == {ServicePortName(WEB, "http"): (ProxyEndpoint(ip="10.0.0.1", port=80),)}


def test_ports_of_one_name_and_different_protocols_are_apart() -> None:
    observed = replace(FIRST, ports=(HTTP, replace(HTTP, protocol="UDP")))
    assert [port.protocol for port in endpoints_map(WEB, (observed,))] == ["TCP", "UDP"]


def test_an_endpoint_keeps_its_hints_and_its_first_address() -> None:
    observed = replace(READY, addresses=("10.0.0.1", "10.0.0.2"), hints=Hints(zones=("a", "b"), nodes=("n",)))
    assert proxy_endpoint(observed, 80, "") == ProxyEndpoint(
        ip="10.0.0.1", port=80, zone_hints=frozenset({"a", "b"}), node_hints=frozenset({"n"})
    )


@pytest.mark.parametrize(
    ("text", "canonical"),
    [("10.000.0.01", "10.0.0.1"), ("::ffff:10.0.0.1", "10.0.0.1"), ("2001:DB8:0::1", "2001:db8::1")],
)
def test_addresses_have_one_form(text: str, canonical: str) -> None:
    assert str(parse_ip(text)) == canonical


def test_an_ipv6_endpoint_is_written_in_brackets() -> None:
    assert str(ProxyEndpoint(ip="2001:db8::1", port=80)) == "[2001:db8::1]:80"


@pytest.mark.parametrize(
    "reached", [ProxiedPort(load_balancer_ips=("192.0.2.1",)), ProxiedPort(external_ips=("192.0.2.1",))]
)
def test_a_load_balancer_or_an_external_address_makes_a_port_externally_accessible(reached: ProxiedPort) -> None:
    remote = ProxyEndpoint(ip="10.0.0.1", port=80)
    local_only = replace(reached, internal_policy_local=True)
    found = categorize_endpoints((remote,), local_only)
    assert (found.cluster, found.local) == ((remote,), ())
    outside_local = replace(reached, external_policy_local=True)
    assert categorize_endpoints((remote,), outside_local).local == ()


def test_an_endpoint_that_serves_without_being_ready_or_terminating_is_not_used() -> None:
    serving = ProxyEndpoint(ip="10.0.0.1", port=80, local=True, ready=False)
    found = categorize_endpoints((serving,), ProxiedPort(external_policy_local=True, node_port=30001))
    assert (found.cluster, found.local, found.reachable, found.exist_anywhere) == ((), (), (), False)


def test_a_port_with_nothing_but_a_cluster_ip_never_uses_local_endpoints() -> None:
    assert categorize_endpoints((), ProxiedPort()).local is None
    assert categorize_endpoints((), ProxiedPort(external_policy_local=True)).local is None
    assert categorize_endpoints((), ProxiedPort(internal_policy_local=True)).cluster is None


def test_a_kube_proxy_that_does_not_know_its_node_takes_no_endpoint_for_local() -> None:
    assert not proxy_endpoint(replace(READY, node=""), 80, "").local


def test_without_a_policy_traffic_from_outside_goes_to_endpoints_anywhere() -> None:
    assert categorize_endpoints((), ProxiedPort(node_port=30001)).local is None
