"""Volumes that one node at a time can mount: attaching, detaching, and who waits for them."""

from typing import Any

import pytest

from checker.state import Pool
from model.api.objects import PodPhase
from model.cluster import Cluster, Constants
from model.control_plane.scheduler.actions import scheduler_binds
from model.controllers.attachdetach.actions import (
    attach_detach_controller_attaches,
    attach_detach_controller_detaches,
)
from model.controllers.attachdetach.volumes import may_attach, may_detach, multi_attach_allowed, wants_volume
from model.node.kubelet import kubelet_pulls_images
from model.rows.pod import Container, Pod
from model.rows.pod_template import PodTemplate
from model.rows.volume import AccessMode, Volume, VolumeSpec
from model.scenarios import steady_states
from properties.volume_on_one_node import volumes_in_use_twice
from tests.model.clusters import APP, cluster, constants, disabled, machine, only, pending, running, terminating

ONCE, ONLY_MANY, MANY, ONE_POD = AccessMode


def tables(*modes: AccessMode, local: bool = False) -> Constants:
    template = PodTemplate(name="v1", containers=(APP,), claims=("data",))
    known = constants(nodes=(machine("node-a"), machine("node-b")), revisions=1)
    fields = {name: getattr(known, name) for name in known.__struct_fields__}
    volume = VolumeSpec(claim="data", access_modes=modes or (ONCE,), local=local)
    return Constants(**{**fields, "templates": (template,), "volumes": (volume,)})


def with_volume(*pods: Pod, attached: int | None = None, known: Constants | None = None, **fields: Any) -> Cluster:
    state = cluster(*pods, tables=known or tables(), down=fields.pop("down", ()))
    return state.set(volumes=Pool.of([Volume(attached=attached, **fields)]))


def attached(state: Cluster) -> int | None:
    volume = state.volumes[0]
    assert volume is not None
    return volume.attached


def test_only_modes_with_many_let_several_nodes_mount_a_volume() -> None:
    assert [multi_attach_allowed((mode,)) for mode in (ONCE, ONLY_MANY, MANY, ONE_POD)] == [False, True, True, False]
    assert multi_attach_allowed(())
    assert multi_attach_allowed((ONCE, MANY))
    assert not may_attach((ONCE,), attached_elsewhere=True)
    assert may_attach((ONCE,), attached_elsewhere=False)
    assert may_attach((MANY,), attached_elsewhere=True)


@pytest.mark.parametrize(
    ("phase", "deleting", "runs", "wants"),
    [
        (PodPhase.RUNNING, False, False, True),
        (PodPhase.RUNNING, True, True, True),
        (PodPhase.RUNNING, True, False, False),
        (PodPhase.FAILED, False, True, False),
        (PodPhase.SUCCEEDED, False, False, False),
    ],
)
def test_a_pod_wants_its_volume_until_it_is_terminated(
    phase: PodPhase, deleting: bool, runs: bool, wants: bool
) -> None:
    assert wants_volume(phase, deleting, runs) == wants


def test_a_volume_is_detached_when_unmounted_or_by_force_from_a_node_that_is_not_ready() -> None:
    assert may_detach(wanted=False, mounted=False, node_ready=True, waited_long=False)
    assert not may_detach(wanted=True, mounted=False, node_ready=True, waited_long=True)
    assert not may_detach(wanted=False, mounted=True, node_ready=True, waited_long=True)
    assert not may_detach(wanted=False, mounted=True, node_ready=False, waited_long=False)
    assert may_detach(wanted=False, mounted=True, node_ready=False, waited_long=True)


def test_a_free_volume_is_attached_to_a_node_where_a_pod_waits_for_it() -> None:
    state = with_volume(pending(node=1))
    assert attached(only(attach_detach_controller_attaches(state, 0, 1))) == 1
    assert disabled(attach_detach_controller_attaches(state, 0, 0))


def test_a_volume_that_another_node_has_is_not_attached() -> None:
    assert disabled(attach_detach_controller_attaches(with_volume(running(), pending(node=1), attached=0), 0, 1))


def test_a_local_volume_stays_where_it_was_first_used() -> None:
    state = with_volume(pending(node=1), known=tables(local=True))
    volume = only(attach_detach_controller_attaches(state, 0, 1)).volumes[0]
    assert volume == Volume(attached=1, home=1)
    unbound = with_volume(pending(), known=tables(local=True), attached=None, home=1)
    assert disabled(scheduler_binds(unbound, 0, 0))
    assert not disabled(scheduler_binds(unbound, 0, 1))


def test_a_pod_starts_only_where_its_volume_is_attached() -> None:
    assert disabled(kubelet_pulls_images(with_volume(pending(node=1), attached=0), 0))
    assert not disabled(kubelet_pulls_images(with_volume(pending(node=1), attached=1), 0))


def test_a_second_pod_of_a_volume_for_one_pod_is_not_scheduled() -> None:
    busy = with_volume(running(), pending(), attached=0, known=tables(ONE_POD))
    assert disabled(scheduler_binds(busy, 1, 0))
    assert not disabled(scheduler_binds(with_volume(running(), pending(), attached=0), 1, 0))


def test_a_volume_is_detached_once_nobody_uses_it() -> None:
    assert disabled(attach_detach_controller_detaches(with_volume(running(), attached=0), 0, 0))
    stopping = with_volume(terminating(Container.STOPPING), attached=0)
    assert disabled(attach_detach_controller_detaches(stopping, 0, 0))
    stopped = with_volume(terminating(Container.EXITED), attached=0)
    assert disabled(attach_detach_controller_detaches(stopped, 0, 0))
    assert attached(only(attach_detach_controller_detaches(with_volume(attached=0), 0, 0))) is None


def test_a_volume_is_mounted_from_when_the_kubelet_takes_the_pod_on() -> None:
    pulling = with_volume(running(containers=(Container.WAITING,), deleting=True), attached=0)
    assert disabled(attach_detach_controller_detaches(pulling, 0, 0))


def test_a_node_that_is_down_keeps_a_volume_until_it_is_known_not_to_be_ready() -> None:
    gone = with_volume(attached=0, down=(0,))
    assert disabled(attach_detach_controller_detaches(gone, 0, 0))
    node = gone.nodes[0]
    assert node is not None
    assert attached(only(attach_detach_controller_detaches(gone.update(node, ready=False), 0, 0))) is None


def test_pods_that_share_a_volume_begin_on_one_node() -> None:
    states = list(steady_states(tables(), (2,), pod_slots=2, budgets={}))
    assert [[pod.node for pod in state.pods] for state in states] == [[0, 0], [1, 1]]
    assert [attached(state) for state in states] == [0, 1]


def test_containers_on_two_nodes_that_use_one_volume_offend() -> None:
    assert volumes_in_use_twice.offenders(with_volume(running(), running(node=1), attached=1)) == [
        "PersistentVolumeClaim data: containers on two nodes use its volume"
    ]
    assert volumes_in_use_twice.offenders(with_volume(running(), running(), attached=0)) == []
    assert volumes_in_use_twice.offenders(with_volume(running(), pending(node=1), attached=0)) == []
