"""What a kubelet reports about a Pod, and which containers it starts again.

Modelled: restart policies, init containers, readiness and startup probes that pass exactly while (once) the process
answers. Left out: sidecars, readiness gates, probe thresholds (their delay is covered: a status is reported late).

Source: pkg/kubelet/kubelet_pods.go (getPhase), pkg/kubelet/status/generate.go, pkg/kubelet/prober/prober_manager.go
"""

from collections.abc import Sequence

from model.api.objects import PodPhase
from model.rows.pod import Container
from model.rows.pod_template import ContainerSpec, PodTemplate, RestartPolicy

_STARTED = (Container.RUNNING, Container.SERVING, Container.STOPPING)
_ENDED = (Container.EXITED, Container.FAILED)


def restarts(policy: RestartPolicy, container: Container) -> bool:
    """A container that has ended is to be started again.

    Source: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy
    """
    if policy is RestartPolicy.NEVER:
        return False
    return container is Container.FAILED or (policy is RestartPolicy.ALWAYS and container is Container.EXITED)


def container_ready(spec: ContainerSpec, container: Container) -> bool:
    """Without a readiness probe a container is ready as soon as it has started."""
    if spec.readiness_probe or spec.startup_probe:
        return container is Container.SERVING
    return container in _STARTED


def pod_ready(template: PodTemplate, containers: Sequence[Container]) -> bool:
    """A Pod is ready when all its app containers are."""
    return all(
        container_ready(spec, containers[position])
        for position, spec in enumerate(template.containers)
        if not spec.init
    )


def pod_phase(template: PodTemplate, containers: Sequence[Container]) -> PodPhase:
    """Pending until every app container has been started once; Succeeded or Failed once none is started again."""
    apps = _apps(template, containers)
    if Container.WAITING in apps:
        return PodPhase.PENDING
    if any(container not in _ENDED or restarts(template.restart_policy, container) for container in apps):
        return PodPhase.RUNNING
    return final_phase(template, containers)


def final_phase(template: PodTemplate, containers: Sequence[Container]) -> PodPhase:
    """The phase of a Pod of which nothing will run any more: Failed if a container failed or was never started.

    Source: pkg/kubelet/kubelet_pods.go (generateAPIPodStatus)
    """
    succeeded = all(container is Container.EXITED for container in _apps(template, containers))
    return PodPhase.SUCCEEDED if succeeded else PodPhase.FAILED


def _apps(template: PodTemplate, containers: Sequence[Container]) -> list[Container]:
    return [containers[position] for position, spec in enumerate(template.containers) if not spec.init]
