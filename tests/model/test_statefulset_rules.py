"""The StatefulSet controller's rules, where Kubernetes' own cases do not look."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from model.api.controller_revisions import ControllerRevision
from model.api.objects import Pod, PodPhase
from model.api.owner_references import OwnerReference
from model.api.persistent_volume_claims import PersistentVolumeClaim
from model.api.refusals import Refusal
from model.api.stateful_sets import PodManagementPolicy, RetentionPolicy, StatefulSet, UpdateStrategy
from model.controllers.history import (
    HASH_LABEL,
    CreateControllerRevision,
    DeleteControllerRevision,
    controller_revision_name,
    find_name,
    hash_controller_revision,
    revisions_beyond_history,
)
from model.controllers.statefulset.new_pod import new_stateful_set_pod, pod_revision
from model.controllers.statefulset.replicas import batches
from model.controllers.statefulset.retention import POD, STATEFUL_SET, owners_up_to_date, with_owners
from model.controllers.statefulset.revisions import Revisions, get_revisions
from model.controllers.statefulset.status import StatefulSetStatus, with_status
from model.controllers.statefulset.sync import Sync, sync
from model.controllers.statefulset.update import Outcome, update_stateful_set
from model.controllers.statefulset.writes import (
    CreateClaim,
    CreatePod,
    DeletePod,
    Obstacle,
    UpdateClaim,
    UpdatePod,
    UpdateStatefulSetStatus,
    Write,
    run,
)

OLD = ControllerRevision(name="old", data="old", revision=1, controller="set", labels={"app": "web", HASH_LABEL: "o"})
NEW = ControllerRevision(name="new", data="new", revision=2, controller="set", labels={"app": "web", HASH_LABEL: "n"})
DATA = PersistentVolumeClaim(name="data", labels={"tier": "db"})


def web(**fields: Any) -> StatefulSet:
    """A StatefulSet that is up to date."""
    given = {"name": "web", "uid": "set", "template": "new", "current_revision": "new", "match_labels": {"app": "web"}}
    return StatefulSet(**(given | fields))


def pod(subject: StatefulSet, ordinal: int, revision: ControllerRevision = NEW, **fields: Any) -> Pod:
    """A Pod that has been ready for long."""
    made = new_stateful_set_pod(subject, revision, ordinal)
    up: dict[str, Any] = {"uid": f"uid-{ordinal}", "phase": PodPhase.RUNNING, "ready": True, "ready_since": 0}
    return replace(made, **(up | fields))


def passing(
    subject: StatefulSet, pods: Sequence[Pod], claims: Sequence[PersistentVolumeClaim] = (), **options: Any
) -> tuple[Outcome, list[Write]]:
    """One pass, without the write of the status."""
    outcome, writes = run(update_stateful_set(subject, pods, [OLD, NEW], claims, 100, **options))
    return outcome, [write for write in writes if not isinstance(write, UpdateStatefulSetStatus)]


def refusing(**refusals: Refusal) -> Any:
    """An API server that refuses writes of the named kinds."""
    return lambda write, _: refusals.get(type(write).__name__)


def owner(kind: str, name: str, uid: str, controller: bool = True) -> OwnerReference:
    return OwnerReference(kind=kind, name=name, uid=uid, controller=controller)


class TestStuckRollout:
    def test_a_reverted_template_does_not_replace_the_pod_that_never_becomes_ready(self) -> None:
        subject = web(replicas=2, template="old", current_revision="old")
        pods = [pod(subject, 0, OLD), pod(subject, 1, NEW, ready=False)]
        assert passing(subject, pods)[1][1:] == []

    def test_deleting_that_pod_by_hand_frees_it(self) -> None:
        subject = web(replicas=2, template="new", current_revision="old")
        (created,) = passing(subject, [pod(subject, 0, OLD)])[1]
        assert isinstance(created, CreatePod)
        assert pod_revision(created.pod) == "new"

    def test_parallel_replaces_it(self) -> None:
        subject = web(replicas=2, current_revision="old", pod_management_policy=PodManagementPolicy.PARALLEL)
        pods = [pod(subject, 0, OLD), pod(subject, 1, OLD, ready=False)]
        assert passing(subject, pods)[1] == [DeletePod("web-1")]

    def test_with_max_unavailable_the_pod_uses_up_the_budget_of_its_own_replacement(self) -> None:
        subject = web(replicas=2, current_revision="old", pod_management_policy=PodManagementPolicy.PARALLEL)
        pods = [pod(subject, 0, OLD), pod(subject, 1, OLD, ready=False)]
        assert passing(subject, pods, max_unavailable_enabled=True)[1] == []


class TestScalingDown:
    def test_two_pods_that_are_not_ready_block_each_other(self) -> None:
        subject = web(replicas=1)
        pods = [pod(subject, 0), pod(subject, 1, ready=False), pod(subject, 2, ready=False)]
        assert passing(subject, pods)[1] == []
        assert passing(subject, [*pods[:2], pod(subject, 2)])[1] == [DeletePod("web-2")]
        assert passing(subject, pods[:2])[1] == [DeletePod("web-1")]

    def test_a_replica_that_is_not_ready_blocks_it(self) -> None:
        subject = web(replicas=1)
        assert passing(subject, [pod(subject, 0, ready=False), pod(subject, 1)])[1] == []

    def test_parallel_deletes_all_at_once_whatever_their_health(self) -> None:
        subject = web(replicas=1, pod_management_policy=PodManagementPolicy.PARALLEL)
        pods = [pod(subject, ordinal, ready=False) for ordinal in range(4)]
        assert passing(subject, pods)[1] == [DeletePod("web-3"), DeletePod("web-2"), DeletePod("web-1")]

    def test_a_pod_without_an_ordinal_is_left_alone(self) -> None:
        subject = web(replicas=0)
        assert passing(subject, [replace(pod(subject, 0), name="web-99999999999")])[1] == []


class TestClaims:
    subject = web(replicas=1, volume_claim_templates=(DATA,))

    def test_the_claim_is_created_before_its_pod(self) -> None:
        claim, created = passing(self.subject, [])[1]
        labels = {"tier": "db", "app": "web"}
        assert claim == CreateClaim(PersistentVolumeClaim(name="data-web-0", labels=labels))
        assert isinstance(created, CreatePod)
        assert created.pod.claims == {"data": "data-web-0"}
        assert created.pod.labels["app"] == "web"
        assert HASH_LABEL not in created.pod.labels

    def test_without_its_claim_there_is_no_pod(self) -> None:
        going = PersistentVolumeClaim(name="data-web-0", deleting=True)
        outcome, writes = passing(self.subject, [], [going])
        assert (outcome.errors, writes) == ((Obstacle.CLAIM_IS_BEING_DELETED,), [])
        steps = update_stateful_set(self.subject, [], [OLD, NEW])
        outcome, accepted = run(steps, refusing(CreateClaim=Refusal.FORBIDDEN))
        assert outcome.errors == (Refusal.FORBIDDEN,)
        assert [type(write) for write in accepted] == [UpdateStatefulSetStatus]

    def test_a_pending_pod_gets_the_claims_that_it_waits_for(self) -> None:
        waiting = pod(self.subject, 0, phase=PodPhase.PENDING, ready=False)
        assert [type(write) for write in passing(self.subject, [waiting])[1]] == [CreateClaim]

    def test_a_pod_that_lost_its_identity_and_storage_gets_them_back(self) -> None:
        stray = pod(self.subject, 0, labels={"controller-revision-hash": "new"}, claims={"tmp": "x", "data": "y"})
        claim, updated = passing(self.subject, [stray])[1]
        assert isinstance(claim, CreateClaim)
        assert isinstance(updated, UpdatePod)
        assert updated.pod.claims == {"tmp": "x", "data": "data-web-0"}
        assert updated.pod.labels["statefulset.kubernetes.io/pod-name"] == "web-0"

    def test_the_claim_of_a_condemned_pod_is_handed_over_before_the_pod_is_deleted(self) -> None:
        subject = replace(self.subject, replicas=0, when_scaled=RetentionPolicy.DELETE)
        claim = PersistentVolumeClaim(name="data-web-0")
        handed, deleted = passing(subject, [pod(subject, 0)], [claim])[1]
        assert handed == UpdateClaim(replace(claim, owners=(owner(POD, "web-0", "uid-0"),)))
        assert deleted == DeletePod("web-0")
        steps = update_stateful_set(subject, [pod(subject, 0)], [OLD, NEW], [claim])
        outcome, accepted = run(steps, refusing(UpdateClaim=Refusal.CONFLICT))
        assert outcome.errors == (Refusal.CONFLICT,)
        assert DeletePod("web-0") not in accepted

    def test_a_claim_that_goes_with_the_last_pod_of_that_name_delays_the_next(self) -> None:
        stale = PersistentVolumeClaim(name="data-web-0", owners=(owner(POD, "web-0", "earlier"),))
        assert passing(replace(self.subject, when_scaled=RetentionPolicy.DELETE), [], [stale])[1] == []
        assert [type(write) for write in passing(self.subject, [], [stale])[1]] == [CreatePod]

    def test_a_claim_that_somebody_else_controls_is_not_touched_but_for_our_references(self) -> None:
        subject = replace(self.subject, when_deleted=RetentionPolicy.DELETE)
        foreign = owner("Backup", "b", "b")
        claim = PersistentVolumeClaim(name="data-web-0", owners=(foreign,))
        assert owners_up_to_date(claim, subject, pod(subject, 0))
        both = replace(claim, owners=(owner(STATEFUL_SET, "web", "set"), foreign))
        assert not owners_up_to_date(both, subject, pod(subject, 0))
        assert with_owners(both, subject, pod(subject, 0)) == claim

    def test_an_owner_that_is_no_controller_becomes_one(self) -> None:
        subject = replace(self.subject, when_deleted=RetentionPolicy.DELETE)
        claim = PersistentVolumeClaim(name="c", owners=(owner(STATEFUL_SET, "web", "set", controller=False),))
        assert not owners_up_to_date(claim, subject, pod(subject, 0))
        assert with_owners(claim, subject, pod(subject, 0)).owners == (owner(STATEFUL_SET, "web", "set"),)

    def test_references_of_an_earlier_set_are_left_to_the_garbage_collector(self) -> None:
        subject = replace(self.subject, when_deleted=RetentionPolicy.DELETE)
        claim = PersistentVolumeClaim(name="c", owners=(owner(STATEFUL_SET, "web", "earlier"),))
        assert owners_up_to_date(claim, subject, pod(subject, 0))

    def test_in_parallel_the_cached_claim_is_written_twice_and_the_second_time_refused(self) -> None:
        subject = replace(
            self.subject, when_deleted=RetentionPolicy.DELETE, pod_management_policy=PodManagementPolicy.PARALLEL
        )
        outcome, writes = passing(subject, [], [PersistentVolumeClaim(name="data-web-0")])
        assert outcome.errors == (Refusal.CONFLICT,)
        assert [type(write) for write in writes] == [CreatePod, UpdateClaim]


class TestRefusals:
    def test_in_parallel_a_refused_create_ends_the_sync_after_its_batch(self) -> None:
        subject = web(replicas=5, pod_management_policy=PodManagementPolicy.PARALLEL)

        def refuses_the_second(write: Write, earlier: Sequence[Write]) -> Refusal | None:
            return Refusal.FORBIDDEN if isinstance(write, CreatePod) and write.pod.name == "web-1" else None

        outcome, writes = run(update_stateful_set(subject, [], [OLD, NEW]), refuses_the_second)
        assert [write.pod.name for write in writes if isinstance(write, CreatePod)] == ["web-0", "web-2"]
        assert outcome.errors == (Refusal.FORBIDDEN,)
        assert isinstance(writes[-1], UpdateStatefulSetStatus)

    def test_a_pod_that_exists_already_is_an_error_and_one_that_is_gone_already_is_none(self) -> None:
        steps = update_stateful_set(web(replicas=1), [], [OLD, NEW])
        assert run(steps, refusing(CreatePod=Refusal.ALREADY_EXISTS))[0].errors == (Refusal.ALREADY_EXISTS,)
        subject = web(replicas=0)
        steps = update_stateful_set(subject, [pod(subject, 0)], [OLD, NEW])
        assert run(steps, refusing(DeletePod=Refusal.NOT_FOUND))[0].errors == ()

    def test_a_refused_delete_for_the_update_is_not_counted(self) -> None:
        subject = web(replicas=2, current_revision="old")
        pods = [pod(subject, 0, OLD), pod(subject, 1, OLD)]
        refused, _ = run(update_stateful_set(subject, pods, [OLD, NEW]), refusing(DeletePod=Refusal.FORBIDDEN))
        accepted, _ = run(update_stateful_set(subject, pods, [OLD, NEW]))
        assert refused.status is not None
        assert accepted.status is not None
        assert (refused.status.current_replicas, accepted.status.current_replicas) == (2, 1)

    def test_an_invalid_max_unavailable_keeps_even_the_status_from_being_written(self) -> None:
        subject = web(replicas=0, max_unavailable="x", generation=2)
        outcome, writes = run(update_stateful_set(subject, [], [OLD, NEW], max_unavailable_enabled=True))
        assert (outcome.errors, writes) == ((Obstacle.INVALID_MAX_UNAVAILABLE,), ())

    def test_batches_double_up_to_a_limit(self) -> None:
        sizes = [len(batch) for batch in batches([Pod()] * 2000)]
        assert sizes == [1, 2, 4, 8, 16, 32, 64, 128, 256, 500, 500, 489]


class TestRevisions:
    def test_the_hash_is_that_of_a_real_cluster(self) -> None:
        patch = (
            '{"spec":{"template":{"$patch":"replace","metadata":{"annotations":{"test":"value"},"labels":{"app":"foo"}}'
            ',"spec":{"containers":[{"image":"test","imagePullPolicy":"Always","name":"test","resources":{},'
            '"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File"}],"dnsPolicy":'
            '"ClusterFirst","restartPolicy":"Always","schedulerName":"default-scheduler","securityContext":{},'
            '"terminationGracePeriodSeconds":30}}}}'
        )
        assert controller_revision_name("test", hash_controller_revision(patch, 0)) == "test-776999688b"

    def test_a_long_name_is_cut(self) -> None:
        assert controller_revision_name("x" * 230, "h") == "x" * 223 + "-h"

    def test_a_name_that_is_taken_by_another_template_is_a_collision(self) -> None:
        proposed = ControllerRevision(name="web-0", data="a")
        taken = ControllerRevision(name="web-0", data="b")
        found = find_name("web", proposed, 0, [taken], lambda _, count: str(count))
        assert (found.revision.name, found.collision_count, found.exists) == ("web-1", 1, False)
        same = replace(taken, name="web-1", data="a", revision=7)
        found = find_name("web", proposed, 0, [taken, same], lambda _, count: str(count))
        assert (found.revision, found.collision_count, found.exists) == (same, 1, True)

    def test_a_template_that_differs_in_new_defaults_alone_is_the_latest_revision(self) -> None:
        subject = web(template="new with defaults")
        found, writes = run(get_revisions(subject, [OLD, NEW], defaulting=lambda data: f"{data} with defaults"))
        assert isinstance(found, Revisions)
        assert (found.update, writes) == (NEW, ())
        _, writes = run(get_revisions(subject, [OLD, NEW]))
        assert [type(write) for write in writes] == [CreateControllerRevision]

    def test_only_revisions_that_nobody_needs_are_deleted(self) -> None:
        older = [ControllerRevision(name=str(number), data=number, revision=-number) for number in range(1, 5)]
        subject = web(replicas=1, revision_history_limit=1)
        pods = [pod(subject, 0, older[3])]
        _, writes = run(update_stateful_set(subject, pods, [*older, OLD, NEW]))
        assert [write.name for write in writes if isinstance(write, DeleteControllerRevision)] == ["3", "2", "1"]
        assert revisions_beyond_history(older, lambda _: False, -1) == []

    def test_if_the_revision_cannot_be_created_nothing_else_happens(self) -> None:
        subject = web(template="newer", replicas=3)
        steps = update_stateful_set(subject, [], [OLD, NEW])
        outcome, writes = run(steps, refusing(CreateControllerRevision=Refusal.FORBIDDEN))
        assert outcome == Outcome(None, (Refusal.FORBIDDEN,))
        assert writes == ()


class TestStatus:
    def test_an_update_is_complete_once_all_are_ready(self) -> None:
        subject = web(replicas=2, current_revision="old", min_ready_seconds=1000)
        outcome, _ = passing(subject, [pod(subject, 0), pod(subject, 1)])
        assert outcome.status == StatefulSetStatus(
            observed_generation=1,
            replicas=2,
            ready_replicas=2,
            current_replicas=2,
            updated_replicas=2,
            current_revision="new",
            update_revision="new",
        )

    def test_on_delete_never_completes_and_never_deletes(self) -> None:
        subject = web(replicas=2, current_revision="old", update_strategy=UpdateStrategy.ON_DELETE, partition=None)
        outcome, writes = passing(subject, [pod(subject, 0), pod(subject, 1)])
        assert outcome.status is not None
        assert outcome.status.current_revision == "old"
        assert passing(subject, [pod(subject, 0, OLD), pod(subject, 1)])[1] == writes == []

    def test_it_is_written_only_if_it_says_anything_new(self) -> None:
        subject = web(replicas=1)
        outcome, writes = run(update_stateful_set(subject, [pod(subject, 0)], [OLD, NEW]))
        assert [type(write) for write in writes] == [UpdateStatefulSetStatus]
        assert outcome.status is not None
        stored = with_status(subject, outcome.status)
        assert run(update_stateful_set(stored, [pod(subject, 0)], [OLD, NEW]))[1] == ()
        assert run(update_stateful_set(replace(stored, generation=2), [pod(subject, 0)], [OLD, NEW]))[1] != ()

    def test_of_a_set_that_is_being_deleted_only_the_status_is_written(self) -> None:
        subject = web(replicas=3, deleting=True)
        assert passing(subject, [pod(subject, 0, phase=PodPhase.FAILED)])[1] == []


class TestSync:
    def one(self, subject: StatefulSet, pods: Sequence[Pod], can_adopt: bool = True, **fields: Any) -> Sync:
        revisions = [OLD, replace(NEW, **fields)]
        return sync(
            subject, pods, revisions, [], 100, selected=lambda labels: labels.get("app") == "web", can_adopt=can_adopt
        )

    def test_it_claims_by_name_as_well_as_by_selector(self) -> None:
        subject = web(replicas=1)
        orphan = replace(pod(subject, 0), controller=None)
        stranger = replace(pod(subject, 1), name="other-1")
        result = self.one(subject, [orphan, stranger])
        assert (result.adopted, result.released) == ((orphan,), (stranger,))
        assert not any(isinstance(write, CreatePod | DeletePod) for write in result.writes)

    def test_it_adopts_orphaned_revisions_first(self) -> None:
        subject = web(replicas=1)
        assert self.one(subject, [], controller=None).adopted_revisions == (replace(NEW, controller=None),)
        assert self.one(subject, [], controller=None, can_adopt=False) == Sync(error=True)
        assert not self.one(subject, [], can_adopt=False).error

    def test_it_looks_again_when_a_pod_becomes_available(self) -> None:
        subject = web(replicas=2, min_ready_seconds=30)
        assert self.one(subject, [pod(subject, 0), pod(subject, 1, ready_since=90)]).requeue_after == 20
        assert self.one(subject, [pod(subject, 0), pod(subject, 1)]).requeue_after is None
        assert self.one(subject, [pod(subject, 0, ready_since=None)]).requeue_after == 30

    def test_the_next_pod_waits_until_the_one_before_is_available(self) -> None:
        subject = web(replicas=2, min_ready_seconds=30)
        assert not any(
            isinstance(write, CreatePod) for write in self.one(subject, [pod(subject, 0, ready_since=90)]).writes
        )
        assert any(
            isinstance(write, CreatePod) for write in self.one(subject, [pod(subject, 0, ready_since=70)]).writes
        )
