"""What the state keeps of a Pod, from the API object down to its containers."""

from enum import Enum
from typing import Annotated

import msgspec

from checker.state import Per, Row
from model.api.objects import PodPhase
from model.rows.slots import DaemonSetSlot, JobSlot, NodeSlot, ReplicaSetSlot, StatefulSetSlot


class Worker(Enum):
    """How far the kubelet's pod worker is; strictly forward, except that a node reboot starts over."""

    NONE = "not seen"
    """The kubelet has not acted on the Pod yet."""
    SYNC = "running"
    """Images are pulled; containers are started and kept running."""
    TERMINATING = "terminating"
    """preStop hooks run, then SIGTERM, then (at the latest when the grace period is over) SIGKILL."""


class Container(Enum):
    """What a container really does on its node."""

    WAITING = "waiting"
    """Not created yet."""
    RUNNING = "running, not answering"
    """The process runs and does not answer (yet)."""
    SERVING = "answering"
    """The process answers requests."""
    STOPPING = "stopping"
    """SIGTERM was sent: the process takes no new requests and ends, by itself or by SIGKILL."""
    EXITED = "exited"
    """The process is gone; where somebody asks how it ended: successfully."""
    FAILED = "failed"
    """The process is gone, with an exit code that is not 0. Only where the restart policy is not Always."""


class Endpoint(Enum):
    """What the EndpointSlice says about a Pod, as far as a kube-proxy can tell."""

    UNUSED = "unused"
    """Not listed, or listed as neither ready nor serving: no kube-proxy ever routes there."""
    READY = "ready"
    TERMINATING = "serving, terminating"
    """Used only while no endpoint is ready."""


class Eviction(Enum):
    """How far an eviction is that somebody has asked for and means to see through (``kubectl drain``)."""

    ASKED = "asked for"
    """It is asked for again and again, until the API server lets it through or the Pod is gone."""
    READ = "about to be granted"
    """The API server has read a budget that allows it. Only where it forgets to check that nobody has written since."""
    GRANTED = "granted"
    """The Pod's budget has been charged for it; the API server deletes the Pod next."""


class Removal(Enum):
    """What the Job controller is about to do to a Pod; forgotten when it restarts."""

    FINALIZER = "its finalizer goes"
    FINALIZER_AND_POD = "its finalizer goes, then the Pod"
    POD = "the Pod goes; its finalizer is gone"


class TaintTimer(Enum):
    """The taint eviction controller's timer for a Pod: what it still tolerates of a taint NoExecute of its Node."""

    CURRENT = "runs since the taint came"
    OUTDATED = "runs since a taint came that is gone again"
    """The controller has not seen that it went."""


_TERMINAL = (PodPhase.SUCCEEDED, PodPhase.FAILED)


class ObservedPod(msgspec.Struct, frozen=True):
    """A Pod as a cache shows it."""

    phase: PodPhase
    ready: bool
    deleting: bool
    node: int | None
    ready_long_enough: bool = False

    @property
    def terminal(self) -> bool:
        """Its containers have ended for good."""
        return self.phase in _TERMINAL


class Pod(Row, frozen=True, kw_only=True):
    """One Pod, from the API object down to its containers, until the last component has forgotten it.

    At most one of `replica_set`, `stateful_set`, `daemon_set` and `job` is set: the Pod's controller.
    """

    replica_set: ReplicaSetSlot | None = None
    template: int
    stateful_set: StatefulSetSlot | None = None
    daemon_set: DaemonSetSlot | None = None
    job: JobSlot | None = None
    ordinal: int | None = None
    """The Pod's number in its StatefulSet, or its completion index in its Job."""
    pinned: NodeSlot | None = None
    """The only node that its node affinity allows (a DaemonSet's Pod); None once it is bound there."""
    seniority: int = 0
    """Where in the order of their creation it is among its DaemonSet's Pods for one node: 0 if it was the first."""
    exists: bool = True
    """etcd has the object. The row outlives it while the slice, a kube-proxy or its Job's status refers to it, or its
    containers run on."""
    phase: PodPhase = PodPhase.PENDING
    ready: bool = False
    ready_long_enough: bool = False
    """It has been ready for minReadySeconds; unused (False) where that is 0."""
    deleting: bool = False
    finalizer: bool = False
    """The Job controller still has to count it; the object stays until it has."""
    uncounted: PodPhase | None = None
    """Its Job's ``status.uncountedTerminatedPods`` lists it, as one that Succeeded or Failed."""
    removal: Removal | None = None
    """What of it a sync of the Job controller that is under way is about to remove."""
    index_failures: int = 0
    """Annotation ``job-index-failure-count``: how many Pods of its completion index failed before it."""
    restarts: int = 0
    """How often its containers were restarted after a failure; only where the restart policy is OnFailure."""
    exit_code: int = 0
    """What its container exited with that failed by itself; only where `PodTemplate.exit_codes` tells some apart."""
    disruption_target: bool = False
    """Condition DisruptionTarget: something outside of the Pod has ended it (an eviction, not a plain deletion)."""
    relabelled: bool = False
    """A user has changed the labels that its controller selects it by."""
    disrupted: bool = False
    """Its PodDisruptionBudget's status lists it: an eviction has been granted and not been seen yet."""
    eviction: Eviction | None = None
    """A drain's eviction of it; None: no drain has listed the Pod."""
    allowance_read: int | None = None
    """How many disruptions its budget allowed when the API server read it (`Eviction.READ`)."""
    taint_timer: TaintTimer | None = None
    """The taint eviction controller's timer for it, while its view of Nodes may lag."""
    measured: bool = False
    """The metrics API has a sample of it from after it became ready; unused (False) where nothing scales its owner."""
    node: NodeSlot | None = None
    worker: Worker = Worker.NONE
    containers: Annotated[tuple[Container, ...], Per("container_positions")] = ()
    endpoint: Endpoint = Endpoint.UNUSED
    routed: Annotated[tuple[Endpoint, ...], Per("nodes")] = ()
    """By node: as what its kube-proxy sends new requests here, UNUSED if it sends none."""
    observed: ObservedPod | None = None
    """The ReplicaSet controller's cached copy, while that cache may lag."""

    @property
    def terminal(self) -> bool:
        """Its containers have ended for good."""
        return self.phase in _TERMINAL

    @property
    def active(self) -> bool:
        """Counts for its controller: neither terminating nor terminal."""
        return self.exists and not self.deleting and not self.terminal

    @property
    def forgotten(self) -> bool:
        """Nothing refers to it any more, and nothing of it runs."""
        unseen = self.endpoint is Endpoint.UNUSED and self.observed is None and self.uncounted is None
        return not self.exists and self.worker is Worker.NONE and unseen and not self.routed_anywhere

    @property
    def routed_anywhere(self) -> bool:
        """Some kube-proxy sends new requests to the Pod."""
        return any(route is not Endpoint.UNUSED for route in self.routed)
