"""The command line: what it prints, what it writes, and how it exits."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kubeproof import cli

EXAMPLES = Path(__file__).parents[2] / "examples"
NO_PROBE = str(EXAMPLES / "web-no-probe.yaml")


class Ran:
    """How a command ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    def command(*arguments: str, stdin: str = "") -> Ran:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        with pytest.raises(SystemExit) as exited:
            cli.main(arguments)
        sys.stdout.flush()
        out, err = capfd.readouterr()
        return Ran(int(exited.value.code or 0), out, err)

    return command


def test_a_violation_exits_with_1_and_prints_the_matrix_and_a_trace(run) -> None:
    ran = run("verify", NO_PROBE, "--scenario", "rollout", "--property", "no_lost_request")

    assert ran.code == 1
    assert "no_lost_request │ violated (9)" in ran.out
    assert "user applies new image: web" in ran.out
    assert "offends: Pod web-v2-a (web running, not answering)" in ran.out


def test_what_holds_exits_with_0(run) -> None:
    ran = run("verify", NO_PROBE, "--scenario", "scale", "--property", "no_outage")

    assert ran.code == 0
    assert "1 holds" in ran.out


def test_an_inconclusive_search_exits_with_3_and_says_why(run) -> None:
    ran = run("verify", NO_PROBE, "--scenario", "rollout", "--property", "allowed_node", "--max-states", "100")

    assert ran.code == 3
    assert "max states" in ran.out


def test_a_timeout_is_inconclusive(run) -> None:
    ran = run("verify", NO_PROBE, "--scenario", "rollout", "--property", "allowed_node", "--timeout", "0.0001")

    assert ran.code == 3
    assert "timeout" in ran.out


def test_manifests_come_from_standard_input(run) -> None:
    text = Path(NO_PROBE).read_text()
    ran = run("verify", "-", "--scenario", "container-crash", "--property", "no_outage", stdin=text)

    assert ran.code == 0
    assert "Service/default/web" in ran.out


def test_json_has_the_documented_keys_and_a_counterexample_that_replays(run, tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    ran = run("verify", NO_PROBE, "--scenario", "scale", "--json", str(target))
    document = json.loads(target.read_text())

    assert ran.code == 1
    assert set(document) == {"verdicts", "searches", "notes"}
    documented = {
        "property", "scenario", "verdict", "bounds", "disturbances", "assumptions", "states", "transitions", "depth",
        "seconds", "counterexample",
    }  # fmt: skip
    for verdict in document["verdicts"]:
        assert documented <= set(verdict)
        assert (verdict["counterexample"] is not None) == (verdict["verdict"] == "violated")
    [violated] = [verdict for verdict in document["verdicts"] if verdict["verdict"] == "violated"]
    saved = tmp_path / "counterexample.json"
    del violated["counterexample"]["trace"]
    saved.write_text(json.dumps(violated["counterexample"]))
    assert run("replay", str(saved)).code == 0


def test_json_to_standard_output_is_all_that_is_printed(run) -> None:
    ran = run("verify", NO_PROBE, "--scenario", "scale", "--json", "-")

    assert {verdict["scenario"] for verdict in json.loads(ran.out)["verdicts"]} == {"scale"}


@pytest.fixture
def saved(run, tmp_path: Path) -> Path:
    run("verify", NO_PROBE, "--scenario", "scale", "--save", str(tmp_path))
    [path] = tmp_path.glob("*.json")
    return path


def test_a_saved_counterexample_replays(run, saved: Path) -> None:
    ran = run("replay", str(saved))

    assert ran.code == 0
    assert "no_lost_request is violated again after 4 steps of scale" in ran.out


def test_a_step_that_is_not_possible_any_more_exits_with_1_and_is_named(run, saved: Path) -> None:
    document = json.loads(saved.read_text())
    document["steps"].insert(1, document["steps"][0])
    saved.write_text(json.dumps(document))
    ran = run("replay", str(saved))

    assert ran.code == 1
    assert "step 2: user_scales_down(deployment=0) is not enabled" in ran.out


def test_a_trace_that_ends_without_offenders_exits_with_1(run, saved: Path) -> None:
    document = json.loads(saved.read_text())
    document["steps"] = document["steps"][:-1]
    saved.write_text(json.dumps(document))
    ran = run("replay", str(saved))

    assert ran.code == 1
    assert "nothing offends it" in ran.out


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 99}', "\x00\x01", "kind: Service"])
def test_a_file_that_is_no_counterexample_exits_with_2(run, tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.json"
    path.write_text(text)
    for command in ("replay", "show"):
        ran = run(command, str(path))

        assert ran.code == 2
        assert "broken.json" in ran.err
        assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("field", "value"), [("property", "no_such"), ("scenario", "no_such"), ("assume", ["no_such"]), ("format", 2)]
)
def test_a_counterexample_with_an_unknown_name_exits_with_2(run, saved: Path, field: str, value: object) -> None:
    document = json.loads(saved.read_text())
    document[field] = value
    saved.write_text(json.dumps(document))

    assert run("replay", str(saved)).code == 2


def test_show_prints_text_json_and_mermaid(run, saved: Path) -> None:
    assert "offends: Pod web-v1-a (web stopping)" in run("show", str(saved)).out
    assert len(json.loads(run("show", str(saved), "--format", "json").out)["steps"]) == 4
    assert run("show", str(saved), "--format", "mermaid").out.startswith("sequenceDiagram\n")


def test_scenarios_and_properties_are_listed_one_line_each_with_what_they_need(run) -> None:
    scenarios, properties = run("scenarios").out, run("properties").out

    [flap] = [line for line in scenarios.splitlines() if line.startswith("readiness-flap")]
    [outage] = [line for line in properties.splitlines() if line.startswith("no_outage")]
    assert "needs a readiness probe" in flap
    assert "needs a Service" in outage


@pytest.mark.parametrize(
    "arguments",
    [
        ("verify",),
        ("verify", NO_PROBE, "--scenario", "no_such"),
        ("verify", NO_PROBE, "--property", "no_such"),
        ("verify", NO_PROBE, "--assume", "no_such"),
        ("verify", NO_PROBE, "--nodes", "0"),
        ("verify", NO_PROBE, "--nodes", "many"),
        ("verify", NO_PROBE, "--max-states", "-1"),
        ("verify", NO_PROBE, "--timeout", "0"),
        ("verify", NO_PROBE, "--no-such-option"),
        ("verify", "no-such-file.yaml"),
        ("show", NO_PROBE, "--format", "pdf"),
        ("replay",),
        ("no-such-command",),
    ],
)
def test_bad_usage_and_bad_input_exit_with_2_and_no_traceback(run, arguments: tuple[str, ...]) -> None:
    ran = run(*arguments)

    assert ran.code == 2
    assert ran.err.strip()
    assert "Traceback" not in ran.out + ran.err


def test_a_folder_that_cannot_be_written_is_bad_usage(run, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    ran = run("verify", NO_PROBE, "--scenario", "scale", "--save", str(blocked / "folder"))

    assert ran.code == 2
    assert "Traceback" not in ran.err


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT to a process")
def test_ctrl_c_prints_what_is_known_so_far(tmp_path: Path) -> None:
    large = tmp_path / "large.yaml"
    large.write_text(Path(NO_PROBE).read_text().replace("replicas: 2", "replicas: 8"))
    command = [sys.executable, "-m", "kubeproof", "verify", str(large), "--replicas", "8", "--scenario", "rollout"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(8)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)

    assert "Traceback" not in err
    assert process.returncode in (1, 3), err
    assert "interrupted" in out
