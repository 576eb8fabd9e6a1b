"""A run that is kept in a folder ends as if nothing had ended it before."""

import contextlib
import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

import kubeproof
from checker import checkpoint
from checker.results import Progress
from kubeproof import BadCheckpoint, BadRun, Report, cli, output, searching, verification
from kubeproof.workload import Workload

EXAMPLES = Path(__file__).parents[2] / "examples"
NO_PROBE = EXAMPLES / "web-no-probe.yaml"
TIGHT = EXAMPLES / "tight-nodes.yaml"
CHOSEN: dict[str, Any] = {"scenarios": ["rollout", "scale"], "replicas": 1}


@pytest.fixture
def saving_all_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "_EVERY", 0.0)


def said(report: Report) -> Any:
    return comparable(json.loads(output.report_json(report)))


def comparable(document: Any) -> Any:
    """What does not depend on the machine, nor on what the part before the break had looked at."""
    if isinstance(document, dict):
        apart = ("seconds", "memory", "vacuous")
        return {name: comparable(value) for name, value in document.items() if name not in apart}
    return [comparable(value) for value in document] if isinstance(document, list) else document


def interrupts(*, after: int) -> Callable[[Workload, str, Progress], None]:
    """Ctrl-C at the `after`th report of progress."""
    calls = iter(range(after))

    def progress(workload: Workload, scenario: str, now: Progress) -> None:
        if next(calls, None) is None:
            raise KeyboardInterrupt

    return progress


def test_a_run_in_a_folder_says_what_a_run_without_one_says(tmp_path: Path) -> None:
    kept = kubeproof.verify(NO_PROBE, **CHOSEN, checkpoint=tmp_path)
    assert said(kept) == said(kubeproof.verify(NO_PROBE, **CHOSEN))


def test_what_was_decided_is_not_searched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = kubeproof.verify(TIGHT, scenarios=["rollout"], sample=True, checkpoint=tmp_path)
    monkeypatch.setattr(verification, "decide", lambda *_: pytest.fail("it was searched again"))
    again = kubeproof.resume(tmp_path)
    assert output.report_json(again) == output.report_json(first)
    assert any(verdict.cycle is not None for verdict in again.verdicts)


def test_ctrl_c_between_two_searches_leaves_the_rest_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decide = searching.decide
    decided: list[str] = []

    def once(scenario: Any, *rest: Any) -> Any:
        decided.append(scenario.name)
        if len(decided) == 3:
            raise KeyboardInterrupt
        return decide(scenario, *rest)

    monkeypatch.setattr(verification, "decide", once)
    with pytest.raises(KeyboardInterrupt):
        kubeproof.verify(NO_PROBE, **CHOSEN, checkpoint=tmp_path)
    resumed = kubeproof.resume(tmp_path)

    assert decided == ["rollout", "rollout", "scale", "scale", "scale"]
    assert said(resumed) == said(kubeproof.verify(NO_PROBE, **CHOSEN))


@pytest.mark.usefixtures("saving_all_the_time")
def test_ctrl_c_in_a_search_is_not_its_end(tmp_path: Path) -> None:
    whole = kubeproof.verify(NO_PROBE, scenarios=["rollout"])
    for reports in (1, 2):
        cut = kubeproof.verify(NO_PROBE, scenarios=["rollout"], checkpoint=tmp_path, progress=interrupts(after=reports))
        if cut.cut_short is None:  # a quick machine
            break
        assert cut.cut_short == "interrupted"
        assert cut.exit_code in (1, 3)
    assert said(kubeproof.resume(tmp_path)) == said(whole)


@pytest.mark.usefixtures("saving_all_the_time")
def test_a_timeout_counts_anew(tmp_path: Path) -> None:
    options: dict[str, Any] = {"scenarios": ["scale"], "properties": ["allowed_node"]}
    cut = kubeproof.verify(NO_PROBE, **options, timeout=0.001, checkpoint=tmp_path)
    assert cut.cut_short == "timeout"
    longer = (tmp_path / "run.json").read_text().replace('"timeout": 0.001', '"timeout": 600.0')
    (tmp_path / "run.json").write_text(longer)
    assert said(kubeproof.resume(tmp_path)) == said(kubeproof.verify(NO_PROBE, **options))


def test_a_folder_needs_no_manifest_any_more(tmp_path: Path) -> None:
    manifest = tmp_path / "web.yaml"
    manifest.write_text(NO_PROBE.read_text())
    first = kubeproof.verify(manifest, scenarios=["container-crash"], checkpoint=tmp_path / "run")
    manifest.unlink()
    assert said(kubeproof.resume(tmp_path / "run")) == said(first)


