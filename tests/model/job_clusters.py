"""Jobs for tests: one Job `work` on small nodes, with whatever Pods a test asks for."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from msgspec.structs import replace

from checker.state import Pool
from checker.vocabulary import Scenario
from kubeproof.kinds.job import WorkloadJob
from kubeproof.scenarios import build, standard_scenario
from kubeproof.workload import Workload
from model.api import jobs
from model.api.jobs import CompletionMode, PodReplacementPolicy
from model.api.objects import PodPhase
from model.cluster import Cluster, Constants
from model.rows.job import Job, JobSpec
from model.rows.node import Node
from model.rows.pod import Container, Endpoint, Pod, Worker
from model.rows.pod_template import ContainerSpec, PodTemplate, RestartPolicy
from tests.model.clusters import machine

MAIN = ContainerSpec(name="main")
INDEXED = CompletionMode.INDEXED
REPLACE_FAILED = PodReplacementPolicy.FAILED


def written(**fields: Any) -> jobs.Job:
    """A Job of two completions, two at once, unless a test says otherwise."""
    return jobs.Job(**{"name": "work", "completions": 2, "parallelism": 2, **fields})


def pod(phase: PodPhase = PodPhase.RUNNING, **fields: Any) -> Pod:
    """A Pod of the Job, on the first node; what its container does goes with its phase."""
    container = {
        PodPhase.PENDING: Container.WAITING,
        PodPhase.RUNNING: Container.RUNNING,
        PodPhase.SUCCEEDED: Container.EXITED,
        PodPhase.FAILED: Container.FAILED,
    }[phase]
    bound = {} if phase is PodPhase.PENDING else {"node": 0, "worker": Worker.SYNC}
    row = Pod(template=0, job=0, phase=phase, **{"finalizer": True, "containers": (container,), **bound, **fields})
    return replace(row, routed=(Endpoint.UNUSED,) * 2)


def cluster(
    *pods: Pod,
    spec: jobs.Job | None = None,
    job: Job | None = None,
    slots: int = 6,
    template: PodTemplate | None = None,
    **fields: Any,
) -> Cluster:
    """The Job with these Pods, on two nodes."""
    template = template or PodTemplate(name="v1", containers=(MAIN,), restart_policy=RestartPolicy.NEVER)
    constants = Constants(
        templates=(template,),
        nodes=(machine("node-a"), machine("node-b")),
        container_positions=(0,),
        jobs=(JobSpec(name="work", template=0, written=spec or written()),),
    )
    return Cluster(
        constants=constants,
        jobs=Pool.of([job or Job(spec=0)]),
        nodes=Pool.of([Node(like=0), Node(like=0)]),
        pods=Pool.of(pods, slots=slots),
        **fields,
    )


def steps(state: Cluster, action: Callable[..., Iterator[Cluster]], *slots: int) -> list[Cluster]:
    """Every successor by an action, each once."""
    found: list[Cluster] = []
    for after in action(state, *slots):
        if after != state and after not in found:
            found.append(after)
    return found


def the_step(state: Cluster, action: Callable[..., Iterator[Cluster]], *slots: int) -> Cluster:
    """The only successor by an action."""
    [after] = steps(state, action, *slots)
    return after


def job_of(state: Cluster) -> Job:
    """The Job, which is there."""
    [job] = state.jobs
    return job


def row(state: Cluster, slot: int) -> Pod:
    """The row of a Pod that is there."""
    found = state.pods[slot]
    assert found is not None
    return found


def pods_of(state: Cluster) -> Sequence[Pod]:
    """The rows of its Pods."""
    return list(state.pods)


def workload(restart_policy: RestartPolicy = RestartPolicy.NEVER, *, nodes: int = 1, **fields: Any) -> Workload:
    """The Job in front of the model."""
    job = written(restart_policy=jobs.RestartPolicy(restart_policy.value), **fields)
    size = job.parallelism if job.completions is None else job.completions
    return Workload(
        name="Job/default/work",
        namespace="default",
        jobs=(WorkloadJob(name="work", replicas=size, containers=(MAIN,), restart_policy=restart_policy, job=job),),
        nodes=tuple(machine(f"node-{'ab'[number]}") for number in range(nodes)),
    )


def scenario(name: str, restart_policy: RestartPolicy = RestartPolicy.NEVER, **fields: Any) -> Scenario[Cluster]:
    """A standard scenario of the Job, at the size that it has."""
    of = workload(restart_policy, **fields)
    return build(of, standard_scenario(name, of))
