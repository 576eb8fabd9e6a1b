"""Cases of the Deployment controller: fenceposts, old and new ReplicaSets, scaling, rollouts, history."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from model.api.intstr import parse_int_or_string
from model.api.objects import Deployment, Pod, PodPhase, ReplicaSet, Strategy
from model.controllers.deployment import fenceposts
from model.controllers.deployment.history import cleanup_deployment
from model.controllers.deployment.recreate import old_pods_running
from model.controllers.deployment.replica_sets import (
    active,
    actual_replica_count,
    find_new_replica_set,
    find_old_replica_sets,
    replica_count,
)
from model.controllers.deployment.rolling import (
    InvalidScaleDownError,
    cleanup_unhealthy_replicas,
    reconcile_new_replica_set,
    reconcile_old_replica_sets,
    scale_down_old_replica_sets,
)
from model.controllers.deployment.scaling import scale
from model.controllers.deployment.sizes import new_replicas
from model.controllers.deployment.writes import (
    DeleteReplicaSet,
    UpdateReplicaSet,
    Write,
    Writes,
)
from tests.conformance.registry import Case, adapter

NEVER_CREATED = int(datetime.fromisoformat("0001-01-01T00:00:00+00:00").timestamp())
INVALID = object()


def seconds(time: str) -> int:
    return int(datetime.fromisoformat(time).timestamp())


def int_or_string(value: int | str | None) -> int | str | None:
    """The cases of fenceposts were read with intstr.Parse: "50" is the number."""
    return parse_int_or_string(value) if isinstance(value, str) else value


def deployment(given: Case) -> Deployment:
    return Deployment(
        strategy=Strategy(given.get("strategy", "RollingUpdate")),
        replicas=given.get("deployment_replicas", 10),
        max_surge=given.get("max_surge", 2),
        max_unavailable=given.get("max_unavailable", 2),
    )


def replica_set(given: Case) -> ReplicaSet:
    return ReplicaSet(
        name=given["name"],
        uid=given["name"],
        template=given.get("template"),
        created=seconds(given["created"]) if "created" in given else given.get("created_offset_s", NEVER_CREATED),
        replicas=given.get("replicas", 0),
        available_replicas=given.get("available", 0),
        desired_annotation=given.get("desired_annotation"),
        max_annotation=given.get("max_annotation"),
    )


def replica_sets(given: Iterable[Case]) -> list[ReplicaSet]:
    return [replica_set(one) for one in given]


def run(steps: Writes[Any]) -> tuple[list[Write], Any]:
    """Every write of a step, all of them accepted, and its result."""
    writes = []
    while True:
        try:
            writes.append(next(steps))
        except StopIteration as done:
            return writes, done.value
        except InvalidScaleDownError:
            return writes, INVALID


def after(before: Iterable[ReplicaSet], writes: Iterable[Write]) -> dict[str, ReplicaSet]:
    """The ReplicaSets that were there before, by name, as the writes leave them."""
    left = {one.name: one for one in before}
    for write in writes:
        if isinstance(write, UpdateReplicaSet) and write.replica_set.name in left:
            left[write.replica_set.name] = write.replica_set
        elif isinstance(write, DeleteReplicaSet):
            del left[write.name]
    return left


def sizes(before: Iterable[ReplicaSet], writes: Iterable[Write]) -> dict[str, int]:
    return {name: one.replicas for name, one in after(before, writes).items()}


@adapter("deployment_resolve_fenceposts")
def resolve_fenceposts(given: Case, expected: Case) -> Case:
    surge, unavailable = (int_or_string(given[key]) for key in ("max_surge", "max_unavailable"))
    try:
        found = fenceposts.resolve_fenceposts(surge, unavailable, given["desired"])
    except ValueError:
        return {"error": True, "surge": 0, "unavailable": 0}
    return {"error": False, "surge": found.surge, "unavailable": found.unavailable}


@adapter("deployment_max_unavailable")
def max_unavailable(given: Case, expected: Case) -> Case:
    replicas = 1 if given["replicas"] is None else given["replicas"]
    subject = deployment({**given, "deployment_replicas": replicas})
    answer = {
        "max_unavailable": fenceposts.max_unavailable(subject),
        "max_surge": fenceposts.max_surge(subject),
        "min_available": fenceposts.min_available(subject),
    }
    return {key: answer[key] for key in expected}


@adapter("deployment_find_new_replicaset")
def find_new(given: Case, expected: Case) -> Case:
    subject = Deployment(template=given["deployment_template"])
    new = find_new_replica_set(subject, replica_sets(given["replicasets"]))
    return {"new_rs": None if new is None else new.name}


@adapter("deployment_find_old_replicasets")
def find_old(given: Case, expected: Case) -> Case:
    subject = Deployment(template=given["deployment_template"])
    old = find_old_replica_sets(subject, replica_sets(given["replicasets"]))
    return {
        "all_old": sorted(one.name for one in old),
        "old_with_pods": sorted(one.name for one in active(old)),
    }


@adapter("deployment_replica_counts")
def replica_counts(given: Case, expected: Case) -> Case:
    counted = [
        ReplicaSet(name=str(number), replicas=one["spec_replicas"], status_replicas=one["status_replicas"])
        for number, one in enumerate(given["replicasets"])
    ]
    return {"spec_total": replica_count(counted), "actual_total": actual_replica_count(counted)}


@adapter("deployment_new_rs_new_replicas")
def new_rs_new_replicas(given: Case, expected: Case) -> Case:
    total = sum(given["all_rs_replicas"])
    return {"replicas": new_replicas(deployment(given), given["new_rs_replicas"], total)}


@adapter("deployment_proportional_scale")
def proportional_scale(given: Case, expected: Case) -> Case:
    new = None if given["new_rs"] is None else replica_set(given["new_rs"])
    old = replica_sets(given["old_rss"])
    writes, _ = run(scale(deployment(given), new, old))
    return {"replicas": sizes(old if new is None else [*old, new], writes)}


@adapter("deployment_rolling_cleanup_unhealthy")
def cleanup_unhealthy(given: Case, expected: Case) -> Case:
    old = ReplicaSet(name="old", replicas=given["old_rs_replicas"], available_replicas=given["old_rs_available"])
    _, (_, cleaned) = run(cleanup_unhealthy_replicas(deployment(given), [old], given["max_cleanup_count"]))
    return {"cleaned": cleaned}


@adapter("deployment_cleanup_unhealthy_multi")
def cleanup_unhealthy_multi(given: Case, expected: Case) -> Case:
    old = replica_sets(given["old_rss"])
    writes, result = run(cleanup_unhealthy_replicas(deployment(given), old, given["max_cleanup_count"]))
    failed = result is INVALID
    return {"error": failed, "cleaned": 0 if failed else result[1], "replicas": sizes(old, writes)}


def one_of_each(given: Case) -> tuple[ReplicaSet, ReplicaSet]:
    new, old = (
        ReplicaSet(
            name=name,
            replicas=given.get(f"{name}_rs_replicas", 0),
            available_replicas=given.get(f"{name}_rs_available", 0),
        )
        for name in ("new", "old")
    )
    return new, old


@adapter("deployment_rolling_reconcile_new_rs")
def reconcile_new(given: Case, expected: Case) -> Case:
    new, old = one_of_each(given)
    writes, scaled = run(reconcile_new_replica_set(deployment(given), new, [old]))
    return {"scaled": scaled, "new_rs_replicas": sizes([new], writes)["new"]}


@adapter("deployment_rolling_reconcile_old_rs")
def reconcile_old(given: Case, expected: Case) -> Case:
    new, old = one_of_each(given)
    writes, scaled = run(reconcile_old_replica_sets(deployment(given), new, [old]))
    return {"scaled": scaled, "old_rs_replicas": sizes([old], writes)["old"]}


@adapter("deployment_rolling_scale_down_old")
def scale_down_old(given: Case, expected: Case) -> Case:
    _, old = one_of_each(given)
    writes, count = run(scale_down_old_replica_sets(deployment(given), None, [old]))
    return {"scaled": count > 0, "old_rs_replicas": sizes([old], writes)["old"]}


@adapter("deployment_rolling_steps_multi")
def rolling_steps(given: Case, expected: Case) -> Case:
    subject, new, old = deployment(given), replica_set(given["new_rs"]), replica_sets(given["old_rss"])
    grown, new_scaled = run(reconcile_new_replica_set(subject, new, old))
    shrunk, old_scaled = run(reconcile_old_replica_sets(subject, new, old))
    removed, count = run(scale_down_old_replica_sets(subject, new, old))
    return {
        "reconcile_new": {"scaled": new_scaled, "replicas": sizes([new, *old], grown)},
        "reconcile_old": {"scaled": old_scaled, "replicas": sizes([new, *old], shrunk)},
        "scale_down_old": {"count": count, "replicas": sizes([new, *old], removed)},
    }


@adapter("deployment_recreate_old_pods_running")
def recreate_old_pods_running(given: Case, expected: Case) -> Case:
    new = None if given["new_rs"] is None else ReplicaSet(name="new", uid=given["new_rs"])
    old = [ReplicaSet(name="old", status_replicas=count) for count in given["old_rs_status_replicas"]]
    pods = [
        Pod(controller=uid, phase=PodPhase(phase))
        for uid, phases in given["pods_by_rs_uid"].items()
        for phase in phases
    ]
    return {"old_pods_running": old_pods_running(new, old, pods)}


@adapter("deployment_revision_history_cleanup")
def revision_history_cleanup(given: Case, expected: Case) -> Case:
    old = [
        ReplicaSet(
            name=one["name"],
            revision=one.get("revision"),
            replicas=one["spec_replicas"],
            status_replicas=one["status_replicas"],
            deleting=one["deleted"],
            generation=one.get("generation", 0),
            observed_generation=one.get("observed_generation", 0),
        )
        for one in given["old_rss"]
    ]
    subject = Deployment(revision_history_limit=given["revision_history_limit"])
    writes, _ = run(cleanup_deployment(subject, old))
    deleted = sorted(write.name for write in writes if isinstance(write, DeleteReplicaSet))
    answer = {"deletions": len(deleted), "deleted": deleted}
    return {key: answer[key] for key in expected}
