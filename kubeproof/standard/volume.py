"""What may happen to Deployments whose Pods share a volume that one node at a time can mount."""

from collections.abc import Mapping

from kubeproof.instances import Bound
from kubeproof.standard.deployment import CONVERGENCE, ROLLOUT
from kubeproof.standard.promises import CRASHES, PLACEMENT, TRAFFIC, largest
from kubeproof.standard.scenario import StandardScenario
from kubeproof.workload import Workload
from properties.volume_on_one_node import volumes_in_use_twice

NEEDS: Mapping[str, str] = {volumes_in_use_twice.name: "a PersistentVolumeClaim that one node at a time can mount"}
SET_GOING_BY: Mapping[str, frozenset[str]] = {}
_NEEDS = "a Deployment with such a claim"


def _has_volume(workload: Workload) -> bool:
    return workload.replicas > 0 and bool(workload.volumes)


SCENARIOS: tuple[StandardScenario, ...] = (
    StandardScenario(
        name="volume-rollout",
        sentence="the user applies a new image while one node at a time can mount the Pods' volume",
        needs=_NEEDS,
        applies=_has_volume,
        budgets={"image_updates": 1},
        revisions=2,
        replicas=1,
        nodes=2,
        properties=(*TRAFFIC, *ROLLOUT, *PLACEMENT, volumes_in_use_twice, *CONVERGENCE),
        convergence=Bound(1, 2),
        spare_pods=largest,
    ),
    StandardScenario(
        name="volume-node-failure",
        sentence="a node crashes and comes back while its Pods' volume is attached to it",
        needs=_NEEDS,
        applies=_has_volume,
        budgets={"node_crashes": 1},
        replicas=1,
        nodes=2,
        properties=(*TRAFFIC, *PLACEMENT, volumes_in_use_twice, *CONVERGENCE),
        convergence=Bound(1, 2),
        assumptions=(CRASHES,),
    ),
)
