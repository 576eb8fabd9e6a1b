"""Cases of the scheduler's preemption (pkg/scheduler/framework/plugins/defaultpreemption)."""

from msgspec.structs import replace

from model.api.disruption_budgets import PodDisruptionBudget
from model.api.labels import LabelSelector
from model.control_plane.scheduler.default_filters import feasible_nodes
from model.control_plane.scheduler.preemption import dry_run, eligible_to_preempt, possible_preemptions
from model.control_plane.scheduler.preemption_choice import best_candidates
from model.control_plane.scheduler.preemption_victims import Budgets, Candidate
from model.control_plane.scheduler.refusal import Code
from model.control_plane.scheduler.snapshot import PodInfo, Snapshot
from tests.conformance.adapters.scheduler_placement import node_info, pod_info, refused
from tests.conformance.registry import Case, adapter


def requests(given: Case) -> Case:
    return {"cpu_m": given["cpu_milli"], "memory": given["memory_bytes"]}


def pod(given: Case) -> PodInfo:
    return replace(
        pod_info(given | {"requests": requests(given)}),
        priority=given["priority"],
        start_time=given.get("start_time"),
        preempts=given.get("preemption_policy") != "Never",
    )


def seen(given: Case) -> tuple[PodInfo, Snapshot, Budgets]:
    nodes = tuple(
        node_info(each | {"allocatable": requests(each) | {"pods": each["max_pods"]}}) for each in given["nodes"]
    )
    budgets = [
        PodDisruptionBudget(
            selector=LabelSelector(match_labels=each["match_labels"]),
            disruptions_allowed=each["disruptions_allowed"],
            disrupted_pods=dict.fromkeys(each["disrupted_pods"], 0),
        )
        for each in given["pdbs"]
    ]
    snapshot = Snapshot(nodes=nodes, pods=tuple(pod(each) for each in given["pods"]))
    return pod(given["preemptor"]), snapshot, {"": budgets}


def names(candidate: Candidate) -> list[str]:
    return sorted(victim.name for victim in candidate.victims)


def the_one(choices: tuple[Candidate, ...], expected: Case) -> Case:
    """Cases have one outcome only."""
    (choice,) = choices or (None,)
    return {
        "nominated_node": None if choice is None else choice.node,
        "victims": None if expected["victims"] is None else [] if choice is None else names(choice),
    }


@adapter("scheduler_preemption_eligible")
def eligible(given: Case, expected: Case) -> Case:
    preemptor = PodInfo(
        priority=given["priority"],
        preempts=given["preemption_policy"] != "Never",
        nominated_node=given["nominated_node"] or "",
    )
    pods = tuple(
        PodInfo(
            name=each["name"],
            node=each["node"],
            priority=each["priority"],
            terminating=each["terminating"],
            disruption_reason=each["disruption_target_reason"],
        )
        for each in given["pods"]
    )
    status = given["nominated_node_status"]
    code = Code(status) if status in {each.value for each in Code} else None
    return {"eligible": eligible_to_preempt(preemptor, code, Snapshot(pods=pods))}


@adapter("scheduler_preemption_dry_run")
def dry_run_preemption(given: Case, expected: Case) -> Case:
    preemptor, snapshot, budgets = seen(given)
    return {
        "candidates": {
            each.node: {"victims": names(each), "pdb_violations": each.violations}
            for each in dry_run(preemptor, snapshot.nodes, snapshot, budgets)
        }
    }


@adapter("scheduler_preemption_candidate_window")
def candidate_window(given: Case, expected: Case) -> Case:
    preemptor, snapshot, budgets = seen(given)
    found = dry_run(
        preemptor, snapshot.nodes, snapshot, budgets, offset=given["offset"], enough=given["num_candidates"]
    )
    return {"candidate_nodes": sorted(each.node for each in found)}


@adapter("scheduler_preemption_node_choice")
def node_choice(given: Case, expected: Case) -> Case:
    """The cases call every Node unschedulable, whatever the filters say."""
    preemptor, snapshot, budgets = seen(given)
    if not eligible_to_preempt(preemptor, None, snapshot):
        return the_one((), expected)
    return the_one(best_candidates(dry_run(preemptor, snapshot.nodes, snapshot, budgets)), expected)


@adapter("scheduler_default_preemption")
def default_preemption(given: Case, expected: Case) -> Case:
    preemptor, snapshot, budgets = seen(given)
    feasible, refusals = feasible_nodes(preemptor, snapshot)
    answer = {"feasible": list(feasible), "refused": refused(refusals)}
    return answer | the_one(possible_preemptions(preemptor, snapshot, budgets), expected)
