"""The plain run and the learned run say the same of every standard scenario, at its smallest."""

import pytest

from kubeproof.kinds.deployment import WorkloadDeployment
from kubeproof.scenarios import build
from kubeproof.standard.catalog import STANDARD
from kubeproof.standard.scenario import StandardScenario
from kubeproof.workload import Workload
from model.api.objects import Strategy
from model.rows.pod_template import ContainerSpec
from tests.checker.agreement import assert_runs_agree
from tests.model.clusters import APP, HOOKED, INIT, SIDE, machine

SHAPES: dict[str, tuple[ContainerSpec, ...]] = {
    "probed": (APP,),
    "hooked": (HOOKED,),
    "with-an-init-container": (INIT, APP, SIDE),
}


def workload(
    containers: tuple[ContainerSpec, ...], nodes: int, strategy: Strategy = Strategy.ROLLING_UPDATE
) -> Workload:
    return Workload(
        name="web",
        namespace="default",
        service="web",
        deployments=(
            WorkloadDeployment(
                name="web", replicas=1, strategy=strategy, max_surge=1, max_unavailable=0, containers=containers
            ),
        ),
        nodes=tuple(machine(f"node-{'ab'[number]}") for number in range(nodes)),
    )


of_deployments = pytest.mark.parametrize(
    "standard", [each for each in STANDARD if each.is_for(workload((APP,), 2))], ids=lambda standard: standard.name
)
"""Scenarios of other kinds have their own tests, beside those of their controllers."""
SOME = 300
"""States enough to meet most actions; the default sizes of the search are for the examples."""


@of_deployments
def test_the_runs_agree_on_one_replica_and_one_node(standard: StandardScenario) -> None:
    assert_runs_agree(build(workload((APP,), 1), standard), max_states=150)


@pytest.mark.slow
@pytest.mark.parametrize(("shape", "nodes"), [("probed", 2), ("hooked", 1), ("with-an-init-container", 1)])
@of_deployments
def test_the_runs_agree_on_every_shape_of_pod(standard: StandardScenario, shape: str, nodes: int) -> None:
    assumed = ("prestop-outlasts-propagation",) if shape == "hooked" else ()
    assert_runs_agree(build(workload(SHAPES[shape], nodes), standard, assume=assumed), max_states=SOME)


@pytest.mark.slow
@of_deployments
def test_the_runs_agree_on_recreate(standard: StandardScenario) -> None:
    assert_runs_agree(build(workload((APP,), 1, strategy=Strategy.RECREATE), standard), max_states=SOME)
