"""The contract that the engine relies on: actions, properties and derived functions are pure, in every cluster.

Not only in reachable ones: what a function does may depend on what it reads and on nothing else.
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.state import BoundReached, Pool
from checker.vocabulary import Event, Kind, Scenario
from model.cluster import Cluster
from tests.checker.agreement import Learner, exchanged
from tests.model.random_clusters import reordered, scenarios

Outcome = tuple[list[Cluster], bool]

slow_to_draw = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def outcome(event: Event, state: Cluster) -> Outcome:
    """The successors, and whether a bound cut them off."""
    found: list[Cluster] = []
    try:
        found.extend(event.successors(state))
    except BoundReached:
        return found, True
    return found, False


@slow_to_draw
@given(scenario=scenarios())
def test_an_action_does_the_same_thing_when_it_is_run_again(scenario: Scenario[Cluster]) -> None:
    for state in scenario.initial:
        for event in scenario.events():
            assert outcome(event, state) == outcome(event, state), event.name


@slow_to_draw
@given(scenario=scenarios())
def test_what_is_learned_of_an_action_in_one_cluster_holds_in_the_others(scenario: Scenario[Cluster]) -> None:
    tries = Learner(scenario)
    for state in scenario.initial:
        for number, event in enumerate(tries.learned.events):
            plain, cut = outcome(event, state)
            learned, learned_cut = tries.successors(number, state)
            assert learned == plain, event.name
            assert learned_cut or not cut, event.name


@slow_to_draw
@given(scenario=scenarios())
def test_what_is_learned_of_a_property_in_one_cluster_holds_in_the_others(scenario: Scenario[Cluster]) -> None:
    tries = Learner(scenario)
    for state in scenario.initial:
        for number, prop in enumerate(tries.learned.state_properties):
            assert tries.state_offends(number, state) == bool(prop.offenders(state)), prop.name
        for after in (after for event in scenario.events() for after in outcome(event, state)[0]):
            for number, prop in enumerate(tries.learned.step_properties):
                assert tries.step_offends(number, state, after) == bool(prop.offenders(state, after)), prop.name


@slow_to_draw
@given(scenario=scenarios(states=1), data=st.data())
def test_nothing_depends_on_the_slots_that_pods_and_nodes_are_in(
    scenario: Scenario[Cluster], data: st.DataObject
) -> None:
    (state,) = scenario.initial
    nodes = range(state.nodes.capacity)
    cached = state.constants.caches.replica_set_pods  # a cached Pod's node is told apart
    renaming = {"nodes": nodes if cached else data.draw(st.permutations(nodes))}
    other = data.draw(reordered(exchanged(state, renaming)))
    assert steps(scenario, state, renaming) == steps(scenario, other, {"nodes": nodes})
    for prop in scenario.properties:
        if prop.kind is not Kind.NEVER_STEP:
            assert bool(prop.offenders(state)) == bool(prop.offenders(other)), prop.name


def steps(
    scenario: Scenario[Any], state: Cluster, renaming: Mapping[str, Sequence[int]]
) -> Counter[tuple[str, bool, Hashable]]:
    """Every step, by action, with the slots of what it leads to renamed, up to the order of the Pods."""

    def representative(after: Cluster) -> Hashable:
        renamed = exchanged(after, renaming)
        return renamed.set(pods=Pool(tuple(sorted(renamed.pods.slots, key=repr))))

    found: Counter[tuple[str, bool, Hashable]] = Counter()
    for event in scenario.events():
        successors, cut = outcome(event, state)
        found.update((event.action.name, False, representative(after)) for after in successors)
        found.update([(event.action.name, True, None)] if cut else [])
    return found
