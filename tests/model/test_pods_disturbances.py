"""What happens to single Pods: eviction by the kubelet, and labels that a user changes."""

import pytest

from model.api.objects import PodPhase
from model.cluster import Cluster
from model.disturbances.pods import kubelet_evicts_pod, user_changes_pod_labels, user_restores_pod_labels
from model.node import kubelet
from model.rows.pod import Container, Pod, Worker
from tests.model.clusters import cluster, constants, disabled, gone, only, pending, pod, running, terminating


def crowded(*pods: Pod, **more: object) -> Cluster:
    return cluster(*pods, pod_evictions=1, **more)  # type: ignore[arg-type]


class TestEviction:
    def test_an_evicted_pod_has_failed_and_nothing_of_it_runs(self) -> None:
        after = only(kubelet_evicts_pod(crowded(running()), 0))
        row = pod(after)
        assert (row.phase, row.ready, row.node, row.exists) == (PodPhase.FAILED, False, 0, True)
        assert (row.worker, row.containers, after.pod_evictions) == (Worker.NONE, (Container.EXITED,), 0)

    def test_no_kubelet_touches_it_again(self) -> None:
        after = only(kubelet_evicts_pod(crowded(running()), 0))
        for action in (
            kubelet.kubelet_pulls_images,
            kubelet.kubelet_starts_container,
            kubelet.kubelet_restarts_container,
            kubelet.kubelet_reports_status,
            kubelet.kubelet_begins_termination,
            kubelet.kubelet_removes_pod,
        ):
            assert disabled(action(after, 0))

    @pytest.mark.parametrize(
        "other", [pending(), pending(node=0), terminating(Container.SERVING), running(phase=PodPhase.FAILED), gone()]
    )
    def test_only_pods_that_a_kubelet_runs_are_evicted(self, other: Pod) -> None:
        assert disabled(kubelet_evicts_pod(crowded(other), 0))

    def test_a_node_that_is_down_evicts_nothing_and_a_budget_that_is_spent_neither(self) -> None:
        assert disabled(kubelet_evicts_pod(crowded(running(), down=[0]), 0))
        assert disabled(kubelet_evicts_pod(cluster(running()), 0))
        assert disabled(kubelet_evicts_pod(crowded(running(), empty_pod_slots=1), 1))


class TestLabels:
    def test_a_user_changes_them_and_changes_them_back(self) -> None:
        state = cluster(running(), pod_relabels=2)
        changed = only(user_changes_pod_labels(state, 0))
        assert (pod(changed).relabelled, changed.pod_relabels) == (True, 1)
        restored = only(user_restores_pod_labels(changed, 0))
        assert (pod(restored).relabelled, restored.pod_relabels) == (False, 0)
        assert disabled(user_changes_pod_labels(restored, 0))

    def test_there_is_nothing_to_change_twice_or_to_restore(self) -> None:
        state = cluster(running(), running(relabelled=True), pod_relabels=1, empty_pod_slots=1)
        assert disabled(user_restores_pod_labels(state, 0))
        assert disabled(user_changes_pod_labels(state, 1))
        assert disabled(user_changes_pod_labels(state, 2))
        assert disabled(user_restores_pod_labels(state, 2))
        assert disabled(user_restores_pod_labels(state.set(pod_relabels=0), 1))

    def test_an_orphan_gets_its_labels_back(self) -> None:
        state = cluster(running(replica_set=None, relabelled=True), pod_relabels=1)
        assert not pod(only(user_restores_pod_labels(state, 0))).relabelled

    @pytest.mark.parametrize("other", [terminating(), gone(), running(replica_set=None, stateful_set=0)])
    def test_the_labels_of_others_do_not_matter(self, other: Pod) -> None:
        assert disabled(user_changes_pod_labels(cluster(other, tables=constants(), pod_relabels=1), 0))
