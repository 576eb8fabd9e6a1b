"""Autoscalers that have come to rest: the load is what the Deployment's Pods do at their target."""

from collections.abc import Sequence

from checker.state import Pool
from model.cluster import Constants
from model.controllers.horizontalpodautoscaler.recommendations import Recommendation
from model.controllers.horizontalpodautoscaler.remembered import aged_recommendations, windows
from model.rows.autoscaler import Autoscaler, AutoscalerSpec, Load
from model.steady import Start


def steady_autoscalers(constants: Constants, replicas: Sequence[int]) -> Start:
    """Every autoscaler as after long: it has asked for the size that its Deployment has, and for no other."""
    rows = [_steady(spec, replicas[spec.deployment]) for spec in constants.autoscalers]
    return Start(pools={"autoscalers": Pool.of(rows)})


def _steady(spec: AutoscalerSpec, size: int) -> Autoscaler:
    asked = (Recommendation(size, 0),)
    return Autoscaler(
        deployment=spec.deployment,
        load=spec.loads.index(Load(size)),
        recommendations=aged_recommendations(asked, *windows(spec.autoscaler, spec.settings)),
    )
