"""Every folder of `counterexamples/` still shows what its README says."""

from pathlib import Path

import pytest

import kubeproof
from kubeproof import Outcome
from kubeproof.counterexample import Counterexample, load, take_again

FOLDERS = sorted(path.parent for path in Path(__file__).parents[2].glob("counterexamples/*/manifest.yaml"))
NAMES = [folder.name for folder in FOLDERS]
FIXED = [folder for folder in FOLDERS if (folder / "fixed.yaml").exists()]

WITHOUT_A_FIX = ["rollback-below-minimum"]
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
