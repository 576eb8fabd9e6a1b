"""What the state keeps of a Node."""

import msgspec

from checker.state import Row


class NodeChange(msgspec.Struct, frozen=True):
    """What a user may make of a node that is like `before`, and back: `after` is the API object's number then."""

    before: int
    after: int


class Node(Row, frozen=True):
    """A node: its machine (`up`) and what the API says about it.

    `like` is its API object's number in ``constants.nodes``, apart from what is said here: the first that no Pod of the
    scenario can tell from its own, so that nodes that are alike are interchangeable.
    """

    like: int
    up: bool = True
    cut_off: bool = False
    """A partition: its kubelet and its kube-proxy neither hear of nor reach the API server. What runs there runs on."""
    registered: bool = True
    """The API server has its Node object. Its machine outlives it, and so do Pods that are bound to it."""
    ready: bool = True
    """Its Ready condition is True, as far as the API server knows."""
    repels: bool = False
    """It has the taint ``node.kubernetes.io/unreachable``, effect NoSchedule."""
    evicts: bool = False
    """It has the taint ``node.kubernetes.io/unreachable``, effect NoExecute."""
    cordoned: bool = False
    """``spec.unschedulable``: a user has marked it."""
    draining: bool = False
    """A user's ``kubectl drain`` of it is under way."""

    @property
    def connected(self) -> bool:
        """Its kubelet and its kube-proxy run, and reach the API server."""
        return self.up and not self.cut_off
