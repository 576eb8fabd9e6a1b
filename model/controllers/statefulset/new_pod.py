"""The Pod that a StatefulSet creates for an ordinal, and the revision that it gets.

Source: pkg/controller/statefulset/stateful_set_utils.go
"""

from model.api.controller_revisions import ControllerRevision
from model.api.objects import Pod, PodPhase
from model.api.stateful_sets import StatefulSet, UpdateStrategy
from model.controllers.history import template_labels_of
from model.controllers.statefulset.identity import pod_name, with_identity
from model.controllers.statefulset.storage import with_storage

REVISION_LABEL = "controller-revision-hash"
"""The label of a Pod with the name of its ControllerRevision."""


def pod_revision(pod: Pod) -> str:
    """The name of the Pod's revision, as its label says; empty if it has none.

    Source: pkg/controller/statefulset/stateful_set_utils.go (getPodRevision)
    """
    return pod.labels.get(REVISION_LABEL, "")


def gets_current_revision(stateful_set: StatefulSet, ordinal: int) -> bool:
    """Whether a Pod that is created gets the current revision, not the one that is being rolled out.

    That is so below the partition, which counts from the first ordinal. Without a ``rollingUpdate`` block it is so for
    as many Pods as the status says are at the current revision.

    Source: pkg/controller/statefulset/stateful_set_utils.go (newVersionedStatefulSetPod)
    """
    if stateful_set.partition is not None:
        return ordinal < stateful_set.start_ordinal + stateful_set.partition
    if stateful_set.update_strategy is not UpdateStrategy.ROLLING_UPDATE:
        return False
    return ordinal < stateful_set.start_ordinal + stateful_set.current_replicas


def new_stateful_set_pod(stateful_set: StatefulSet, revision: ControllerRevision, ordinal: int) -> Pod:
    """A Pod for `ordinal` from the template of `revision`, not created yet.

    Source: pkg/controller/statefulset/stateful_set_utils.go (newStatefulSetPod, initIdentity, setPodRevision)
    """
    name = pod_name(stateful_set, ordinal)
    pod = Pod(
        name=name,
        controller=stateful_set.uid,
        labels={**template_labels_of(revision), REVISION_LABEL: revision.name},
        phase=PodPhase.UNSET,
        hostname=name,
        subdomain=stateful_set.service_name,
    )
    return with_storage(stateful_set, with_identity(stateful_set, pod))


def new_versioned_stateful_set_pod(
    stateful_set: StatefulSet, current: ControllerRevision, update: ControllerRevision, ordinal: int
) -> Pod:
    """A Pod for `ordinal` at the revision that it is to have, not created yet.

    Source: pkg/controller/statefulset/stateful_set_utils.go (newVersionedStatefulSetPod)
    """
    revision = current if gets_current_revision(stateful_set, ordinal) else update
    return new_stateful_set_pod(stateful_set, revision, ordinal)
