"""The garbage collector's rules, alone and run together against an API server made of the deletion rules."""

from dataclasses import dataclass, field

from msgspec.structs import replace

from model.api.object_meta import FOREGROUND_FINALIZER, ORPHAN_FINALIZER, ObjectMeta
from model.api.owner_references import OwnerReference
from model.control_plane.apiserver.deletion import (
    DeleteOptions,
    PropagationPolicy,
    delete,
    preconditions_hold,
    removed_by_update,
)
from model.control_plane.apiserver.deletion_strategies import DefaultPolicy, Strategy, default_policy
from model.controllers.garbagecollector.absent_owners import AbsentOwners, known_absent, remembered
from model.controllers.garbagecollector.attempt_to_delete import Attempt, attempt_to_delete
from model.controllers.garbagecollector.attempt_to_orphan import finish_orphaning, orphan_dependents
from model.controllers.garbagecollector.graph import (
    Graph,
    Identity,
    Node,
    blocking_dependents,
    dependents_of,
    identity_of,
    owner_difference,
)
from model.controllers.garbagecollector.graph_builder import Change, object_found_absent, object_gone, object_observed
from model.controllers.garbagecollector.writes import (
    DeleteObject,
    RemoveFinalizer,
    RemoveOwnerReferences,
    UnblockOwnerReferences,
    Write,
    delete_after_conflict,
    patched,
    remove_finalizer,
)

NOW = 100
FOREGROUND = DeleteOptions(propagation_policy=PropagationPolicy.FOREGROUND)
BACKGROUND = DeleteOptions(propagation_policy=PropagationPolicy.BACKGROUND)
ORPHAN = DeleteOptions(propagation_policy=PropagationPolicy.ORPHAN)


def reference(uid: str, *, block: bool = False, name: str | None = None, kind: str = "Thing") -> OwnerReference:
    return OwnerReference(kind=kind, name=name or uid, uid=uid, block_owner_deletion=block)


def thing(uid: str, *owners: OwnerReference, name: str | None = None, **fields: object) -> ObjectMeta:
    meta = ObjectMeta(kind="Thing", namespace="default", name=name or uid, uid=uid, generation=1, owners=owners)
    return replace(meta, **fields)


@dataclass
class Cluster:
    """An API server, and a garbage collector that sees every write at once and works off its queues."""

    stored: dict[str, ObjectMeta] = field(default_factory=dict)
    graph: Graph = field(default_factory=dict)
    absent: AbsentOwners = ()
    to_delete: list[str] = field(default_factory=list)
    to_orphan: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)

    def create(self, *metas: ObjectMeta) -> None:
        for meta in metas:
            self.store(None, meta)

    def store(self, before: ObjectMeta | None, after: ObjectMeta) -> None:
        after = replace(after, resource_version=after.resource_version + 1)
        self.stored[after.uid] = after
        self.follow(object_observed(self.graph, before, after))

    def remove(self, meta: ObjectMeta) -> None:
        del self.stored[meta.uid]
        self.removed.append(meta.uid)
        self.follow(object_gone(self.graph, identity_of(meta)))

    def follow(self, change: Change) -> None:
        self.graph = change.graph
        self.to_delete += change.to_delete + change.to_delete_later
        self.to_orphan += change.to_orphan
        if change.absent is not None:
            self.absent = remembered(self.absent, change.absent)

    def update(self, uid: str, after: ObjectMeta) -> None:
        before = self.stored[uid]
        if removed_by_update(before, after):
            self.remove(before)
        elif before != after:
            self.store(before, after)

    def user_deletes(self, uid: str, options: DeleteOptions) -> None:
        deletion = delete(self.stored[uid], options, Strategy(), NOW)
        assert deletion.refusal is None
        if deletion.stored is not None:
            self.store(self.stored[uid], deletion.stored)
        if deletion.removed:
            self.remove(self.stored[uid])

    def execute(self, write: Write) -> bool:
        """Whether the API server accepts the write."""
        uid = write.item.uid
        match write:
            case DeleteObject(options=options):
                if preconditions_hold(self.stored[uid], options):
                    self.user_deletes(uid, options)
                    return True
                again = delete_after_conflict(write, self.stored.get(uid))
                return again is not None and self.execute(again)
            case RemoveFinalizer(finalizers=finalizers, resource_version=version):
                assert version == self.stored[uid].resource_version
                self.update(uid, replace(self.stored[uid], finalizers=finalizers))
            case RemoveOwnerReferences() | UnblockOwnerReferences():
                self.update(uid, patched(self.stored[uid], write))
        return True

    def live_by_name(self, name: str) -> ObjectMeta | None:
        return next((meta for meta in self.stored.values() if meta.name == name), None)

    def attempt(self, uid: str) -> Attempt:
        node = self.graph.get(uid)
        latest = None if node is None else self.live_by_name(node.identity.name)
        found = attempt_to_delete(
            self.graph, uid, latest, lambda owner: self.live_by_name(owner.name), absent=self.absent
        )
        self.absent = found.absent
        self.to_delete += found.to_delete
        if found.gone is not None:
            self.follow(object_found_absent(self.graph, found.gone))
        if found.again or not all(self.execute(write) for write in found.writes):
            self.to_delete.append(uid)
        return found

    def orphan(self, uid: str) -> None:
        for patch in orphan_dependents(self.graph[uid], dependents_of(self.graph, self.graph[uid])):
            self.execute(patch)
        last = finish_orphaning(self.graph[uid].identity, self.stored.get(uid))
        if last is not None:
            self.execute(last)

    def run(self) -> None:
        """Until the queues are empty; an attempt that would be made again without end fails the test."""
        for _ in range(100):
            if self.to_orphan:
                self.orphan(self.to_orphan.pop(0))
            elif self.to_delete:
                self.attempt(self.to_delete.pop(0))
            else:
                return
        raise AssertionError("the garbage collector does not come to rest")


