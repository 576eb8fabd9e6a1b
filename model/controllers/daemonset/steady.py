"""What a DaemonSet looks like in a steady state."""

from checker.state import Pool
from model.cluster import Constants
from model.controllers.daemonset.should_run import node_should_run_daemon_pod
from model.rows.daemon_set import DaemonSet
from model.steady import PodGroup, Start, steady_pod


def steady_daemon_sets(constants: Constants) -> Start:
    """Every DaemonSet at its first revision, with a Pod on each of the first nodes that should run one."""
    return Start(
        pools={"daemon_sets": Pool.of(DaemonSet(template=spec.revisions[0]) for spec in constants.daemon_sets)},
        pods=tuple(
            PodGroup(steady_pod(constants, spec.revisions[0], daemon_set=slot), nodes=(node,))
            for slot, spec in enumerate(constants.daemon_sets)
            for node in range(constants.first_nodes)
            if node_should_run_daemon_pod(constants.nodes[node], spec.template).run
        ),
    )
