"""What a PodDisruptionBudget promises, and what it does not.

A budget counts Pods that are healthy: ready, as the API says, and not terminating. Three notions of "enough" are close
to each other. By the budget's *status* an eviction never takes what is not there: the status is written with optimistic
concurrency. By what the *API* says at the moment of an eviction that is true only as far as the status is: whoever else
takes Pods down, a rollout or a crash, is not waited for. And what *really* answers is yet another thing: see the
promises about traffic.

Source: https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-budgets
"""

from collections.abc import Iterator

from checker.vocabulary import derived, never, never_step
from model.cluster import Cluster, on_running_node, pod_template
from model.controllers.disruption.actions import computed_status, selects
from model.rows.disruption_budget import DisruptionBudget
from model.rows.pod import Container, Eviction, Pod
from model.rows.slots import DisruptionBudgetSlot


@derived
def healthy_pods(state: Cluster, disruption_budget: DisruptionBudgetSlot) -> int:
    """The budget's Pods that are ready and not terminating, as the API says."""
    return sum(1 for pod in state.pods if selects(state, disruption_budget, pod) and pod.ready and not pod.deleting)


@derived
def pods_about_to_go(state: Cluster, disruption_budget: DisruptionBudgetSlot) -> int:
    """Those of them whose eviction has been granted."""
    return sum(
        1
        for pod in state.pods
        if selects(state, disruption_budget, pod)
        and pod.ready
        and not pod.deleting
        and pod.eviction is Eviction.GRANTED
    )


def works(state: Cluster, pod: Pod) -> bool:
    """Every container of the Pod that should run does, and answers where anybody can tell, whatever the API says."""
    return on_running_node(state, pod) and all(
        pod.containers[position] is Container.SERVING
        or (pod.containers[position] is Container.RUNNING and not container.answers_matter)
        for position, container in enumerate(pod_template(state, pod).containers)
        if not container.init
    )


@derived
def working_pods_left(state: Cluster, disruption_budget: DisruptionBudgetSlot) -> int:
    """The budget's Pods that really work and that nobody has deleted or is about to."""
    return sum(
        1
        for pod in state.pods
        if selects(state, disruption_budget, pod)
        and not pod.deleting
        and pod.eviction is not Eviction.GRANTED
        and works(state, pod)
    )


@derived
def healthy_pods_wanted(state: Cluster, disruption_budget: DisruptionBudgetSlot) -> int:
    """How many healthy Pods the budget wants, for what its controllers are scaled to now; 0 if that cannot be told."""
    status = computed_status(state, disruption_budget)
    return 0 if status is None else status.desired_healthy


@never_step("evictions_within_budget")
def pods_evicted_beyond_the_budget(before: Cluster, after: Cluster) -> Iterator[Pod]:
    """When an eviction is granted, as many healthy Pods as the budget wants are left, as the API says at that moment.

    Relied on by whoever drains nodes while the application serves.
    Source: https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/#how-api-initiated-eviction-works
    """
    for pod in _granted(before, after):
        for budget in range(after.disruption_budgets.capacity):
            left = healthy_pods(after, budget) - pods_about_to_go(after, budget)
            if selects(before, budget, pod) and left < healthy_pods_wanted(after, budget):
                yield pod


@never_step("evictions_leave_working_pods")
def pods_evicted_though_too_few_work(before: Cluster, after: Cluster) -> Iterator[Pod]:
    """When an eviction of a Pod that works is granted, as many Pods as the budget wants are left that really work.

    A budget cannot promise that: it knows what the API knows. A crash is not known yet; a container without a readiness
    probe counts as ready before it answers.
    Relied on by whoever drains nodes while the application serves.
    Source: https://kubernetes.io/docs/tasks/run-application/configure-pdb/#think-about-how-your-application-reacts-to-disruptions
    """
    for pod in _granted(before, after):
        for budget in range(after.disruption_budgets.capacity):
            if (
                selects(before, budget, pod)
                and works(before, pod)
                and working_pods_left(after, budget) < healthy_pods_wanted(after, budget)
            ):
                yield pod


def _granted(before: Cluster, after: Cluster) -> Iterator[Pod]:
    """The Pods, as they were, whose eviction is granted in this step."""
    for slot, pod in before.pods.items():
        granted = after.pods[slot]
        if granted is None or pod.eviction is None or pod.eviction is Eviction.GRANTED:
            continue
        if granted.eviction is Eviction.GRANTED:
            yield pod


@never("budget_kept")
def budgets_with_too_few_healthy_pods(state: Cluster) -> Iterator[DisruptionBudget]:
    """There are always as many healthy Pods as the budget wants.

    A budget promises this of evictions only: rollouts, scaling, deletions and crashes do not ask it.
    Relied on, too often, by whoever takes a PodDisruptionBudget for a guarantee.
    Source: https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#voluntary-and-involuntary-disruptions
    """
    for slot, budget in state.disruption_budgets.items():
        if healthy_pods(state, slot) < healthy_pods_wanted(state, slot):
            yield budget
