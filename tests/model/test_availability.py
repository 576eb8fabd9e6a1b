"""When a Pod that is ready counts as available."""

import pytest
from msgspec.structs import replace

from model.cluster import Constants
from model.controllers.availability import min_ready_seconds_pass
from model.rows.pod import Pod
from tests.model.clusters import cluster, constants, disabled, gone, only, pending, pod, running


def tables(seconds: int) -> Constants:
    known = constants(revisions=1)
    return replace(known, templates=tuple(replace(each, min_ready_seconds=seconds) for each in known.templates))


def test_a_pod_that_stays_ready_becomes_available() -> None:
    assert pod(only(min_ready_seconds_pass(cluster(running(), tables=tables(5)), 0))).ready_long_enough


@pytest.mark.parametrize("other", [running(ready=False), running(ready_long_enough=True), gone(ready=True), pending()])
def test_one_that_is_not_ready_is_available_already_or_is_gone_does_not(other: Pod) -> None:
    assert disabled(min_ready_seconds_pass(cluster(other, tables=tables(5)), 0))


def test_without_min_ready_seconds_there_is_nothing_to_wait_for() -> None:
    assert disabled(min_ready_seconds_pass(cluster(running(), tables=tables(0)), 0))
    assert disabled(min_ready_seconds_pass(cluster(empty_pod_slots=1, tables=tables(5)), 0))
