"""Cases of kube-proxy."""

from model.node.proxy.endpoints_map import ProxyEndpoint, possible_endpoints_maps
from model.node.proxy.observed_slices import ObservedEndpoint, ObservedPort, ObservedSlice, ServiceName
from model.node.proxy.slice_cache import SliceCache, SliceUpdate, check_out_changes, observe_slice
from model.node.proxy.topology import CategorizedEndpoints, Endpoints, ProxiedPort, categorize_endpoints
from tests.conformance.registry import Case, adapter

ZONE = "topology.kubernetes.io/zone"


@adapter("proxy_categorize_endpoints")
def categorize(given: Case, expected: Case) -> Case:
    zone = (given["node_labels"] or {}).get(ZONE, "")
    return shape(categorize_endpoints(proxy_endpoints(given), proxied_port(given), zone=zone))


@adapter("proxy_categorize_endpoints_v136")
def categorize_with_node_hints(given: Case, expected: Case) -> Case:
    node, zone = given["node_name"], given["node_zone"] or ""
    return shape(categorize_endpoints(proxy_endpoints(given), proxied_port(given), node, zone))


def proxied_port(given: Case) -> ProxiedPort:
    service = given["service"]
    return ProxiedPort(
        internal_policy_local=service["internal_policy_local"],
        external_policy_local=service["external_policy_local"],
        node_port=service["node_port"],
    )


def proxy_endpoints(given: Case) -> Endpoints:
    return tuple(
        ProxyEndpoint(
            ip=each["name"],
            port=80,
            local=each["local"],
            ready=each["ready"],
            serving=each["serving"],
            terminating=each["terminating"],
            zone_hints=frozenset(each["zone_hints"] or ()),
            node_hints=frozenset(each.get("node_hints") or ()),
        )
        for each in given["endpoints"]
    )


def shape(found: CategorizedEndpoints) -> Case:
    def names(endpoints: Endpoints | None) -> list[str] | None:
        return None if endpoints is None else sorted(each.ip for each in endpoints)

    return {
        "cluster": names(found.cluster),
        "local": names(found.local),
        "all": names(found.reachable),
        "has_any_endpoints": found.exist_anywhere,
    }


@adapter("proxy_endpoints_map")
def map_of_a_service(given: Case, expected: Case) -> Case:
    cache: SliceCache = {}
    for each in given["slices"]:
        cache, _ = observe_slice(cache, SliceUpdate(observed_slice(each)))
    _, changes = check_out_changes(cache)
    service = ServiceName(given["service"]["namespace"], given["service"]["name"])
    slices = changes[service].current if service in changes else ()
    # Cases in which the order of the slices matters were left out: there is exactly one map.
    [found] = possible_endpoints_maps(service, slices, given["hostname"])
    return {"ports": {name.port: [shape_endpoint(each) for each in endpoints] for name, endpoints in found.items()}}


def observed_slice(given: Case) -> ObservedSlice:
    return ObservedSlice(
        namespace=given["namespace"],
        name=given["name"],
        service=given["service"],
        ports=observed_ports(given["ports"]),
        endpoints=tuple(
            ObservedEndpoint(
                addresses=(each["address"],),
                ready=each["ready"],
                serving=each["serving"],
                terminating=each["terminating"],
                node=each["node"],
            )
            for each in given["endpoints"]
        ),
    )


def observed_ports(given: list[Case]) -> tuple[ObservedPort, ...]:
    return tuple(ObservedPort(name=each["name"], port=each["port"]) for each in given)


def shape_endpoint(endpoint: ProxyEndpoint) -> Case:
    return {
        "endpoint": str(endpoint),
        "local": endpoint.local,
        "ready": endpoint.ready,
        "serving": endpoint.serving,
        "terminating": endpoint.terminating,
    }


@adapter("proxy_slice_changed")
def one_update(given: Case, expected: Case) -> Case:
    known, updated = (
        ObservedSlice(
            name="svc1-1",
            service="svc1",
            ports=observed_ports(each["ports"]),
            endpoints=tuple(ObservedEndpoint(addresses=(address,)) for address in each["endpoints"]),
        )
        for each in (given["known"], given["updated"])
    )
    cache, _ = observe_slice({}, SliceUpdate(known))
    cache, _ = check_out_changes(cache)
    _, changed = observe_slice(cache, SliceUpdate(updated))
    return {"changed": changed}