def test_a_folder_holds_one_run_only(tmp_path: Path) -> None:
    kubeproof.verify(NO_PROBE, scenarios=["container-crash"], checkpoint=tmp_path)
    for paths, options in (([NO_PROBE], ["scale"]), ([TIGHT], ["container-crash"])):
        with pytest.raises(BadRun, match="other manifests or with other options"):
            kubeproof.verify(*paths, scenarios=options, checkpoint=tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "holds no run"),
        ("", "not a run"),
        ("[]", "format None is not known"),
        ('{"format": 99}', "format 99 is not known"),
        ('{"format": 1}', "not a run: Object missing required field"),
        ("\x00", "not a run"),
    ],
)
def test_a_folder_without_a_run_exits_with_2_and_says_why(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], text: str | None, message: str
) -> None:
    if text is not None:
        (tmp_path / "run.json").write_text(text)
    with pytest.raises(SystemExit) as exited:
        cli.main(["resume", str(tmp_path)])
    error = " ".join(capfd.readouterr().err.split())
    assert exited.value.code == 2
    assert message in error
    assert "Traceback" not in error


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("kubeproof", "0.0.1", "kept by kubeproof 0.0.1"),
        ("options", {"scenarios": ["no_such"]}, "no scenario is called 'no_such'"),
        ("options", {"search": "guess"}, "Invalid enum value"),
    ],
)
def test_a_run_of_another_version_or_with_other_names_is_refused(
    tmp_path: Path, field: str, value: object, message: str
) -> None:
    kubeproof.verify(NO_PROBE, scenarios=["container-crash"], checkpoint=tmp_path)
    document = json.loads((tmp_path / "run.json").read_text())
    (tmp_path / "run.json").write_text(json.dumps({**document, field: value}))
    with pytest.raises(BadRun, match=message):
        kubeproof.resume(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        lambda document: {},
        lambda document: {**document, "verdicts": document["verdicts"][1:]},
        lambda document: {
            **document,
            "verdicts": [{**verdict, "starved": [["no_such", {}]]} for verdict in document["verdicts"]],
        },
        lambda document: {
            **document,
            "verdicts": [
                {**verdict, "trace": {"initial": 0, "steps": [{"action": "no_such"}]}}
                for verdict in document["verdicts"]
            ],
        },
    ],
    ids=["empty", "a verdict too few", "an event that is none", "a step that is none"],
)
def test_what_was_decided_is_not_taken_on_trust(tmp_path: Path, change: Callable[[Any], Any]) -> None:
    kubeproof.verify(NO_PROBE, scenarios=["container-crash"], checkpoint=tmp_path)
    [path] = tmp_path.glob("*.states.*/decided.json")
    path.write_bytes(msgspec.json.encode(change(json.loads(path.read_text()))))
    with pytest.raises(BadRun, match=r"decided\.json"):
        kubeproof.resume(tmp_path)


def test_a_search_that_cannot_be_read_is_bad_input(tmp_path: Path) -> None:
    kubeproof.verify(NO_PROBE, scenarios=["container-crash"], checkpoint=tmp_path)
    [decided] = tmp_path.glob("*.states.*/decided.json")
    decided.rename(decided.with_name("checkpoint.json"))
    with pytest.raises(BadCheckpoint):
        kubeproof.resume(tmp_path)


_KILLED = "from checker import checkpoint; checkpoint._EVERY = 0.0; from kubeproof.cli import main; main()"


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", _KILLED, *arguments]


def _kill_once_saved(process: subprocess.Popen[bytes], run: Path, after: int, pause: float) -> bool:
    """Kill the process `pause` seconds after its run folder has changed `after` times; False if it ended before."""
    seen, changes = _saved(run), 0
    while process.poll() is None:
        if changes >= after:
            time.sleep(pause)
            process.kill()
            return process.wait() == -signal.SIGKILL
        time.sleep(0.001)
        if (now := _saved(run)) != seen:
            seen, changes = now, changes + 1
    return False


def _saved(run: Path) -> list[tuple[str, int]]:
    """What is in the run folder, and when it was written."""
    found = []
    for path in run.rglob("*"):
        with contextlib.suppress(FileNotFoundError):  # it was replaced just now
            found.append((str(path), path.stat().st_mtime_ns))
    return sorted(found)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_a_process_that_is_killed_at_any_moment_ends_as_if_it_had_not_been(tmp_path: Path, seed: int) -> None:
    moments = random.Random(seed)
    arguments = [str(NO_PROBE), "--scenario", "rollout", "--scenario", "scale"]
    whole, run = tmp_path / "whole.json", tmp_path / "run"
    subprocess.run(_command("verify", *arguments, "--json", str(whole)), check=False, stderr=subprocess.DEVNULL)
    kept = ["--checkpoint", str(run)]
    killed = 0
    for after in range(1, 13):
        process = subprocess.Popen(
            _command("verify", *arguments, *kept), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        killed += _kill_once_saved(process, run, after, moments.uniform(0, 0.05))
    assert killed > 0  # the first round waits for its first file only, long before the end
    target = tmp_path / "resumed.json"
    last = subprocess.run(_command("resume", str(run), "--json", str(target)), check=False)
    assert last.returncode == 1
    assert comparable(json.loads(target.read_text())) == comparable(json.loads(whole.read_text()))
