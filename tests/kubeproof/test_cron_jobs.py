"""CronJobs from manifests: what becomes of the schedule and of durations, what is refused, what a trace says."""

import io
from typing import Any

import pytest
import yaml
from hypothesis import given, settings

from kubeproof.instances import instance, size_of
from kubeproof.kinds.cron_job import WorkloadCronJob
from kubeproof.manifests.errors import BadManifests
from kubeproof.manifests.loader import load
from kubeproof.manifests.valid import Object, objects, write_yaml
from kubeproof.scenarios import build
from kubeproof.standard.catalog import STANDARD
from kubeproof.translation import workloads_of
from kubeproof.workload import Workload
from model.api.cron_jobs import ConcurrencyPolicy

NEVER = "0 0 31 2 *"


def manifest(job: dict[str, Any] | None = None, **spec: Any) -> str:
    """A CronJob with these fields in its spec, and in that of its Jobs."""
    pod = {"restartPolicy": "Never", "containers": [{"name": "dump", "image": "registry.example.com/dump:1"}]}
    written = {"schedule": "30 2 * * *", "jobTemplate": {"spec": {**(job or {}), "template": {"spec": pod}}}, **spec}
    return yaml.safe_dump(
        {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "backup"}, "spec": written}, sort_keys=False
    )


def workload(**fields: Any) -> Workload:
    [found] = workloads_of(load(["-"], io.StringIO(manifest(**fields))), 2)
    return found


def cron_job(**fields: Any) -> WorkloadCronJob:
    [found] = workload(**fields).cron_jobs
    return found


class TestReading:
    def test_the_defaults_are_those_of_the_api_server(self) -> None:
        read = cron_job()
        assert read.concurrency_policy is ConcurrencyPolicy.ALLOW
        assert read.starting_deadline_seconds is None
        assert (read.successful_jobs_history_limit, read.failed_jobs_history_limit) == (3, 1)
        assert not read.suspended
        assert not read.finished_jobs_expire

    def test_what_is_written_counts(self) -> None:
        read = cron_job(
            job={"ttlSecondsAfterFinished": 0},
            concurrencyPolicy="Forbid",
            successfulJobsHistoryLimit=0,
            failedJobsHistoryLimit=2,
            suspend=True,
        )
        assert read.concurrency_policy is ConcurrencyPolicy.FORBID
        assert (read.successful_jobs_history_limit, read.failed_jobs_history_limit) == (0, 2)
        assert read.suspended
        assert read.finished_jobs_expire

    @pytest.mark.parametrize(
        ("written", "read"),
        [
            ("30 2 * * *", "*/2 * * * *"),
            ("@hourly", "*/2 * * * *"),
            ("@every 90m", "@every 2m"),
            ("0 0 31 2 *", NEVER),
        ],
    )
    def test_a_schedule_becomes_one_of_its_kind(self, written: str, read: str) -> None:
        assert cron_job(schedule=written).schedule == read

    @pytest.mark.parametrize(
        ("schedule", "deadline", "read"),
        [
            ("@hourly", 0, 0),
            ("@hourly", 30, 30),
            ("@hourly", 1799, 30),
            ("@hourly", 1800, 90),
            ("@hourly", 3600, 150),
            ("@hourly", 7200, 270),
            ("0 8,20 * * 1-5", 6 * 3600, 90),
            ("@every 10m", 300, 90),
            (NEVER, 300, 300),
        ],
    )
    def test_a_deadline_counts_in_halves_of_the_shortest_period(self, schedule: str, deadline: int, read: int) -> None:
        assert cron_job(schedule=schedule, startingDeadlineSeconds=deadline).starting_deadline_seconds == read

    def test_a_smaller_one_keeps_fewer_jobs_and_says_so(self) -> None:
        written = workload(successfulJobsHistoryLimit=5, failedJobsHistoryLimit=0)
        small = instance(written, replicas=1, nodes=1)
        [read] = small.cron_jobs
        assert (read.successful_jobs_history_limit, read.failed_jobs_history_limit) == (1, 0)
        assert size_of(small, written) == {
            "finished Jobs kept": "1 of 5 (successfulJobsHistoryLimit 1, failedJobsHistoryLimit 0)",
            "nodes": 1,
        }

    def test_a_suspended_one_has_only_the_scenario_in_which_it_is_resumed(self) -> None:
        suspended = workload(suspend=True)
        assert [standard.name for standard in STANDARD if standard.is_for(suspended)] == ["suspend"]
        [suspend] = [standard for standard in STANDARD if standard.is_for(suspended)]
        assert [row.suspended for row in build(suspended, suspend).initial[0].cron_jobs] == [True]


class TestRefused:
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("schedule", "30 2 * *"),
            ("schedule", "60 * * * *"),
            ("schedule", "TZ=Europe/Berlin @daily"),
            ("timeZone", "Europe/Atlantis"),
            ("timeZone", "Local"),
            ("concurrencyPolicy", "forbid"),
            ("startingDeadlineSeconds", -1),
            ("successfulJobsHistoryLimit", -1),
            ("failedJobsHistoryLimit", -1),
        ],
    )
    def test_it_is_refused_where_it_is_wrong(self, field: str, value: Any) -> None:
        text = manifest(**{field: value})
        line = next(number for number, each in enumerate(text.splitlines(), 1) if each.strip().startswith(f"{field}:"))
        with pytest.raises(BadManifests) as refused:
            load(["-"], io.StringIO(text))
        [error] = refused.value.errors
        assert error.line == line
        assert error.remedy

    def test_an_empty_schedule_is_none(self) -> None:
        with pytest.raises(BadManifests) as refused:
            load(["-"], io.StringIO(manifest(schedule="")))
        assert len(refused.value.errors) == 1


def notes(**fields: Any) -> list[str]:
    return [note.message for note in load(["-"], io.StringIO(manifest(**fields))).notes]


def test_what_decides_how_a_job_ends_needs_no_note() -> None:
    assert notes(job={"backoffLimit": 3, "activeDeadlineSeconds": 60, "ttlSecondsAfterFinished": 60}) == []


def test_jobs_that_are_suspended_do_not_run_and_get_a_note() -> None:
    [note] = notes(job={"suspend": True})
    assert note == "spec.jobTemplate.spec.suspend is not modelled: verdicts let its Jobs run"


@settings(max_examples=30, deadline=None)
@given(found=objects())
def test_every_valid_one_becomes_scenarios(found: list[Object]) -> None:
    loaded = load(["-"], io.StringIO(write_yaml(found)))
    of_kind = [each for each in workloads_of(loaded, 2) if each.kind.name == "CronJob"]
    assert len(of_kind) == len(loaded.of_kind("CronJob"))
    for each in of_kind:
        for standard in (standard for standard in STANDARD if standard.is_for(each)):
            assert build(instance(each, replicas=1, nodes=1), standard).events()