def chain() -> Cluster:
    """A Deployment-like owner, what it owns, and what that owns."""
    cluster = Cluster()
    cluster.create(
        thing("top"), thing("middle", reference("top", block=True)), thing("bottom", reference("middle", block=True))
    )
    cluster.run()
    return cluster


def test_a_background_deletion_goes_from_the_owner_down() -> None:
    cluster = chain()
    cluster.user_deletes("top", BACKGROUND)
    assert cluster.removed == ["top"]
    cluster.run()
    assert cluster.removed == ["top", "middle", "bottom"]
    assert cluster.graph == {}


def test_a_foreground_deletion_goes_from_the_dependents_up() -> None:
    cluster = chain()
    cluster.user_deletes("top", FOREGROUND)
    assert cluster.stored["top"].deletion_timestamp == NOW
    cluster.run()
    assert cluster.removed == ["bottom", "middle", "top"]


def test_a_foreground_deletion_does_not_wait_for_a_dependent_that_does_not_block() -> None:
    cluster = Cluster()
    cluster.create(thing("owner"), thing("dependent", reference("owner")))
    cluster.user_deletes("owner", FOREGROUND)
    cluster.to_delete.remove("dependent")  # its turn comes late
    cluster.run()
    assert cluster.removed == ["owner", "dependent"]


def test_orphaned_dependents_stay_and_lose_their_reference() -> None:
    cluster = chain()
    cluster.user_deletes("top", ORPHAN)
    cluster.run()
    assert cluster.removed == ["top"]
    assert cluster.stored["middle"].owners == ()
    assert "bottom" in cluster.stored


def test_a_dependent_that_the_graph_does_not_know_yet_is_not_orphaned_but_collected() -> None:
    cluster = Cluster()
    cluster.create(thing("owner"))
    late = thing("late", reference("owner"))
    cluster.stored["late"] = late  # created; its event is still on the way
    cluster.user_deletes("owner", ORPHAN)
    cluster.run()
    cluster.follow(object_observed(cluster.graph, None, late))
    cluster.run()
    assert cluster.removed == ["owner", "late"]


def test_an_object_survives_while_one_of_its_owners_stays() -> None:
    cluster = Cluster()
    cluster.create(thing("one"), thing("two"), thing("dependent", reference("one"), reference("two")))
    cluster.user_deletes("one", BACKGROUND)
    cluster.run()
    assert cluster.stored["dependent"].owners == (reference("two"),)
    cluster.user_deletes("two", BACKGROUND)
    cluster.run()
    assert cluster.removed == ["one", "two", "dependent"]


def test_an_owner_in_foreground_deletion_lets_go_of_what_another_owner_keeps() -> None:
    cluster = Cluster()
    cluster.create(thing("one"), thing("two"), thing("dependent", reference("one", block=True), reference("two")))
    cluster.user_deletes("one", FOREGROUND)
    cluster.run()
    assert cluster.removed == ["one"]
    assert cluster.stored["dependent"].owners == (reference("two"),)


def test_an_owner_is_the_one_with_the_uid_not_the_one_with_the_name() -> None:
    cluster = Cluster()
    cluster.create(thing("new-uid", name="owner"), thing("dependent", reference("old-uid", name="owner")))
    cluster.run()
    assert cluster.removed == ["dependent"]
    assert "new-uid" in cluster.stored


