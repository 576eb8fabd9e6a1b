"""HorizontalPodAutoscalers in manifests: what is read, what is refused, what is noted, and smaller ones."""

import io
from typing import Any

import pytest
import yaml
from hypothesis import given, settings

from kubeproof.instances import instance
from kubeproof.kinds.autoscaler import WorkloadAutoscaler
from kubeproof.kinds.autoscaler_instances import scaled, spec
from kubeproof.manifests.errors import BadManifests
from kubeproof.manifests.loader import load
from kubeproof.manifests.manifest import Manifests
from kubeproof.scenarios import UNSCALED, build, standard_scenario
from kubeproof.standard.autoscaler import SCENARIOS
from kubeproof.strategies import manifests
from kubeproof.translation import workloads_of
from kubeproof.workload import Workload
from model.api.autoscalers import DEFAULT_SCALE_DOWN, DEFAULT_SCALE_UP, MetricSource, PolicySelect, TargetType
from model.rows.autoscaler import Load

Document = dict[str, Any]


def deployment(replicas: int | None = None, **requests: str) -> Document:
    container = {"name": "web", "image": "web:1", "resources": {"requests": requests or {"cpu": "100m"}}}
    written = {} if replicas is None else {"replicas": replicas}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {
            **written,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container]}},
        },
    }


def autoscaler(version: str = "v2", kind: str = "Deployment", **fields: Any) -> Document:
    target = {"apiVersion": "apps/v1", "kind": kind, "name": "web"}
    return {
        "apiVersion": f"autoscaling/{version}",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "web"},
        "spec": {"scaleTargetRef": target, "maxReplicas": 6, **fields},
    }


def resource(**target: Any) -> list[Document]:
    return [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]


def loaded(*documents: Document) -> Manifests:
    return load(["-"], io.StringIO(yaml.safe_dump_all(documents)))


def workload(*documents: Document) -> Workload:
    [found] = workloads_of(loaded(*documents), 1)
    return found


def read(*documents: Document) -> WorkloadAutoscaler:
    [found] = workload(*documents).autoscalers
    return found


class TestRead:
    def test_without_metrics_it_goes_by_80_percent_of_cpu(self) -> None:
        api = read(deployment(), autoscaler()).autoscaler
        assert (api.min_replicas, api.max_replicas, api.behavior) == (1, 6, None)
        assert [(metric.name, metric.target) for metric in api.metrics] == [("cpu", 80)]

    def test_the_old_version_names_a_percentage_of_cpu(self) -> None:
        old = autoscaler("v1", targetCPUUtilizationPercentage=55)
        assert [metric.target for metric in read(deployment(), old).autoscaler.metrics] == [55]

    def test_amounts_are_in_thousandths(self) -> None:
        written = [
            {
                "type": "Pods",
                "pods": {"metric": {"name": "rps"}, "target": {"type": "AverageValue", "averageValue": "2.5"}},
            },
            {"type": "External", "external": {"metric": {"name": "jobs"}, "target": {"type": "Value", "value": 30}}},
        ]
        found = read(deployment(), autoscaler(metrics=written)).autoscaler.metrics
        assert [(each.source, each.name, each.target_type, each.target) for each in found] == [
            (MetricSource.PODS, "rps", TargetType.AVERAGE_VALUE, 2500),
            (MetricSource.EXTERNAL, "jobs", TargetType.VALUE, 30_000),
        ]

    def test_a_behavior_has_defaults_for_what_it_does_not_say(self) -> None:
        behavior = read(deployment(), autoscaler(behavior={"scaleDown": {"selectPolicy": "Min"}})).autoscaler.behavior
        assert behavior is not None
        assert behavior.scale_up == DEFAULT_SCALE_UP
        assert behavior.scale_down.policies == DEFAULT_SCALE_DOWN.policies
        assert behavior.scale_down.select is PolicySelect.MIN

    def test_it_knows_whether_the_pods_request_what_it_measures(self) -> None:
        assert read(deployment(cpu="1"), autoscaler()).requested == (True,)
        assert read(deployment(memory="64Mi"), autoscaler()).requested == (False,)

    def test_it_knows_what_an_apply_would_set(self) -> None:
        assert read(deployment(4), autoscaler()).written_replicas == 4
        assert read(deployment(), autoscaler()).written_replicas is None

    @pytest.mark.parametrize(("written", "size"), [(None, 2), (1, 2), (3, 3), (9, 6), (0, 0)])
    def test_what_it_scales_begins_at_a_size_that_it_allows(self, written: int | None, size: int) -> None:
        [member] = workload(deployment(written), autoscaler(minReplicas=2)).members
        assert member.replicas == size

    def test_one_of_another_kind_is_left_out_and_noted(self) -> None:
        found = loaded(deployment(), autoscaler(kind="ReplicaSet"))
        assert workloads_of(found, 1)[0].autoscalers == ()
        assert ["nothing scales its target" in note.message for note in found.notes] == [True]

    def test_one_whose_deployment_is_not_in_the_input_is_noted(self) -> None:
        [note] = loaded(autoscaler()).notes
        assert "Deployment web is not in the input" in note.message


