"""Zero downtime: some container behind a Service that has answered once always answers, routed to or not."""

from collections.abc import Iterator

from checker.vocabulary import never
from model.cluster import Cluster, somebody_answers


@never("no_outage")
def unserved_services(state: Cluster) -> Iterator[str]:
    """A Service that has answered once always has a container behind it that answers.

    Relied on by everybody who calls the Service during a rollout.
    Source: https://kubernetes.io/docs/tutorials/kubernetes-basics/update/update-intro/
    """
    if state.constants.service is not None and state.service_answered and not somebody_answers(state):
        yield f"Service {state.constants.service}: no container behind it answers"
