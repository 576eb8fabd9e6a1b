"""Cases of the HorizontalPodAutoscaler controller: what comes of the size that the metrics ask for."""

from model.api.autoscalers import (
    Behavior,
    HorizontalPodAutoscaler,
    PolicySelect,
    PolicyType,
    ScalingPolicy,
    ScalingRules,
)
from model.controllers.horizontalpodautoscaler.limits import (
    scale_down_limit,
    scale_up_limit,
    within_bounds,
    within_rates,
)
from model.controllers.horizontalpodautoscaler.normalization import (
    Memory,
    normalize,
    stabilize,
    stabilize_with_behavior,
)
from model.controllers.horizontalpodautoscaler.recommendations import Recommendation, Recommendations
from model.controllers.horizontalpodautoscaler.scale_events import (
    Events,
    ScaleEvent,
    ScaleEvents,
    replicas_change,
    store_scale_event,
)
from tests.conformance.registry import Case, adapter

NOW = 0
"""Times in the cases are relative to now."""
CONTROLLER_WINDOW = 300


def policies(given: list[Case]) -> tuple[ScalingPolicy, ...]:
    return tuple(ScalingPolicy(PolicyType(each["type"]), each["value"], each["period_s"]) for each in given)


def rules(given: Case) -> ScalingRules:
    return ScalingRules(
        stabilization_window_seconds=given["stabilization_window_s"],
        select=PolicySelect(given["select"]),
        policies=policies(given["policies"]),
    )


def behavior(given: Case) -> Behavior | None:
    directions = ("scale_up", "scale_down")
    written = {direction: rules(given[direction]) for direction in directions if given[direction] is not None}
    return Behavior(**written) if written else None


def recommendations(given: list[Case]) -> Recommendations:
    return tuple(Recommendation(each["replicas"], NOW - each["age_s"]) for each in given)


def stored(memory: Memory) -> list[int]:
    return [each.replicas for each in memory.recommendations]


def one_way(given: list[Case]) -> Events:
    return tuple(ScaleEvent(each["replica_change"], NOW - each["age_s"]) for each in given)


def events(given: Case) -> ScaleEvents:
    return ScaleEvents(up=one_way(given["scale_up_events"]), down=one_way(given["scale_down_events"]))


@adapter("hpa_stabilization_default")
def default_window(given: Case, expected: Case) -> Case:
    memory = Memory(recommendations=recommendations(given["recommendations"]))
    replicas, after = stabilize(memory, given["desired_replicas"], given["window_s"], NOW)
    answer = {"replicas": replicas, "stored": stored(after), "stored_count": len(after.recommendations)}
    return {key: answer[key] for key in expected}


@adapter("hpa_stabilization_behavior")
def behavior_windows(given: Case, expected: Case) -> Case:
    default = Behavior()
    replicas, after = stabilize_with_behavior(
        Memory(recommendations=recommendations(given["recommendations"])),
        Behavior(
            scale_up=ScalingRules(
                stabilization_window_seconds=given["scale_up_window_s"], policies=default.scale_up.policies
            ),
            scale_down=ScalingRules(
                stabilization_window_seconds=given["scale_down_window_s"], policies=default.scale_down.policies
            ),
        ),
        given["current_replicas"],
        given["desired_replicas"],
        CONTROLLER_WINDOW,
        NOW,
    )
    return {"replicas": replicas, "stored": stored(after)}


@adapter("hpa_scaling_policies")
def rates(given: Case, expected: Case) -> Case:
    replicas, reason = within_rates(
        given["current_replicas"],
        given["desired_replicas"],
        (given["min_replicas"], given["max_replicas"]),
        Behavior(scale_up=rules(given["scale_up"]), scale_down=rules(given["scale_down"])),
        events(given),
        NOW,
    )
    return {"replicas": replicas, "reason": reason}


@adapter("hpa_normalize_no_behavior")
def bounds(given: Case, expected: Case) -> Case:
    replicas, reason = within_bounds(
        given["current_replicas"], given["desired_replicas"], (given["min_replicas"], given["max_replicas"])
    )
    return {"replicas": replicas, "reason": reason}


@adapter("hpa_policy_limit_min_select")
def limit(given: Case, expected: Case) -> Case:
    calculate = {"up": scale_up_limit, "down": scale_down_limit}[given["direction"]]
    written = ScalingRules(select=PolicySelect(given["select"]), policies=policies(given["policies"]))
    return {"limit": calculate(given["current_replicas"], ScaleEvents(), written, NOW)}


@adapter("hpa_scale_events")
def scale_events(given: Case, expected: Case) -> Case:
    written = given["policies"]
    both_ways = None
    if written is not None:
        both_ways = Behavior(
            scale_up=ScalingRules(policies=policies(written)), scale_down=ScalingRules(policies=policies(written))
        )
    earlier = one_way(given["events"])
    change = given["replica_change"]
    after_growth = store_scale_event(ScaleEvents(up=earlier), both_ways, 10, 10 + change, NOW).up
    after_shrinking = store_scale_event(ScaleEvents(down=earlier), both_ways, 10 + change, 10, NOW).down
    assert after_growth == after_shrinking
    return {
        "change_in_last_60s": replicas_change(earlier, 60, NOW),
        "events_after": [{"replica_change": each.change, "outdated": each.outdated} for each in after_growth],
    }


@adapter("hpa_normalize")
def normalization(given: Case, expected: Case) -> Case:
    found = normalize(
        HorizontalPodAutoscaler(
            min_replicas=given["min_replicas"], max_replicas=given["max_replicas"], behavior=behavior(given)
        ),
        given["current_replicas"],
        given["desired_replicas"],
        Memory(recommendations=recommendations(given["recommendations"]), events=events(given)),
        given["window_s"],
        NOW,
    )
    return {
        "replicas": found.replicas,
        "stored": stored(found.memory),
        "conditions": {
            "AbleToScale": {"status": "True", "reason": found.able_to_scale},
            "ScalingLimited": {"status": str(found.limited), "reason": found.limiting},
        },
    }
