"""What the Pod garbage collector decides, where no conformance case says so."""

from model.api.objects import Pod, PodPhase
from model.api.refusals import Refusal
from model.control_plane.scheduler.filters import Node
from model.controllers.podgc.gc import DELETION_BY_POD_GC, DeletePod, MarkFailed, Write, gc

RUNNING = Pod(name="p", node="n", phase=PodPhase.RUNNING)


def test_an_orphan_is_marked_with_the_reason_before_it_is_deleted() -> None:
    first = gc([RUNNING], [], 0)
    assert (first.writes, first.quarantine) == ((), {"n": 40})
    second = gc([RUNNING], [], 40, quarantine=first.quarantine)
    assert second.writes == (MarkFailed(RUNNING, DELETION_BY_POD_GC), DeletePod(RUNNING))
    assert second.quarantine == {"n": 80}


def test_an_orphan_that_has_finished_is_not_marked() -> None:
    finished = Pod(name="p", node="n", phase=PodPhase.SUCCEEDED)
    assert gc([finished], [], 40, quarantine={"n": 40}).writes == (DeletePod(finished),)


def test_a_node_in_the_api_server_is_not_gone_though_the_cache_lacks_it() -> None:
    assert gc([RUNNING], [], 40, quarantine={"n": 40}, live_nodes=["n"]).writes == ()


def test_a_node_that_comes_back_keeps_its_place_in_quarantine() -> None:
    back = gc([RUNNING], [Node(name="n")], 20, quarantine={"n": 40})
    assert back.quarantine == {"n": 40}
    assert gc([RUNNING], [], 30, quarantine=back.quarantine).quarantine == {"n": 40}
    assert gc([RUNNING], [Node(name="n")], 40, quarantine=back.quarantine).quarantine == {}


def test_a_pod_that_cannot_be_marked_is_not_deleted() -> None:
    leaving = Pod(name="p", phase=PodPhase.RUNNING, deleting=True)

    def answer(write: Write) -> Refusal | None:
        return Refusal.CONFLICT if isinstance(write, MarkFailed) else None

    assert gc([leaving], [], 0).writes == (MarkFailed(leaving), DeletePod(leaving))
    assert gc([leaving], [], 0, answer=answer).writes == ()


def test_a_delete_that_is_refused_leaves_a_failed_pod() -> None:
    leaving = Pod(name="p", phase=PodPhase.RUNNING, deleting=True)

    def answer(write: Write) -> Refusal | None:
        return Refusal.FORBIDDEN if isinstance(write, DeletePod) else None

    assert gc([leaving], [], 0, answer=answer).writes == (MarkFailed(leaving),)