class TestRefused:
    @pytest.mark.parametrize(
        ("fields", "told"),
        [
            ({"minReplicas": 0}, "spec.minReplicas is 0"),
            ({"minReplicas": 7}, "less than minReplicas (7)"),
            ({"maxReplicas": 0}, "spec.maxReplicas is 0"),
            ({"metrics": resource(type="Value", value="1")}, "no single target"),
            ({"metrics": resource(type="Utilization", averageUtilization=0)}, "not more than 0"),
            ({"metrics": [{"type": "Pods"}]}, "spec.metrics[0].pods is missing"),
            ({"behavior": {"scaleDown": {"stabilizationWindowSeconds": 3601}}}, "3601"),
            (
                {"behavior": {"scaleUp": {"policies": [{"type": "Pods", "value": 0, "periodSeconds": 15}]}}},
                "value is 0",
            ),
            ({"behavior": {"scaleUp": {"policies": [{"type": "Pods", "value": 1, "periodSeconds": 1801}]}}}, "1801"),
            ({"behavior": {"scaleUp": {"tolerance": "-0.1"}}}, "less than 0"),
        ],
    )
    def test_what_kubernetes_refuses(self, fields: Document, told: str) -> None:
        with pytest.raises(BadManifests) as bad:
            loaded(deployment(), autoscaler(**fields))
        assert any(told in error.message for error in bad.value.errors)


class TestInstances:
    @pytest.mark.parametrize(
        ("bounds", "most", "smaller"),
        [((2, 8), 3, (2, 3)), ((3, 8), 3, (2, 3)), ((4, 4), 2, (2, 2)), ((1, 2), 3, (1, 2)), ((1, 9), 1, (1, 1))],
    )
    def test_a_smaller_one_keeps_a_choice_of_sizes(
        self, bounds: tuple[int, int], most: int, smaller: tuple[int, int]
    ) -> None:
        written = workload(deployment(1), autoscaler(minReplicas=bounds[0], maxReplicas=bounds[1]))
        [found] = instance(written, replicas=most).autoscalers
        assert (found.autoscaler.min_replicas, found.autoscaler.max_replicas) == smaller

    @pytest.mark.parametrize(
        ("seconds", "longest", "syncs"),
        [(0, 300, 0), (15, 300, 1), (60, 300, 2), (300, 300, 3), (45, 45, 3), (30, 45, 2)],
    )
    def test_durations_are_syncs_in_proportion(self, seconds: int, longest: int, syncs: int) -> None:
        assert scaled(seconds, longest) == syncs

    def test_the_controller_s_own_window_does_not_shorten_others_where_it_is_not_used(self) -> None:
        policy = {"type": "Pods", "value": 1, "periodSeconds": 45}
        rules = {"stabilizationWindowSeconds": 30, "policies": [policy]}
        behavior = spec(read(deployment(), autoscaler(behavior={"scaleDown": rules})), 0).autoscaler.behavior
        assert behavior is not None
        assert behavior.scale_down.stabilization_window_seconds == 2
        assert behavior.scale_down.policies[0].period_seconds == 3

    def test_the_load_may_be_all_that_each_size_can_do_and_a_little_more(self) -> None:
        loads = spec(read(deployment(), autoscaler(maxReplicas=2)), 0).loads
        assert loads == (Load(0), Load(1), Load(1, above=True), Load(2), Load(3))


class TestScenarios:
    def test_other_scenarios_assume_that_it_does_nothing(self) -> None:
        scaled_web = workload(deployment(2), autoscaler())
        assert UNSCALED in build(scaled_web, standard_scenario("scale")).assumptions
        assert UNSCALED not in build(scaled_web, standard_scenario("load-rise")).assumptions
        assert UNSCALED not in build(workload(deployment(2)), standard_scenario("scale")).assumptions

    def test_rates_are_promised_where_there_are_policies(self) -> None:
        plain, behaving = (
            build(workload(deployment(), autoscaler(**more)), standard_scenario("load-rise"))
            for more in ({}, {"behavior": {"scaleUp": {"tolerance": 0}}})
        )
        assert "scale_down_rate" not in [prop.name for prop in plain.properties]
        assert "scale_down_rate" in [prop.name for prop in behaving.properties]

    def test_an_apply_is_only_looked_at_where_the_manifest_says_replicas(self) -> None:
        reapply = standard_scenario("reapply")
        assert reapply.is_for(workload(deployment(2), autoscaler()))
        assert not reapply.is_for(workload(deployment(), autoscaler()))

    @settings(max_examples=25, deadline=None)
    @given(text=manifests())
    def test_every_valid_autoscaler_becomes_a_scenario(self, text: str) -> None:
        for found in workloads_of(load(["-"], io.StringIO(text)), 1):
            for standard in SCENARIOS:
                if standard.is_for(found):
                    scenario = build(instance(found, replicas=2, nodes=1), standard)
                    assert all(state.autoscalers.capacity == len(found.autoscalers) for state in scenario.initial)
