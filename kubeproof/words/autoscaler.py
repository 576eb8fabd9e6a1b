"""Autoscalers in an operator's words."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from kubeproof.naming import Names, count
from model.cluster import Cluster
from model.controllers.horizontalpodautoscaler.limits import scale_down_limit
from model.controllers.horizontalpodautoscaler.scale_events import ScaleEvents
from model.rows.autoscaler import Autoscaler, AutoscalerSpec, Load
from properties.autoscaler_converges import needed
from properties.autoscaler_shrinking import autoscalers_that_shrink_blindly, autoscalers_that_shrink_too_fast
from properties.autoscaler_size import autoscalers_out_of_bounds, size_change, sizes_taken_from_autoscalers

States = Sequence[Cluster]


def facts(state: Cluster) -> Iterator[tuple[tuple[str, str], tuple[str, ...]]]:
    """The load on what each autoscaler scales, what the metrics API says, and what the controller remembers."""
    for slot, row in state.autoscalers.items():
        spec = state.constants.autoscalers[slot]
        yield ("Load on", state.constants.deployments[row.deployment].name), (load_in_words(spec.loads[row.load]),)
        yield ("Metrics of", spec.name), ("available" if row.metrics_available else "not available",)
        yield ("HPA controller's memory of", spec.name), tuple(_remembered(row)) or ("nothing",)


def load_in_words(load: Load) -> str:
    """As in ``just above the target of 2 Pods``."""
    if load.pods == 0:
        return "none"
    return f"{'just above' if load.above else 'at'} the target of {count(load.pods, 'Pod')}"


def _remembered(row: Autoscaler) -> Iterator[str]:
    for asked in row.recommendations:
        if asked.replicas > 0:
            yield f"asked for {asked.replicas} {_ago(asked.time)}"
    for verb, events in (("added", row.grown), ("removed", row.shrunk)):
        for event in events:
            yield f"{verb} {event.change} {_ago(event.time)}"


def _ago(time: int) -> str:
    return "in the last sync" if time == -1 else f"{count(-time, 'sync')} ago"


def _named(state: Cluster, row: Autoscaler) -> tuple[AutoscalerSpec, str]:
    slot = next(slot for slot, other in state.autoscalers.items() if other is row)
    spec = state.constants.autoscalers[slot]
    return spec, f"Deployment {state.constants.deployments[row.deployment].name}"


def _sizes(states: States, row: Autoscaler) -> tuple[int, int]:
    change = size_change(states[-2], states[-1], row)
    assert change is not None  # only a step that changes the size offends
    return change


def _out_of_bounds(states: States, row: Autoscaler, _: Names) -> str:
    spec, name = _named(states[-1], row)
    deployment = states[-1].deployments[row.deployment]
    assert deployment is not None  # it offends by its size
    bounds = f"{spec.autoscaler.min_replicas} to {spec.autoscaler.max_replicas}"
    return f"{name}: {count(deployment.replicas, 'replica')}, and HorizontalPodAutoscaler {spec.name} allows {bounds}"


def _taken(states: States, row: Autoscaler, _: Names) -> str:
    spec, name = _named(states[-2], row)
    old, new = _sizes(states, row)
    load = spec.loads[row.load]
    wanted = count(needed(spec.autoscaler, load), "replica")
    return f"{name}: {count(old, 'replica')} → {new} by the user, and the load ({load_in_words(load)}) takes {wanted}"


def _too_fast(states: States, row: Autoscaler, _: Names) -> str:
    spec, name = _named(states[-2], row)
    old, new = _sizes(states, row)
    assert spec.autoscaler.behavior is not None  # its policies are broken
    done = ScaleEvents(up=row.really_grown, down=row.really_shrunk)
    fewest = scale_down_limit(old, done, spec.autoscaler.behavior.scale_down, 0)
    before = ", ".join(f"{event.change} {_ago(event.time - 1)}" for event in row.really_shrunk) or "none"
    return (
        f"{name}: {count(old, 'replica')} → {new}, and the policies allow no fewer than {fewest} now (removed before: "
        f"{before}): the controller has forgotten what it did"
    )


def _blind(states: States, row: Autoscaler, _: Names) -> str:
    spec, name = _named(states[-2], row)
    old, new = _sizes(states, row)
    why = "" if old <= spec.autoscaler.max_replicas else f": {old} is more than maxReplicas, which needs no metrics"
    return f"{name}: {count(old, 'replica')} → {new} while the metrics API does not answer{why}"


ACTORS = {
    "autoscaler": "HPA controller",
    "metrics_server": "metrics-server",
    "metrics": "metrics API",
    "load": "clients' load",
}
REASONS: Mapping[str, Callable[[States, Any, Names], str]] = {
    autoscalers_out_of_bounds.name: _out_of_bounds,
    sizes_taken_from_autoscalers.name: _taken,
    autoscalers_that_shrink_too_fast.name: _too_fast,
    autoscalers_that_shrink_blindly.name: _blind,
}
