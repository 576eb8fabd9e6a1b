"""Every folder of `counterexamples/` still shows what its README says."""

from pathlib import Path

import pytest
from msgspec.structs import replace

import kubeproof
from kubeproof import Outcome, Verdict
from kubeproof.counterexample import Counterexample, load, take_again
from model.api.objects import ReplicaSet
from model.cluster import Cluster
from model.controllers.deployment import actions, rolling

FOLDERS = sorted(path.parent for path in Path(__file__).parents[2].glob("counterexamples/*/manifest.yaml"))
NAMES = [folder.name for folder in FOLDERS]
FIXED = [folder for folder in FOLDERS if (folder / "fixed.yaml").exists()]

WITHOUT_A_FIX = ["rollback-below-minimum", "suspended-job-loses-a-success"]
"""Folders whose violation no manifest prevents."""

ASSUMED_OF_THE_FIX = {"endpoint-removal-races-sigterm": "prestop-outlasts-propagation"}
"""What has to be assumed for the fix to hold, by folder; nothing where it is not here."""

every_folder = pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
every_fix = pytest.mark.parametrize("folder", FIXED, ids=[folder.name for folder in FIXED])


def _saved(folder: Path) -> Counterexample:
    return load(folder / "counterexample.json")


def _outcome_of_the_fix(folder: Path, *assume: str) -> Outcome:
    saved = _saved(folder)
    report = kubeproof.verify(
        folder / "fixed.yaml",
        scenarios=[saved.scenario],
        properties=[saved.property],
        assume=[*saved.assume, *assume],
    )
    [verdict] = report.verdicts
    return verdict.outcome


def test_every_folder_has_a_fix_except_those_that_cannot() -> None:
    assert [folder.name for folder in FOLDERS if folder not in FIXED] == WITHOUT_A_FIX


@every_folder
def test_a_saved_counterexample_replays_to_the_saved_offenders(folder: Path) -> None:
    saved = _saved(folder)
    replayed = take_again(saved)
    assert replayed.promise.name == saved.property
    assert replayed.narration.offenders == saved.offenders


@every_folder
def test_a_manifest_is_violated_in_as_many_steps_as_saved(folder: Path) -> None:
    saved = _saved(folder)
    report = kubeproof.verify(
        folder / "manifest.yaml",
        scenarios=[saved.scenario],
        properties=[saved.property],
        assume=saved.assume,
    )
    [verdict] = report.verdicts
    assert verdict.outcome is Outcome.VIOLATED
    assert verdict.depth == len(saved.steps)


@every_folder
def test_a_readme_names_the_property_the_scenario_and_the_number_of_steps(folder: Path) -> None:
    saved = _saved(folder)
    steps = f"{len(saved.steps)} step" + "s" * (len(saved.steps) > 1)
    sentence = f"`{saved.property}` is violated in the scenario `{saved.scenario}`, after {steps}."
    assert sentence in (folder / "README.md").read_text()


@every_fix
def test_a_fix_holds_under_the_assumption_that_its_readme_names(folder: Path) -> None:
    assumed = [ASSUMED_OF_THE_FIX[folder.name]] if folder.name in ASSUMED_OF_THE_FIX else []
    assert _outcome_of_the_fix(folder, *assumed) is Outcome.HOLDS
    assert all(f"--assume {name}" in (folder / "README.md").read_text() for name in assumed)


@pytest.mark.parametrize("name", sorted(ASSUMED_OF_THE_FIX))
def test_a_fix_with_an_assumption_needs_it(name: str) -> None:
    [folder] = [folder for folder in FOLDERS if folder.name == name]
    assert _outcome_of_the_fix(folder) is Outcome.VIOLATED


def _rolled_back() -> Verdict:
    [folder] = [folder for folder in FOLDERS if folder.name == "rollback-below-minimum"]
    report = kubeproof.verify(folder / "manifest.yaml", scenarios=["rollback"], properties=["enough_available"])
    [verdict] = report.verdicts
    return verdict


def _counting(
    monkeypatch: pytest.MonkeyPatch, *, at_most_spec: bool = False, only_pods_that_stay: bool = False
) -> None:
    """Let the Deployment controller count a ReplicaSet's available Pods in another way than by its status alone."""
    cached = actions._cached_replica_sets

    def counted(state: Cluster, replica_set: ReplicaSet) -> int:
        available = replica_set.available_replicas
        if only_pods_that_stay:
            slot = int(replica_set.uid)
            available = sum(1 for pod in state.pods if pod.replica_set == slot and pod.active and pod.ready)
        return min(available, replica_set.replicas) if at_most_spec else available

    monkeypatch.setattr(
        actions,
        "_cached_replica_sets",
        lambda state, deployment: [
            replace(each, available_replicas=counted(state, each)) for each in cached(state, deployment)
        ],
    )


def test_a_rollback_goes_below_the_minimum_though_new_unavailable_pods_are_never_negative(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        rolling,
        "max_scaled_down",
        lambda total, least, size, available: total - least - max(0, size - available),
    )
    verdict = _rolled_back()
    assert (verdict.outcome, verdict.depth) == (Outcome.VIOLATED, 16)


def test_a_rollback_goes_below_the_minimum_though_every_status_is_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    _counting(monkeypatch, only_pods_that_stay=True)
    verdict = _rolled_back()
    assert (verdict.outcome, verdict.depth) == (Outcome.VIOLATED, 15)


def test_a_rollback_goes_below_the_minimum_though_no_status_counts_for_more_than_the_spec(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _counting(monkeypatch, at_most_spec=True)
    assert _rolled_back().outcome is Outcome.VIOLATED


def test_a_rollback_keeps_the_minimum_if_a_pod_that_is_to_go_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    _counting(monkeypatch, at_most_spec=True, only_pods_that_stay=True)
    assert _rolled_back().outcome is Outcome.HOLDS
