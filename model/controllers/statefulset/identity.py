"""The identity of a StatefulSet's Pod: an ordinal, and the name and labels that follow from it.

Source: pkg/controller/statefulset/stateful_set_utils.go
"""

import re

from msgspec.structs import replace

from model.api.objects import Pod
from model.api.stateful_sets import StatefulSet

POD_NAME_LABEL = "statefulset.kubernetes.io/pod-name"
POD_INDEX_LABEL = "apps.kubernetes.io/pod-index"

NO_ORDINAL = -1
"""Stands for the ordinal of a Pod whose name ends in none."""

HIGHEST_ORDINAL = 2**31 - 1

_NAME = re.compile(r"(.*)-([0-9]+)\Z")


def parent_name_and_ordinal(pod_name: str) -> tuple[str, int]:
    """The StatefulSet's name and the ordinal that the Pod's name is made of.

    Without an ordinal the name is empty; an ordinal beyond 32 bits is as none.
    Source: pkg/controller/statefulset/stateful_set_utils.go (getParentNameAndOrdinal)
    """
    match = _NAME.search(pod_name)
    if match is None:
        return "", NO_ORDINAL
    ordinal = int(match[2])
    return match[1], ordinal if ordinal <= HIGHEST_ORDINAL else NO_ORDINAL


def ordinal_of(pod: Pod) -> int:
    """The ordinal in the Pod's name."""
    return parent_name_and_ordinal(pod.name)[1]


def is_member_of(stateful_set: StatefulSet, pod: Pod) -> bool:
    """Whether the Pod's name is the StatefulSet's name followed by a number.

    Source: pkg/controller/statefulset/stateful_set_utils.go (isMemberOf)
    """
    return parent_name_and_ordinal(pod.name)[0] == stateful_set.name


def ordinals(stateful_set: StatefulSet) -> range:
    """The ordinals that the StatefulSet wants a Pod for.

    Source: pkg/controller/statefulset/stateful_set_utils.go (getStartOrdinal, getEndOrdinal)
    """
    return range(stateful_set.start_ordinal, stateful_set.start_ordinal + stateful_set.replicas)


def in_ordinal_range(pod: Pod, stateful_set: StatefulSet) -> bool:
    """Whether the StatefulSet wants a Pod with this Pod's ordinal.

    Source: pkg/controller/statefulset/stateful_set_utils.go (podInOrdinalRange)
    """
    return ordinal_of(pod) in ordinals(stateful_set)


def pod_name(stateful_set: StatefulSet, ordinal: int) -> str:
    """The name of the StatefulSet's Pod with that ordinal.

    Source: pkg/controller/statefulset/stateful_set_utils.go (getPodName)
    """
    return f"{stateful_set.name}-{ordinal}"


def identity_matches(stateful_set: StatefulSet, pod: Pod) -> bool:
    """Whether name and pod-name label are those of the StatefulSet's Pod with this ordinal.

    Source: pkg/controller/statefulset/stateful_set_utils.go (identityMatches)
    """
    parent, ordinal = parent_name_and_ordinal(pod.name)
    return (
        ordinal >= 0
        and parent == stateful_set.name
        and pod.name == pod_name(stateful_set, ordinal)
        and pod.labels.get(POD_NAME_LABEL) == pod.name
    )


def with_identity(stateful_set: StatefulSet, pod: Pod) -> Pod:
    """The Pod with the name and labels of its ordinal.

    Source: pkg/controller/statefulset/stateful_set_utils.go (updateIdentity)
    """
    ordinal = ordinal_of(pod)
    name = pod_name(stateful_set, ordinal)
    labels = {**pod.labels, POD_NAME_LABEL: name, POD_INDEX_LABEL: str(ordinal)}
    return replace(pod, name=name, labels=labels)
