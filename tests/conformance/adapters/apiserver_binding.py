"""Cases about the binding of a Pod to a Node."""

from model.api.conditions import POD_SCHEDULED, condition_of
from model.api.objects import Pod, PodPhase
from model.control_plane.apiserver.binding import Binding, bind
from tests.conformance.registry import Case, adapter

UIDS = {None: None, True: "uid", False: "other"}


@adapter("apiserver_pod_binding")
def binding(given: Case, expected: Case) -> Case:
    asked = given["binding"]
    before = Pod(
        name="pod",
        uid="uid",
        labels=given["pod"]["labels"],
        node=given["pod"]["node_name"],
        phase=PodPhase(given["pod"]["phase"]),
        deleting=given["pod"]["terminating"],
        scheduling_gates=tuple(f"gate-{number}" for number in range(given["pod"]["scheduling_gates"])),
        nominated_node=given["pod"]["nominated_node"],
    )
    bound = bind(
        None if given["pod_missing"] else before,
        Binding(
            name="pod",
            node=asked["target"],
            target_kind=asked["target_kind"],
            labels=asked["labels"] or {},
            uid=UIDS[asked["uid_matches"]],
        ),
        now=0,
        name_in_url="pod" if asked["url_name_matches"] else "another",
    )
    after = bound.pod or before
    scheduled = condition_of(after.conditions, POD_SCHEDULED)
    answer = {
        "result": bound.result.value,
        "node_name": after.node,
        "labels": dict(after.labels),
        "pod_scheduled_condition": None if scheduled is None else scheduled.status,
        "nominated_node": after.nominated_node,
    }
    return {key: answer[key] for key in expected}
