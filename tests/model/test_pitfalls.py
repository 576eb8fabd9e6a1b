"""Where a naive model of Kubernetes goes wrong and this one does not, as far as no other test is about it.

The list of such pitfalls, each with the tests that show what holds, is in ``pitfalls.md``.
"""

import pytest

from checker.state import Pool
from model.api import jobs
from model.api.cron_jobs import ChildJob, CronJob
from model.api.daemon_sets import DaemonSet
from model.api.object_meta import ObjectMeta
from model.api.objects import Pod, PodPhase
from model.api.stateful_sets import StatefulSet
from model.api.taints import Toleration, TolerationOperator
from model.cluster import Cluster
from model.control_plane.apiserver.deletion import DeleteOptions, preconditions_hold
from model.control_plane.evictions import api_server_answers_eviction
from model.control_plane.scheduler.filters import PodSpec
from model.controllers.cronjob.active_jobs import jobs_to_be_reconciled
from model.controllers.cronjob.handlers import resolve_controller
from model.controllers.daemonset import budgets
from model.controllers.deployment.actions import deployment_controller_syncs
from model.controllers.deployment.fenceposts import resolve_fenceposts
from model.controllers.disruption.healthy import desired_healthy
from model.controllers.expectations import ControllerExpectations
from model.controllers.job.actions import job_controller_syncs
from model.controllers.job.conditions import Reason
from model.controllers.replicaset.actions import (
    replica_set_controller_manages_pods,
    replica_set_controller_writes_status,
    replicas_counted,
)
from model.controllers.statefulset import writes as statefulset_writes
from model.controllers.statefulset.rolling_update import max_unavailable
from model.controllers.statefulset.status import calculate_status
from model.controllers.tainteviction.actions import taint_eviction_controller_handles_node
from model.rows.disruption_budget import DisruptionBudget, DisruptionBudgetSpec
from model.rows.pod import Container, Eviction
from model.rows.pod_template import PodTemplate, RestartPolicy
from properties.rolling_update import oversized_deployments
from tests.model import job_clusters
from tests.model.clusters import (
    STALE_PODS,
    cluster,
    constants,
    disabled,
    observed,
    only,
    pod,
    replica_set,
    rs,
    running,
    terminating,
)


def sizes(state: Cluster) -> list[int]:
    return [row.replicas for row in state.replica_sets]


def test_what_a_controller_expects_is_what_it_has_asked_for_last_and_not_the_sum() -> None:
    asked_twice = ControllerExpectations().expect_creations(3, 0).expect_creations(1, 0)
    assert not asked_twice.satisfied(0)
    assert asked_twice.creation_observed().satisfied(0)
    assert ControllerExpectations().expect_creations(3, 0).expect_deletions([], 0).satisfied(0)


def test_a_deletion_without_a_uid_hits_the_next_object_of_the_name() -> None:
    recreated = ObjectMeta(name="web-0", uid="new")
    by_name = statefulset_writes.DeletePod(name=recreated.name)
    assert by_name.__struct_fields__ == ("name",)
    assert preconditions_hold(recreated, DeleteOptions())
    assert not preconditions_hold(recreated, DeleteOptions(uid="old"))


def test_a_terminating_pod_is_a_replica_of_a_stateful_set_and_of_no_replica_set() -> None:
    ending = Pod(name="web-0", phase=PodPhase.RUNNING, ready=True, deleting=True)
    counted = calculate_status(StatefulSet(name="web"), [ending], "web-1", "web-1", 0, 0)
    assert (counted.replicas, counted.ready_replicas, counted.current_replicas) == (1, 1, 0)
    assert replicas_counted(cluster(terminating(Container.SERVING)), 0) == 0


def test_the_surge_bounds_what_is_asked_for_and_terminating_pods_come_on_top() -> None:
    of_the_first, of_the_second = terminating(Container.SERVING), running(replica_set=1, template=1)
    sets = [replica_set(0, desired_annotation=1), replica_set(1, template=1, revision=2)]
    tables = constants(revisions=3, max_surge=1)
    state = cluster(of_the_first, of_the_second, tables=tables, template=2, replica_sets=sets, empty_pod_slots=1)
    third = only(deployment_controller_syncs(state, 0))
    after = only(replica_set_controller_manages_pods(third, 2))
    assert sizes(after) == [0, 1, 1]
    assert sum(each.exists for each in after.pods) == 3  # one and a surge of one would be two
    assert list(oversized_deployments.offenders(after)) == []


