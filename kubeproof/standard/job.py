"""What may happen to Jobs. Each scenario begins with the Job just created."""

from collections.abc import Mapping

from checker.vocabulary import Property
from kubeproof.instances import Bound
from kubeproof.standard.promises import CRASHES, PLACEMENT
from kubeproof.standard.scenario import StandardScenario
from kubeproof.workload import Workload
from model.api.jobs import CompletionMode
from model.controllers.podgc.actions import pod_gc_collects_unscheduled
from model.disturbances import job
from properties.job_counting import pods_miscounted
from properties.job_outcome import (
    complete_jobs,
    jobs_failed_by_disruptions,
    jobs_not_as_wanted,
    jobs_that_start_over,
    jobs_with_two_outcomes,
    jobs_without_outcome,
    pods_created_in_vain,
    pods_of_ended_jobs,
)
from properties.job_parallelism import doubled_indexes, jobs_that_run_too_much, jobs_with_too_many_active_pods

KIND = "a Job"
COUNTING: tuple[Property, ...] = (pods_miscounted,)
PARALLELISM: tuple[Property, ...] = (jobs_with_too_many_active_pods, jobs_that_run_too_much, doubled_indexes)
INDEXED: tuple[Property, ...] = (doubled_indexes,)
OUTCOME: tuple[Property, ...] = (
    jobs_with_two_outcomes,
    pods_of_ended_jobs,
    pods_created_in_vain,
    complete_jobs,
)
CONVERGENCE: tuple[Property, ...] = (jobs_without_outcome, jobs_not_as_wanted)
ALL: tuple[Property, ...] = (*COUNTING, *PARALLELISM, *OUTCOME, *PLACEMENT, *CONVERGENCE)

NEEDS: Mapping[str, str] = {
    **{prop.name: KIND for prop in (*COUNTING, *PARALLELISM, *OUTCOME, *CONVERGENCE)},
    **{prop.name: KIND for prop in (jobs_that_start_over, jobs_failed_by_disruptions)},
    doubled_indexes.name: "an Indexed Job",
}

SET_GOING_BY: Mapping[str, frozenset[str]] = {
    function.__name__: frozenset({budget})
    for function, budget in (
        (job.user_suspends_job, "suspensions"),
        (job.job_controller_is_cut_short, "controller_restarts"),
        (pod_gc_collects_unscheduled, "pod_deletions"),
    )
}


def indexed(workload: Workload) -> bool:
    """Each Pod of the Job is for one index."""
    return any(each.job.completion_mode is CompletionMode.INDEXED for each in workload.jobs)


SCENARIOS: tuple[StandardScenario, ...] = (
    StandardScenario(
        name="run",
        kind="Job",
        needs=KIND,
        sentence="the Job runs, and two of its containers fail by themselves",
        budgets={"container_exits": 2},
        properties=ALL,
        nodes=1,
        convergence=Bound(2, 1),
        spare_pods=lambda _: 2,
        traffic=False,
    ),
    StandardScenario(
        name="pod-deletion",
        kind="Job",
        needs=KIND,
        sentence="the Job runs, and somebody deletes one of its Pods",
        budgets={"pod_deletions": 1},
        properties=(*ALL, jobs_that_start_over, jobs_failed_by_disruptions),
        nodes=1,
        convergence=Bound(2, 1),
        spare_pods=lambda _: 1,
        traffic=False,
    ),
    StandardScenario(
        name="eviction",
        kind="Job",
        needs=KIND,
        sentence="the Job runs, and the kubelet evicts one of its Pods",
        budgets={"pod_evictions": 1},
        properties=(*ALL, jobs_failed_by_disruptions),
        nodes=1,
        convergence=Bound(2, 1),
        spare_pods=lambda _: 1,
        traffic=False,
    ),
    StandardScenario(
        name="node-failure",
        kind="Job",
        needs=KIND,
        sentence="the Job runs, and one node crashes and comes back",
        budgets={"node_crashes": 1},
        assumptions=(CRASHES,),
        properties=(*ALL, jobs_that_start_over, jobs_failed_by_disruptions),
        convergence=Bound(2, 2),
        spare_pods=lambda workload: workload.replicas,
        traffic=False,
    ),
    StandardScenario(
        name="suspend",
        kind="Job",
        needs=KIND,
        sentence="the user suspends the Job once and may resume it",
        budgets={"suspensions": 1},
        properties=(*ALL, jobs_that_start_over),
        nodes=1,
        convergence=Bound(2, 1),
        spare_pods=lambda workload: workload.replicas,
        traffic=False,
    ),
    StandardScenario(
        name="controller-restart",
        kind="Job",
        needs=KIND,
        sentence="the Job runs, one of its containers fails, and the controller manager restarts at any moment",
        budgets={"container_exits": 1, "controller_restarts": 1},
        properties=(*ALL, jobs_that_start_over),
        nodes=1,
        convergence=Bound(2, 1),
        spare_pods=lambda _: 1,
        traffic=False,
    ),
)
