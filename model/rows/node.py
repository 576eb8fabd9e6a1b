"""What the state keeps of a Node."""

from checker.state import Row


class Node(Row, frozen=True):
    """A node: its machine (`up`) and what the API says about it.

    `like` is its API object's number in ``constants.nodes``, apart from what is said here: the first that no Pod of the
    scenario can tell from its own, so that nodes that are alike are interchangeable.
    """

    like: int
    up: bool = True
    ready: bool = True
    """Its Ready condition is True, as far as the API server knows."""
    unreachable: bool = False
    """It has the taint ``node.kubernetes.io/unreachable``, effects NoSchedule and NoExecute."""
    cordoned: bool = False
    """``spec.unschedulable``: a user has marked it."""
    draining: bool = False
    """A user's ``kubectl drain`` of it is under way."""
