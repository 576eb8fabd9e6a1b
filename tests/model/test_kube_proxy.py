"""Each node's kube-proxy."""

from model.cluster import Cluster
from model.node.kube_proxy import kube_proxy_programs_rules, usable_endpoints
from model.rows.pod import Endpoint
from tests.model.clusters import cluster, constants, disabled, gone, only, pod, running, terminating, without_node

READY, TERMINATING, UNUSED = Endpoint.READY, Endpoint.TERMINATING, Endpoint.UNUSED
TWO_NODES = constants(nodes=2)


def routes(state: Cluster) -> list[tuple[Endpoint, ...]]:
    return [row.routed for row in state.pods]


def test_a_node_routes_to_the_ready_endpoints_and_no_other_node_changes() -> None:
    state = cluster(
        running(routed=(UNUSED, UNUSED)),
        running(endpoint=TERMINATING, routed=(READY, READY)),
        running(endpoint=UNUSED, routed=(READY, READY)),
        tables=TWO_NODES,
    )
    after = only(kube_proxy_programs_rules(state, 1))
    assert routes(after) == [(UNUSED, READY), (READY, UNUSED), (READY, UNUSED)]
    for slot, row in state.pods.items():
        state = state.update(row, routed=pod(after, slot).routed)
    assert after == state


def test_a_node_routes_to_terminating_endpoints_while_none_is_ready() -> None:
    state = cluster(running(endpoint=TERMINATING), running(endpoint=UNUSED))
    assert routes(only(kube_proxy_programs_rules(state, 0))) == [(TERMINATING,), (UNUSED,)]


def test_a_pod_that_is_gone_leaves_no_row_once_its_last_route_does() -> None:
    state = cluster(gone(routed=(READY, READY)), tables=TWO_NODES)
    first = only(kube_proxy_programs_rules(state, 0))
    assert routes(first) == [(UNUSED, READY)]
    assert only(kube_proxy_programs_rules(first, 1)) == first.delete(pod(first))


def test_rules_that_are_up_to_date_are_not_replaced() -> None:
    assert disabled(kube_proxy_programs_rules(cluster(running(), running(endpoint=UNUSED, routed=())), 0))


def test_a_node_that_is_down_programs_nothing() -> None:
    state = cluster(running(routed=()), tables=TWO_NODES, down=[0])
    assert disabled(kube_proxy_programs_rules(state, 0))
    assert not disabled(kube_proxy_programs_rules(state, 1))
    assert disabled(kube_proxy_programs_rules(without_node(state), 0))


def test_ready_endpoints_are_usable_and_terminating_ones_only_while_there_is_none() -> None:
    assert usable_endpoints(cluster(terminating(endpoint=TERMINATING), running())) is READY
    assert usable_endpoints(cluster(terminating(endpoint=TERMINATING))) is TERMINATING
    assert usable_endpoints(cluster(running(endpoint=UNUSED))) is TERMINATING
