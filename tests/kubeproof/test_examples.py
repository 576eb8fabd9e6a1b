"""The verdicts on every example are exactly those in `examples/expected/`, one file for each kind of workload.

An entry names an example and the options to verify it with. A cell is the verdict; `states` and `depth`, the size of
the search, where it was exhaustive; `steps`, the length of the shortest counterexample (or witness) otherwise.

After a deliberate change: ``python -m tests.kubeproof.test_examples [deployment ...]`` prints what differs, and with
``--write`` it also writes the files. A new entry needs its example and options only.
"""

import difflib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import kubeproof
from checker.vocabulary import Kind
from kubeproof import Outcome, Report, Verdict
from kubeproof.standard.catalog import PROPERTIES

EXAMPLES = Path(__file__).parents[2] / "examples"
EXPECTED = EXAMPLES / "expected"
ENTRIES: list[dict[str, Any]] = [
    entry for path in sorted(EXPECTED.glob("*.json")) for entry in json.loads(path.read_text())
]


def _verify(entry: dict[str, Any]) -> Report:
    return kubeproof.verify(EXAMPLES / entry["example"], **entry["options"])


def _found(report: Report) -> dict[str, Any]:
    workloads: dict[str, Any] = {}
    for cell in report.cells:
        scenarios = workloads.setdefault(cell.written.name, {})
        scenarios.setdefault(cell.verdict.scenario, {})[cell.verdict.promise.name] = _cell(cell.verdict)
    return {
        "exit_code": report.exit_code,
        "lines_with_notes": [note.line for note in report.notes],
        "workloads": workloads,
    }


def _cell(verdict: Verdict) -> dict[str, Any]:
    exhausted = verdict.trace is None and verdict.outcome is not Outcome.INCONCLUSIVE
    return {
        "verdict": verdict.outcome.value,
        "states": verdict.states if exhausted else None,
        "depth": verdict.depth if exhausted else None,
        "steps": verdict.depth if verdict.trace is not None else None,
    }


def _cases() -> Iterator[Any]:
    for entry in ENTRIES:
        options = [f"{name}={value}" for name, value in entry["options"].items()]
        name = " ".join([entry["example"].removesuffix(".yaml"), *options])
        yield pytest.param(entry, id=name, marks=pytest.mark.slow if entry["slow"] else ())


@pytest.mark.parametrize("entry", list(_cases()))
def test_an_example_has_the_expected_verdicts(entry: dict[str, Any]) -> None:
    expected = {name: entry[name] for name in ("exit_code", "lines_with_notes", "workloads")}
    assert _found(_verify(entry)) == expected


def test_every_example_has_an_entry_that_is_not_slow() -> None:
    quick = {entry["example"] for entry in ENTRIES if not entry["slow"]}
    assert quick == {path.name for path in EXAMPLES.glob("*.yaml")}


def _expected(example: str, *, assume: bool, scenario: str = "rollout") -> dict[str, Any]:
    """The cells of one scenario, by property, of the first entry that has it."""
    for entry in ENTRIES:
        if entry["example"] == example and bool(entry["options"].get("assume")) is assume:
            for scenarios in entry["workloads"].values():
                if scenario in scenarios:
                    return scenarios[scenario]
    raise AssertionError(f"no entry of {example} has {scenario}")


def test_without_a_readiness_probe_a_rollout_is_an_outage() -> None:
    cells = _expected("web-no-probe.yaml", assume=False)
    assert cells["no_outage"]["verdict"] == cells["no_lost_request"]["verdict"] == "violated"


@pytest.mark.parametrize("example", ["single-replica-max-unavailable.yaml", "recreate-file-lock.yaml"])
def test_a_strategy_that_allows_no_pod_is_an_outage(example: str) -> None:
    assert _expected(example, assume=False)["no_outage"]["verdict"] == "violated"


def test_a_probe_and_a_long_enough_pre_stop_hook_protect_a_rollout() -> None:
    cells = _expected("web-graceful.yaml", assume=True)
    assert {cell["verdict"] for cell in cells.values()} == {"holds"}


def test_without_the_assumption_a_kube_proxy_routes_to_a_stopped_container() -> None:
    report = kubeproof.verify(EXAMPLES / "web-graceful.yaml", scenarios=["rollout"], properties=["no_lost_request"])
    [verdict] = report.verdicts
    assert verdict.outcome is Outcome.VIOLATED
    [pod] = verdict.offenders
    assert pod.routed_anywhere
    assert [container.value for container in pod.containers] == ["stopping"]


def test_where_the_surge_pod_does_not_fit_a_rollout_never_completes() -> None:
    assert _expected("tight-nodes.yaml", assume=False)["rollout_completes"]["verdict"] == "unreached"


def test_every_verdict_has_either_a_size_or_a_trace() -> None:
    sometimes = {prop.name for prop in PROPERTIES if prop.kind is Kind.SOMETIMES}
    for entry in ENTRIES:
        for scenarios in entry["workloads"].values():
            for cells in scenarios.values():
                for name, cell in cells.items():
                    traced = cell["verdict"] == ("holds" if name in sometimes else "violated")
                    sized = not traced and cell["verdict"] != "inconclusive"
                    assert (cell["states"] is not None, cell["steps"] is not None) == (sized, traced)


def _text(entries: list[dict[str, Any]]) -> str:
    """The entries as JSON, a cell in a line."""
    text = json.dumps(entries, indent=2)
    return re.sub(r"[\[{][^\[\]{}]*[\]}]", _in_one_line, text) + "\n"


def _in_one_line(part: re.Match[str]) -> str:
    return re.sub(r"\s*\n\s*", " ", part[0]).replace("[ ", "[").replace(" ]", "]").replace("{ ", "{").replace(" }", "}")


def _regenerate(path: Path, write: bool) -> None:
    before = path.read_text()
    after = _text([{"slow": False, **entry, **_found(_verify(entry))} for entry in json.loads(before)])
    if write:
        path.write_text(after)
    sys.stdout.writelines(
        difflib.unified_diff(before.splitlines(True), after.splitlines(True), "expected", "found", n=12)
    )


if __name__ == "__main__":
    chosen = [name for name in sys.argv[1:] if not name.startswith("--")]
    for file in sorted(EXPECTED.glob("*.json")):
        if not chosen or file.stem in chosen:
            _regenerate(file, "--write" in sys.argv[1:])
