"""What objects are called in a trace, and what they do, in a few words."""

import re
from typing import Any

from model.cluster import Cluster, pod_template
from model.rows.pod import Container, Pod
from model.rows.pod_template import ContainerSpec


class Names:
    """Names for the Pods of a trace, given when they appear: ``web-v2-a``."""

    def __init__(self) -> None:
        self._of_slot: dict[int, str] = {}
        self._count: dict[str, int] = {}

    def follow(self, state: Cluster) -> None:
        """Name the Pods that are new in `state`, forget those that are gone."""
        for slot, pod in enumerate(state.pods.slots):
            if pod is None:
                self._of_slot.pop(slot, None)
            elif slot not in self._of_slot:
                self._of_slot[slot] = self._new_name(state, pod)

    def _new_name(self, state: Cluster, pod: Pod) -> str:
        """The owner's name with the Pod's number, if it has one, or else with the next letter."""
        base = owner_name(state, pod)
        if pod.ordinal is not None:
            base = f"{base}-{pod.ordinal}"
            if pod.stateful_set is not None:  # two have one name where the earlier runs on without its object
                return base if base not in self._of_slot.values() else f"{base} (second)"
        number = self._count.get(base, 0)
        self._count[base] = number + 1
        return f"{base}-{_letters(number)}"

    def pod(self, slot: int) -> str:
        """The name of the Pod in a slot."""
        return self._of_slot[slot]

    def object(self, state: Cluster, parameter: str, slot: int) -> str:
        """The name of what an action is bound to, by the parameter: a pod, a node, a deployment, a replica_set, ..."""
        if parameter == "pod":
            return self.pod(slot)
        return object_name(state, parameter, slot)


def object_name(state: Cluster, parameter: str, slot: int) -> str:
    """The name of an object that is not a Pod: what its constant part says, where it has one."""
    if parameter == "replica_set":
        return replica_set_name(state, slot)
    if parameter == "child_job":
        return child_job_name(state, slot)
    if parameter == "claim":
        return claim_name(state, slot)
    name: str = getattr(state.constants, f"{parameter}s")[slot].name
    return name


def owner_name(state: Cluster, pod: Pod) -> str:
    """The name of the Pod's controller."""
    for parameter in ("replica_set", "stateful_set", "daemon_set", "job"):
        slot = getattr(pod, parameter)
        if slot is not None:
            return object_name(state, parameter, slot)
    return "pod"


def replica_set_name(state: Cluster, slot: int) -> str:
    """As in ``web-v2``."""
    replica_set = state.replica_sets[slot]
    if replica_set is None:
        return f"replicaset-{slot}"
    deployment = state.constants.deployments[replica_set.deployment].name
    return f"{deployment}-{state.constants.templates[replica_set.template].name}"


def child_job_name(state: Cluster, slot: int) -> str:
    """The name of a CronJob's Job, by the tick that it was due in: ``backup-4``."""
    job = state.child_jobs[slot]
    return f"job-{slot}" if job is None else f"{state.constants.cron_jobs[job.cron_job].name}-{job.scheduled}"


def claim_name(state: Cluster, slot: int) -> str:
    """The name of the Pod that the claims are for, as in ``db-2``."""
    claim = state.claims[slot]
    if claim is None:
        return f"claim-{slot}"
    return f"{state.constants.stateful_sets[claim.stateful_set].name}-{claim.ordinal}"


def slug(name: str) -> str:
    """A name as part of a file's name: ``Service/default/web`` is ``service-default-web``."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def doing(spec: ContainerSpec, container: Container) -> str:
    """What a container does, as far as somebody can tell."""
    quiet = container is Container.RUNNING and not spec.answers_matter
    return "running" if quiet else container.value


def condition(state: Cluster, row: Any) -> str:
    """What a Pod's containers really do, in brackets; nothing to add for other objects."""
    if not isinstance(row, Pod):
        return ""
    specs = pod_template(state, row).containers
    each = [f"{spec.name} {doing(spec, container)}" for spec, container in zip(specs, row.containers, strict=False)]
    return f" ({', '.join(each)})" if row.exists else " (deleted)"


def count(number: int, noun: str) -> str:
    """As in ``1 replica``, ``2 replicas``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _letters(number: int) -> str:
    more, letter = divmod(number, 26)
    return (_letters(more - 1) if more else "") + chr(ord("a") + letter)