def test_objects_that_block_each_other_in_a_circle_all_go() -> None:
    cluster = Cluster()
    cluster.create(thing("a", reference("b", block=True)), thing("b", reference("a", block=True)))
    cluster.run()
    cluster.user_deletes("a", FOREGROUND)
    cluster.to_delete = ["b"]
    found = cluster.attempt("b")
    assert [type(write) for write in found.writes] == [UnblockOwnerReferences, DeleteObject]
    # The DELETE carries the version from before the patch: it is refused, and the attempt is made again.
    assert cluster.stored["b"].deletion_timestamp is None
    cluster.run()
    assert sorted(cluster.removed) == ["a", "b"]


def test_an_object_with_an_unrelated_finalizer_keeps_its_dependents_waiting() -> None:
    cluster = Cluster()
    cluster.create(thing("owner", finalizers=("example.com/x",)), thing("dependent", reference("owner")))
    cluster.user_deletes("owner", BACKGROUND)
    cluster.run()
    assert cluster.removed == []
    cluster.update("owner", replace(cluster.stored["owner"], finalizers=()))
    cluster.run()
    assert cluster.removed == ["owner", "dependent"]


def test_an_unknown_owner_is_asked_for_until_it_is_seen() -> None:
    cluster = Cluster()
    owner = thing("owner")
    cluster.stored["owner"] = owner  # created; its event is still on the way
    cluster.create(thing("dependent", reference("owner")))
    assert cluster.graph["owner"].virtual
    assert cluster.to_delete == ["owner"]
    assert cluster.attempt("owner") == Attempt(again=True)
    cluster.follow(object_observed(cluster.graph, None, owner))
    assert not cluster.graph["owner"].virtual
    assert cluster.attempt("owner") == Attempt()


def test_a_dependent_of_an_owner_that_never_was_is_collected() -> None:
    cluster = Cluster()
    cluster.create(thing("dependent", reference("nobody")))
    assert cluster.attempt("nobody").gone == cluster.absent[0]
    cluster.run()
    assert cluster.removed == ["dependent"]


def test_an_owner_in_another_namespace_counts_as_absent() -> None:
    graph: Graph = object_observed({}, None, replace(thing("owner"), namespace="elsewhere")).graph
    change = object_observed(graph, None, thing("dependent", reference("owner")))
    assert change.to_delete == ("dependent",)
    found = attempt_to_delete(change.graph, "dependent", thing("dependent", reference("owner")), lambda _: None)
    assert [type(write) for write in found.writes] == [DeleteObject]


def test_a_cluster_scoped_object_with_a_namespaced_owner_is_given_up() -> None:
    meta = replace(thing("item", reference("owner", kind="Namespaced")), namespace="")
    graph = object_observed({}, None, meta).graph
    found = attempt_to_delete(graph, "item", meta, lambda _: None, namespaced=lambda kind: kind == "Namespaced")
    assert found == Attempt()


def test_an_owner_of_an_unknown_kind_is_tried_again() -> None:
    meta = thing("item", reference("owner", kind="New"))
    graph = object_observed({}, None, meta).graph
    found = attempt_to_delete(
        graph, "item", meta, lambda _: None, namespaced=lambda kind: None if kind == "New" else True
    )
    assert found == Attempt(again=True)


def test_an_object_that_is_being_deleted_is_left_alone() -> None:
    meta = thing("item", reference("gone"), deletion_timestamp=NOW, finalizers=("example.com/x",))
    graph = object_observed({}, None, meta).graph
    assert attempt_to_delete(graph, "item", meta, lambda _: None) == Attempt()


def test_a_recreated_object_is_not_deleted_for_the_old_one() -> None:
    meta = thing("old", reference("gone"), name="item")
    graph = object_observed({}, None, meta).graph
    found = attempt_to_delete(graph, "old", thing("new", name="item"), lambda _: None)
    assert found == Attempt(gone=identity_of(meta))


def test_a_deletion_honours_the_finalizers_that_are_there() -> None:
    policies = {}
    for finalizer in (ORPHAN_FINALIZER, FOREGROUND_FINALIZER, "example.com/x"):
        meta = thing("item", reference("gone"), finalizers=(finalizer,), resource_version=7)
        graph = object_observed({}, None, meta).graph
        (write,) = attempt_to_delete(graph, "item", meta, lambda _: None).writes
        assert isinstance(write, DeleteObject)
        assert (write.options.uid, write.options.resource_version) == ("item", 7)
        policies[finalizer] = write.options.propagation_policy
    assert list(policies.values()) == [
        PropagationPolicy.ORPHAN,
        PropagationPolicy.FOREGROUND,
        PropagationPolicy.BACKGROUND,
    ]


