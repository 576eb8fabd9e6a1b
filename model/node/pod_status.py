"""What a kubelet reports about a Pod.

Modelled: restartPolicy Always, init containers, readiness and startup probes that pass exactly while (once) the process
answers. Left out: sidecars, readiness gates, probe thresholds (their delay is covered: a status is reported late).

Source: pkg/kubelet/kubelet_pods.go (getPhase), pkg/kubelet/status/generate.go, pkg/kubelet/prober/prober_manager.go
"""

from collections.abc import Sequence

from model.api.objects import PodPhase
from model.cluster import Container, ContainerSpec

_STARTED = (Container.RUNNING, Container.SERVING, Container.STOPPING)


def container_ready(spec: ContainerSpec, container: Container) -> bool:
    """Without a readiness probe a container is ready as soon as it has started."""
    if spec.readiness_probe or spec.startup_probe:
        return container is Container.SERVING
    return container in _STARTED


def pod_ready(specs: Sequence[ContainerSpec], containers: Sequence[Container]) -> bool:
    """A Pod is ready when all its app containers are."""
    return all(container_ready(spec, containers[position]) for position, spec in enumerate(specs) if not spec.init)


def pod_phase(specs: Sequence[ContainerSpec], containers: Sequence[Container]) -> PodPhase:
    """Pending until every app container has been started once."""
    waiting = any(containers[position] is Container.WAITING for position, spec in enumerate(specs) if not spec.init)
    return PodPhase.PENDING if waiting else PodPhase.RUNNING
