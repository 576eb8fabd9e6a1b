"""Cases about whole passes of the StatefulSet controller."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from model.api.controller_revisions import ControllerRevision
from model.api.objects import Pod, PodPhase
from model.api.stateful_sets import PodManagementPolicy, StatefulSet, UpdateStrategy
from model.controllers.history import CreateControllerRevision, UpdateControllerRevision
from model.controllers.statefulset.identity import ordinal_of
from model.controllers.statefulset.new_pod import new_stateful_set_pod, pod_revision
from model.controllers.statefulset.status import StatefulSetStatus, calculate_status, with_status
from model.controllers.statefulset.update import update_outdated_pods, update_stateful_set
from model.controllers.statefulset.writes import (
    CreatePod,
    DeletePod,
    UpdatePod,
    UpdateStatefulSetStatus,
    Write,
    run,
)
from tests.conformance.adapters.statefulset import NAME, NEW, OLD, update_strategy
from tests.conformance.registry import Case, adapter

NOW = 1000
REVISIONS = {"old": OLD, "new": NEW}


def pod_at(stateful_set: StatefulSet, ordinal: int, revision: ControllerRevision) -> Pod:
    """A Pod that runs and has been ready for long."""
    pod = new_stateful_set_pod(stateful_set, revision, ordinal)
    return replace(pod, uid=pod.name, phase=PodPhase.RUNNING, ready=True, ready_since=0)


def deleted(writes: Iterable[Write]) -> list[int]:
    """The ordinals of the Pods that are deleted, in ascending order."""
    return sorted(ordinal_of(Pod(name=write.name)) for write in writes if isinstance(write, DeletePod))


def created(writes: Iterable[Write]) -> list[Pod]:
    return sorted((write.pod for write in writes if isinstance(write, CreatePod)), key=ordinal_of)


def shape_status(status: StatefulSetStatus) -> Case:
    return {
        "replicas": status.replicas,
        "ready": status.ready_replicas,
        "available": status.available_replicas,
        "current": status.current_replicas,
        "updated": status.updated_replicas,
        "current_revision": status.current_revision,
        "update_revision": status.update_revision,
    }


@adapter("statefulset_step")
def step(given: Case, expected: Case) -> Case:
    subject = StatefulSet(
        name=NAME,
        template=NEW.data,
        deleting=given["set_deleting"],
        replicas=given["replicas"],
        start_ordinal=given["start_ordinal"] or 0,
        pod_management_policy=PodManagementPolicy(given["pod_management_policy"]),
        max_unavailable=given["max_unavailable"],
        min_ready_seconds=given["min_ready_seconds"],
        current_replicas=given["status_current_replicas"],
        current_revision=given["status_current_revision"],
        **update_strategy(given),
    )
    pods = [given_pod(subject, each) for each in given["pods"]]
    steps = update_stateful_set(
        subject, pods, [OLD, NEW], now=NOW, max_unavailable_enabled=given["max_unavailable_gate"]
    )
    outcome, writes = run(steps)
    assert outcome.status is not None
    answer = {
        "created": [ordinal_of(pod) for pod in created(writes)],
        "created_revisions": {str(ordinal_of(pod)): pod_revision(pod) for pod in created(writes)},
        "deleted": deleted(writes),
        "updated_in_place": sorted(ordinal_of(write.pod) for write in writes if isinstance(write, UpdatePod)),
        "status": shape_status(outcome.status),
    }
    return {key: answer[key] for key in expected}


def given_pod(stateful_set: StatefulSet, given: Case) -> Pod:
    ready_for = given["ready_for_s"]
    return replace(
        pod_at(stateful_set, given["ordinal"], REVISIONS[given["revision"]]),
        phase=PodPhase(given["phase"]),
        ready=ready_for is not None,
        ready_since=None if ready_for is None else NOW - ready_for,
        deleting=given["deleting"],
    )


@adapter("statefulset_max_unavailable_budget")
def budget(given: Case, expected: Case) -> Case:
    subject = StatefulSet(
        name=NAME,
        replicas=given["replicas"],
        partition=given["partition"],
        max_unavailable=given["max_unavailable"],
    )
    replicas = [
        replace(pod_at(subject, ordinal, OLD), deleting=ordinal in given["terminating_ordinals"])
        for ordinal in range(given["replicas"])
    ]
    status = calculate_status(subject, replicas, OLD.name, NEW.name, 0, NOW)
    _, writes = run(update_outdated_pods(subject, replicas, status, NOW, max_unavailable_enabled=True))
    answer = {"deletions": len(writes), "deleted": deleted(writes)}
    return {key: answer[key] for key in expected}


@adapter("statefulset_max_unavailable_steps")
def max_unavailable_steps(given: Case, expected: Case) -> Case:
    subject = StatefulSet(
        name=NAME,
        template=NEW.data,
        replicas=given["replicas"],
        partition=given["partition"],
        max_unavailable=given["max_unavailable"],
        pod_management_policy=PodManagementPolicy(given["pod_management_policy"]),
        current_revision=OLD.name,
    )
    pods = [
        replace(pod_at(subject, each["ordinal"], REVISIONS[each["revision"]]), ready=each["ready"])
        for each in given["pods"]
    ]
    _, writes = run(update_stateful_set(subject, pods, [OLD, NEW], now=NOW, max_unavailable_enabled=True))
    return {"deleted": deleted(writes), "created": [ordinal_of(pod) for pod in created(writes)]}


@dataclass
class Run:
    """A StatefulSet and its Pods, which become ready as soon as they are created and go as soon as they are deleted."""

    stateful_set: StatefulSet
    pods: dict[str, Pod] = field(default_factory=dict)
    revisions: dict[str, ControllerRevision] = field(default_factory=dict)

    def settle(self) -> None:
        """Let the controller pass over it until it has nothing to do."""
        writes: Sequence[Write] = [DeletePod("")]
        while writes:
            steps = update_stateful_set(
                self.stateful_set, list(self.pods.values()), list(self.revisions.values()), now=NOW
            )
            outcome, writes = run(steps)
            assert not outcome.errors
            for write in writes:
                self.apply(write)

    def apply(self, write: Write) -> None:
        match write:
            case CreatePod(pod):
                self.pods[pod.name] = replace(pod, uid=pod.name, phase=PodPhase.RUNNING, ready=True, ready_since=0)
            case DeletePod(name):
                self.pods.pop(name, None)
            case CreateControllerRevision(revision) | UpdateControllerRevision(revision):
                self.revisions[revision.name] = revision
            case UpdateStatefulSetStatus(status):
                self.stateful_set = with_status(self.stateful_set, status)
            case _:
                raise AssertionError(write)

    def templates(self) -> Case:
        """Of each ordinal, the template that its Pod is from."""
        return {str(ordinal_of(pod)): self.revisions[pod_revision(pod)].data for pod in self.pods.values()}


@adapter("statefulset_update_outcome")
def outcome_of_update(given: Case, expected: Case) -> Case:
    rollout = Run(
        StatefulSet(
            name=NAME,
            template="old",
            replicas=given["initial_replicas"],
            update_strategy=UpdateStrategy(given["strategy"]),
            partition=given["partition"],
            pod_management_policy=PodManagementPolicy(given["pod_management_policy"]),
        )
    )
    rollout.settle()
    assert set(rollout.templates().values()) <= {"old"}
    rollout.stateful_set = replace(rollout.stateful_set, template="new", generation=2, replicas=given["final_replicas"])
    rollout.settle()
    settled, recreated = rollout.templates(), None
    if given["then_all_pods_deleted_by_hand"]:
        rollout.pods.clear()
        rollout.settle()
        recreated = rollout.templates()
    return {"revisions_when_settled": settled, "revisions_after_manual_deletion": recreated}
