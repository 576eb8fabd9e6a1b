"""What happens to the controller manager, each as often as its budget in the state allows."""

from collections.abc import Iterator

from model.cluster import Cluster
from model.control_plane.controller_manager import relisted, without_memory
from model.parts import Part, budgeted
from model.rows.slots import ReplicaSetSlot


def controller_manager_restarts(state: Cluster) -> Iterator[Cluster]:
    """The controller manager restarts, or another replica of it becomes the leader: its memory is lost, it lists anew.

    An API server answers a list with resourceVersion 0 from its watch cache, which may be as old as the caches were.
    Where the scenario says so, that is the second outcome; a client that begins with a consistent list rules it out.
    Source: staging/src/k8s.io/client-go/tools/cache/reflector.go (list, watchList),
    https://kubernetes.io/docs/reference/using-api/api-concepts/#the-resourceversion-parameter
    """
    if state.controller_restarts == 0:
        return
    restarted = without_memory(state).set(controller_restarts=state.controller_restarts - 1)
    yield relisted(restarted)
    if state.constants.caches.stale_relists:
        yield restarted


def expectations_expire(state: Cluster, replica_set: ReplicaSetSlot) -> Iterator[Cluster]:
    """The ReplicaSet controller has waited for 5 minutes for its cache to show its own writes, and gives up waiting.

    Source: pkg/controller/controller_utils.go (isExpired)
    """
    owner = state.replica_sets[replica_set]
    if owner is not None and state.expectation_expiries > 0 and owner.expects:
        yield state.update(owner, expects=False).set(expectation_expiries=state.expectation_expiries - 1)


PARTS: tuple[Part, ...] = (
    budgeted("controller_restarts", controller_manager_restarts),
    budgeted("expectation_expiries", expectations_expire),
)