def test_an_unblocked_owner_is_attempted_at_once() -> None:
    graph = object_observed({}, None, thing("owner")).graph
    blocking = thing("dependent", reference("owner", block=True))
    graph = object_observed(graph, None, blocking).graph
    assert [each.identity.uid for each in blocking_dependents(graph, graph["owner"])] == ["dependent"]
    unblocked = object_observed(graph, blocking, thing("dependent", reference("owner")))
    assert unblocked.to_delete == ("owner",)
    assert blocking_dependents(unblocked.graph, unblocked.graph["owner"]) == ()
    released = object_observed(graph, blocking, thing("dependent"))
    assert released.to_delete == ("owner",)
    assert released.graph["owner"].dependents == ()


def test_differences_between_owner_references_go_by_uid() -> None:
    kept, changed, removed, added = reference("a"), reference("b"), reference("c"), reference("d")
    after = reference("b", block=True)
    difference = owner_difference((kept, changed, removed), (kept, after, added))
    assert difference.added == (added,)
    assert difference.removed == (removed,)
    assert difference.changed == ((changed, after),)


def test_dependents_that_disagree_about_an_owner_are_told_apart() -> None:
    graph: Graph = {}
    for meta in (thing("right", reference("uid", name="b")), thing("wrong", reference("uid", name="a"))):
        graph = object_observed(graph, None, meta).graph
    assert graph["uid"].identity.name == "b"
    change = object_found_absent(graph, graph["uid"].identity)
    assert change.to_delete == ("right",)
    assert change.to_delete_later == ("uid",)
    assert change.graph["uid"].identity.name == "a"
    seen = object_observed(change.graph, None, thing("uid", name="c"))
    assert seen.to_delete == ("right", "wrong")


def test_an_observed_object_stays_in_the_graph_when_another_of_its_uid_is_absent() -> None:
    graph = object_observed({}, None, thing("uid", name="real")).graph
    graph = object_observed(graph, None, thing("dependent", reference("uid", name="imagined"))).graph
    imagined = Identity(kind="Thing", namespace="default", name="imagined", uid="uid")
    change = object_found_absent(graph, imagined)
    assert "uid" in change.graph
    assert change.to_delete == ("dependent",)
    assert change.absent == imagined


def test_a_delete_is_repeated_without_a_version_only_if_the_owners_are_the_same() -> None:
    before = thing("item", reference("gone"), resource_version=1)
    options = DeleteOptions(uid="item", resource_version=1, propagation_policy=PropagationPolicy.BACKGROUND)
    refused = DeleteObject(identity_of(before), options, before.owners)
    again = delete_after_conflict(refused, replace(before, resource_version=2))
    assert again is not None
    assert again.options.resource_version is None
    assert delete_after_conflict(again, replace(before, resource_version=3)) is None
    assert delete_after_conflict(refused, thing("item", resource_version=2)) is None
    assert delete_after_conflict(refused, thing("other", reference("gone"), resource_version=2)) is None
    assert delete_after_conflict(refused, before) is None
    assert delete_after_conflict(refused, None) is None


def test_a_finalizer_that_is_gone_is_not_removed_again() -> None:
    item = identity_of(thing("item"))
    assert remove_finalizer(item, None, ORPHAN_FINALIZER) is None
    assert remove_finalizer(item, thing("item", finalizers=("x",)), ORPHAN_FINALIZER) is None
    both = thing("item", finalizers=("x", ORPHAN_FINALIZER), resource_version=4)
    assert remove_finalizer(item, both, ORPHAN_FINALIZER) == RemoveFinalizer(item, ("x",), 4)


def test_absent_owners_are_forgotten_when_there_are_too_many() -> None:
    identities = [Identity(kind="Thing", name=name, uid=name) for name in "abc"]
    absent: AbsentOwners = ()
    for identity in [*identities[:2], identities[0], identities[2]]:
        absent = remembered(absent, identity, size=2)
    assert absent == (identities[0], identities[2])
    assert known_absent(absent, reference("a"), "default") == identities[0]
    assert known_absent(absent, reference("b"), "default") is None


def test_a_job_leaves_its_pods_behind_by_default() -> None:
    assert default_policy("Job") is DefaultPolicy.ORPHAN_DEPENDENTS
    deletion = delete(thing("job"), DeleteOptions(), Strategy(default_policy=default_policy("Job")), NOW)
    assert deletion.stored is not None
    assert deletion.stored.finalizers == (ORPHAN_FINALIZER,)
    assert delete(thing("cron"), DeleteOptions(), Strategy(default_policy=default_policy("CronJob")), NOW).removed


def test_a_gone_object_wakes_the_owner_that_waits_for_it() -> None:
    graph = {
        "owner": Node(
            identity=identity_of(thing("owner")), dependents=("item",), being_deleted=True, deleting_dependents=True
        ),
        "item": Node(identity=identity_of(thing("item")), owners=(reference("owner", block=True),)),
    }
    change = object_gone(graph, identity_of(thing("item")))
    assert change.to_delete == ("owner",)
    assert change.graph["owner"].dependents == ()
    assert change.absent is None