def test_every_controller_rounds_a_percentage_in_its_own_way() -> None:
    assert resolve_fenceposts("25%", "25%", 10) == (3, 2)
    assert budgets.budgets(DaemonSet(max_surge=0, max_unavailable="25%"), 10) == budgets.Budgets(0, 3)
    assert max_unavailable("25%", 10) == 2
    assert desired_healthy(None, "25%", 10) == 10 - 3
    assert desired_healthy("25%", None, 10) == 3


def test_where_a_percentage_comes_to_nothing_an_update_can_still_move() -> None:
    assert resolve_fenceposts("0%", "5%", 10) == (0, 1)
    assert budgets.budgets(DaemonSet(max_surge="0%", max_unavailable="0%"), 10) == budgets.Budgets(0, 1)
    assert max_unavailable("5%", 10) == 1


def test_only_evictions_ask_a_disruption_budget() -> None:
    at_once = Toleration(key="node.kubernetes.io/unreachable", operator=TolerationOperator.EXISTS, seconds=0)
    spec = DisruptionBudgetSpec(name="web", templates=(0, 1), min_available=1)
    exhausted = DisruptionBudget(current_healthy=1, desired_healthy=1, expected_pods=1, disruptions_allowed=0)
    state = cluster(
        running(eviction=Eviction.ASKED),
        tables=constants(disruption_budgets=(spec,), spec=PodSpec(tolerations=(at_once,))),
        disruption_budgets=Pool.of([exhausted]),
        replicas=0,
    )
    [node] = state.nodes
    assert disabled(api_server_answers_eviction(state, 0))
    assert pod(only(replica_set_controller_manages_pods(state, 0))).deleting
    silent = state.update(node, ready=False, evicts=True)
    assert pod(only(taint_eviction_controller_handles_node(silent, 0))).deleting


def test_one_sync_grows_the_new_replica_set_or_shrinks_old_ones_and_never_both() -> None:
    sets = [replica_set(4), replica_set(0, template=1, revision=2, desired_annotation=4)]
    tables = constants(max_surge=1, max_unavailable=1)
    grown = only(deployment_controller_syncs(cluster(tables=tables, replicas=4, template=1, replica_sets=sets), 0))
    assert sizes(grown) == [4, 1]
    assert sizes(only(deployment_controller_syncs(grown, 0))) == [3, 1]


def test_scaling_in_a_rollout_moves_every_active_replica_set_and_annotations_tell_that_it_is_to_be_done() -> None:
    def synced(desired: int) -> list[int]:
        written = {"desired_annotation": desired, "max_annotation": desired + 1}
        sets = [replica_set(3, **written), replica_set(1, template=1, revision=2, **written)]
        return sizes(only(deployment_controller_syncs(cluster(replicas=8, template=1, replica_sets=sets), 0)))

    assert synced(4) == [7, 2]
    assert synced(8) == [3, 6]  # nothing says that anybody has scaled: the rollout goes on


@pytest.mark.parametrize(
    ("restarts", "gives_up"), [((1, 1), True), ((1,), False)], ids=["both there", "one of them gone"]
)
def test_restarts_of_a_pod_that_is_gone_use_up_no_retries(restarts: tuple[int, ...], gives_up: bool) -> None:
    template = PodTemplate(name="v1", containers=(job_clusters.MAIN,), restart_policy=RestartPolicy.ON_FAILURE)
    spec = job_clusters.written(backoff_limit=2, restart_policy=jobs.RestartPolicy.ON_FAILURE)
    pods = [job_clusters.pod(restarts=number) for number in restarts]
    state = job_clusters.cluster(*pods, spec=spec, template=template)
    after = job_clusters.the_step(state, job_controller_syncs, 0)
    assert (job_clusters.job_of(after).failure_target is Reason.BACKOFF_LIMIT_EXCEEDED) is gives_up


def test_a_cron_job_takes_jobs_by_the_name_of_their_owner_and_wakes_by_its_uid() -> None:
    cron_job = CronJob(name="report", uid="new", schedule="@hourly")
    of_its_predecessor = ChildJob(name="report-1", uid="1", controller="old", controller_name="report")
    assert jobs_to_be_reconciled(cron_job, [of_its_predecessor]) == (of_its_predecessor,)
    assert resolve_controller(of_its_predecessor, [cron_job]) is None


def test_a_status_of_this_generation_may_count_the_pods_of_earlier() -> None:
    unready_shown_as_ready = running(ready=False, observed=observed(ready=True))
    sets = [replica_set(1, 0, spec_observed=False)]
    state = cluster(unready_shown_as_ready, tables=constants(caches=STALE_PODS), replica_sets=sets)
    written = rs(only(replica_set_controller_writes_status(state, 0)))
    assert (written.spec_observed, written.available_replicas) == (True, 1)
