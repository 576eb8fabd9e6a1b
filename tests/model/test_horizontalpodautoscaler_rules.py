"""The HorizontalPodAutoscaler controller, beyond what the conformance cases show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from model.api.autoscalers import (
    Behavior,
    HorizontalPodAutoscaler,
    Metric,
    MetricSource,
    Scale,
    ScalingRules,
    TargetType,
)
from model.api.objects import Condition, Pod, PodPhase
from model.api.quantity import parse_quantity
from model.controllers.horizontalpodautoscaler.conditions import Reason, Type
from model.controllers.horizontalpodautoscaler.decision import Observed
from model.controllers.horizontalpodautoscaler.float64 import Tolerances, approximate, ceil_of_ratio, lowered, raised
from model.controllers.horizontalpodautoscaler.metrics import Reading, tolerances_for
from model.controllers.horizontalpodautoscaler.normalization import Memory
from model.controllers.horizontalpodautoscaler.object_metrics import (
    average_value_replicas,
    external_average_value_replicas,
    external_value_replicas,
)
from model.controllers.horizontalpodautoscaler.pod_groups import MeasuredPod, Sample
from model.controllers.horizontalpodautoscaler.recommendations import Recommendation
from model.controllers.horizontalpodautoscaler.requests import Container, container_requests, pod_level_requests
from model.controllers.horizontalpodautoscaler.scale_events import ScaleEvent
from model.controllers.horizontalpodautoscaler.settings import Settings
from model.controllers.horizontalpodautoscaler.sync import Sync, UpdateScale, UpdateStatus, sync

NOW = 100_000
FORGOTTEN = Memory(recommendations=(Recommendation(0, 0),))
"""Of a controller that has run for long, but not lately."""
SETTINGS = Settings()
WEB = HorizontalPodAutoscaler(min_replicas=2, max_replicas=6)
QUEUE = Metric(source=MetricSource.EXTERNAL, name="jobs", target_type=TargetType.VALUE, target=1000)


def pods(*usages: int | None, request: int | None = 1000) -> tuple[MeasuredPod, ...]:
    pod = Pod(
        phase=PodPhase.RUNNING,
        ready=True,
        conditions=(Condition(type="Ready", status="True", last_transition_time=NOW - 3000),),
        start_time=NOW - 3000,
    )
    samples = [None if usage is None else Sample(value=usage, time=NOW, window=60) for usage in usages]
    return tuple(MeasuredPod(pod=pod, sample=sample, request=request) for sample in samples)


def observed(size: int, *readings: Reading, selector: str = "app=web", other_autoscaler: bool = False) -> Observed:
    scale = Scale(replicas=size, status_replicas=size, selector=selector)
    return Observed(scale=scale, readings=readings, other_autoscaler=other_autoscaler)


def usage(*usages: int | None) -> Reading:
    return Reading(pods=pods(*usages))


def size(done: Sync) -> int | None:
    return next((write.replicas for write in done.writes if isinstance(write, UpdateScale)), None)


def written(done: Sync) -> HorizontalPodAutoscaler:
    return next(write.autoscaler for write in done.writes if isinstance(write, UpdateStatus))


def condition(done: Sync, type: Type) -> tuple[str, str]:
    return next((each.status, each.reason) for each in written(done).conditions if each.type == type)


class TestFloatingPoint:
    small = st.integers(0, 2**20)
    percent = st.integers(0, 100)

    @given(small, st.integers(1, 2**20), st.integers(0, 5000))
    def test_a_ratio_is_one_too_many_at_most_and_only_where_nothing_is_rounded(
        self, amount: int, target: int, number: int
    ) -> None:
        exact = -(-amount * number // target)
        answer = ceil_of_ratio(amount, target, number)
        assert answer == exact or (answer == exact + 1 and amount * number % target == 0)

    @given(small, percent)
    def test_so_is_a_size_and_a_percentage_more(self, replicas: int, percent: int) -> None:
        exact = -(-replicas * (100 + percent) // 100)
        answer = raised(replicas, percent)
        assert answer == exact or (answer == exact + 1 and replicas * percent % 100 == 0)

    @given(small, percent)
    def test_a_size_and_a_percentage_less_may_be_one_too_few(self, replicas: int, percent: int) -> None:
        exact = replicas * (100 - percent) // 100
        answer = lowered(replicas, percent)
        assert answer == exact or (answer == exact - 1 and replicas * percent % 100 == 0)

    def test_examples(self) -> None:
        assert ceil_of_ratio(124, 60, 15) == 32
        assert raised(50, 10) == 56
        assert lowered(10, 80) == 1

    @pytest.mark.parametrize(("amount", "within"), [(89, False), (90, True), (110, True), (111, False)])
    def test_the_bounds_of_the_tolerance_are_within_it(self, amount: int, within: bool) -> None:
        assert Tolerances().within(amount, 100) is within

    def test_a_tolerance_is_read_as_kubernetes_reads_it(self) -> None:
        assert approximate(parse_quantity("0.35")) == 0.35000000000000003
        assert approximate(parse_quantity("2")) == 2.0


class TestSync:
    def test_grows_to_bring_the_usage_to_the_target(self) -> None:
        done = sync(replace(WEB, metrics=(cpu(30),)), observed(3, usage(300, 500, 700)), FORGOTTEN, SETTINGS, NOW)
        assert done.writes[0] == UpdateScale(5)
        after = written(done)
        assert (after.current_replicas, after.desired_replicas, after.last_scale_time) == (3, 5, NOW)
        assert after.current_metrics[0].utilization == 50
        assert condition(done, Type.ABLE_TO_SCALE) == ("True", Reason.SUCCEEDED_RESCALE)
        assert condition(done, Type.SCALING_ACTIVE) == ("True", Reason.VALID_METRIC_FOUND)
        assert not done.failed

    def test_writes_nothing_when_nothing_changes(self) -> None:
        here = observed(3, usage(800, 800, 800))
        first = sync(WEB, here, Memory(), SETTINGS, NOW)
        assert size(first) is None
        assert sync(written(first), here, first.memory, SETTINGS, NOW + 15).writes == ()

    @pytest.mark.parametrize(("there", "wanted"), [(9, 6), (1, 2)])
    def test_a_size_out_of_bounds_is_corrected_without_metrics_or_windows(self, there: int, wanted: int) -> None:
        done = sync(WEB, observed(there, Reading(failed=True)), Memory(), SETTINGS, NOW)
        assert size(done) == wanted
        assert not done.failed

    def test_a_workload_that_somebody_scaled_to_0_is_left_alone(self) -> None:
        done = sync(WEB, observed(0, usage()), Memory(), SETTINGS, NOW)
        assert size(done) is None
        assert condition(done, Type.SCALING_ACTIVE) == ("False", Reason.SCALING_DISABLED)

    def test_the_first_sync_remembers_the_size_it_found(self) -> None:
        done = sync(WEB, observed(5, usage(100, 100, 100, 100, 100)), Memory(), SETTINGS, NOW)
        assert size(done) is None
        assert [each.replicas for each in done.memory.recommendations] == [5, 1]
        assert condition(done, Type.ABLE_TO_SCALE) == ("True", Reason.SCALE_DOWN_STABILIZED)

    def test_with_one_metric_broken_it_grows_but_does_not_shrink(self) -> None:
        both = replace(WEB, metrics=(cpu(80), QUEUE))
        broken = Reading(failed=True)
        grown = sync(both, observed(3, usage(1600, 1600, 1600), broken), FORGOTTEN, SETTINGS, NOW)
        assert (size(grown), grown.failed) == (6, True)
        shrunk = sync(both, observed(3, usage(100, 100, 100), broken), FORGOTTEN, SETTINGS, NOW)
        assert (size(shrunk), shrunk.failed) == (None, True)
        assert condition(shrunk, Type.SCALING_ACTIVE) == ("False", Reason.FAILED_GET_EXTERNAL_METRIC)
        assert written(shrunk).current_metrics[1] is None

    def test_the_highest_of_all_metrics_counts(self) -> None:
        both = replace(WEB, metrics=(cpu(80), QUEUE))
        here = observed(3, usage(800, 800, 800), Reading(pods=pods(1, 1, 1), values=(900, 700)))
        assert size(sync(both, here, FORGOTTEN, SETTINGS, NOW)) == 5

    @pytest.mark.parametrize(
        ("selector", "other", "reason"),
        [
            ("", False, Reason.INVALID_SELECTOR),
            ("cheddar cheese", False, Reason.INVALID_SELECTOR),
            ("app=web", True, Reason.AMBIGUOUS_SELECTOR),
        ],
    )
    def test_it_needs_pods_of_its_own(self, selector: str, other: bool, reason: Reason) -> None:
        here = observed(3, usage(900, 900, 900), selector=selector, other_autoscaler=other)
        done = sync(WEB, here, FORGOTTEN, SETTINGS, NOW)
        assert (size(done), done.failed) == (None, True)
        assert condition(done, Type.SCALING_ACTIVE) == ("False", reason)

    def test_without_a_scale_only_the_condition_is_written(self) -> None:
        done = sync(WEB, Observed(scale=None), Memory(), SETTINGS, NOW)
        assert condition(done, Type.ABLE_TO_SCALE) == ("False", Reason.FAILED_GET_SCALE)
        assert written(done).current_replicas is None
        assert (done.failed, done.memory) == (True, Memory())

    def test_a_refused_size_is_no_event_and_is_not_reported_as_desired(self) -> None:
        quick = replace(WEB, behavior=Behavior())
        here = observed(3, usage(1600, 1600, 1600))
        refused = sync(quick, here, FORGOTTEN, SETTINGS, NOW, scale_refused=True)
        assert (size(refused), refused.failed, refused.memory.events.up) == (None, True, ())
        assert (written(refused).desired_replicas, written(refused).last_scale_time) == (0, None)
        assert condition(refused, Type.ABLE_TO_SCALE) == ("False", Reason.FAILED_UPDATE_SCALE)
        accepted = sync(quick, here, FORGOTTEN, SETTINGS, NOW)
        assert accepted.memory.events.up == (ScaleEvent(3, NOW),)

    def test_shrinking_waits_for_the_window(self) -> None:
        memory = Memory(recommendations=(Recommendation(5, NOW - 290),))
        here = observed(5, usage(320, 320, 320, 320, 320))
        early = sync(WEB, here, memory, SETTINGS, NOW)
        assert size(early) is None
        assert size(sync(WEB, here, early.memory, SETTINGS, NOW + 15)) == 2

    def test_a_new_leader_waits_again(self) -> None:
        here = observed(5, usage(320, 320, 320, 320, 320))
        assert size(sync(WEB, here, Memory(), SETTINGS, NOW)) is None

    def test_the_time_of_a_condition_changes_with_its_status_only(self) -> None:
        first = written(sync(WEB, observed(3, Reading(failed=True)), Memory(), SETTINGS, NOW))
        second = written(sync(first, observed(3, usage(800, 800, 800)), Memory(), SETTINGS, NOW + 15))
        times = {each.type: each.last_transition_time for each in second.conditions}
        assert (times[Type.ABLE_TO_SCALE], times[Type.SCALING_ACTIVE]) == (NOW, NOW + 15)


class TestScaleToZero:
    settings = Settings(scale_to_zero=True)
    idle = HorizontalPodAutoscaler(min_replicas=0, max_replicas=6, metrics=(QUEUE,))

    def test_it_takes_a_workload_to_0_and_back(self) -> None:
        down = sync(self.idle, observed(1, Reading(pods=pods(1), values=(0,))), FORGOTTEN, self.settings, NOW)
        assert size(down) == 0
        assert condition(down, Type.SCALED_TO_ZERO) == ("True", Reason.SCALED_TO_ZERO)
        up = sync(written(down), observed(0, Reading(values=(2500,))), down.memory, self.settings, NOW + 15)
        assert size(up) == 3
        assert condition(up, Type.SCALED_TO_ZERO) == ("False", Reason.NOT_SCALED_TO_ZERO)

    def test_without_the_feature_the_condition_is_removed_and_nothing_is_done(self) -> None:
        down = written(sync(self.idle, observed(1, Reading(pods=pods(1), values=(0,))), FORGOTTEN, self.settings, NOW))
        done = sync(down, observed(0, Reading(values=(2500,))), FORGOTTEN, SETTINGS, NOW)
        assert size(done) is None
        assert Type.SCALED_TO_ZERO not in [each.type for each in written(done).conditions]

    def test_the_fewest_replicas_are_reached_at_once(self) -> None:
        down = written(sync(self.idle, observed(1, Reading(pods=pods(1), values=(0,))), FORGOTTEN, self.settings, NOW))
        raised_since = replace(down, min_replicas=5)
        assert size(sync(raised_since, observed(0, Reading(values=(0,))), FORGOTTEN, self.settings, NOW)) == 5


class TestMetrics:
    def test_the_autoscaler_s_own_tolerance_counts_if_the_feature_is_on(self) -> None:
        policies = Behavior().scale_up.policies
        own = replace(WEB, behavior=Behavior(scale_up=ScalingRules(policies=policies, tolerance=0.5)))
        assert tolerances_for(own, SETTINGS) == Tolerances(down=0.1, up=0.5)
        assert tolerances_for(own, Settings(configurable_tolerance=False)) == Tolerances()

    def test_the_average_over_no_replicas_is_undefined(self) -> None:
        found = average_value_replicas(0, 1000, 2500, Tolerances())
        assert (found.replicas, found.value) == (3, None)

    def test_sums_of_external_values_stop_at_64_bits(self) -> None:
        most = 2**63 - 1
        found = external_value_replicas(1, 1000, (most, most), [measured.pod for measured in pods(1)], Tolerances())
        assert (found.replicas, found.value) == (2**31 - 1, most)
        average = external_average_value_replicas(3, 1000, (-1, 5), Tolerances())
        assert (average.replicas, average.value) == (2**31 - 1, most)


class TestRequests:
    both = (Container(name="web", requests={"cpu": 200}), Container(name="proxy", requests={"cpu": 50}))

    def test_the_sum_of_all_or_that_of_one(self) -> None:
        assert container_requests(self.both, "cpu") == 250
        assert container_requests(self.both, "cpu", "proxy") == 50

    def test_every_container_that_counts_must_say(self) -> None:
        silent = (*self.both, Container(name="silent"))
        assert container_requests(silent, "cpu") is None
        assert container_requests(silent, "cpu", "web") == 200
        assert container_requests(silent, "cpu", "gone") is None

    def test_memory_is_in_thousandths_of_a_byte(self) -> None:
        assert container_requests((Container(name="web", requests={"memory": 64}),), "memory") == 64_000

    def test_requests_of_the_pod_replace_those_of_its_containers(self) -> None:
        assert pod_level_requests(({"cpu": 200},), (), {"cpu": 500}, "cpu", {"cpu": 10}) == 510
        assert pod_level_requests((), (), {"cpu": 500}, "memory") is None


def cpu(target: int) -> Metric:
    return Metric(source=MetricSource.RESOURCE, name="cpu", target_type=TargetType.UTILIZATION, target=target)
