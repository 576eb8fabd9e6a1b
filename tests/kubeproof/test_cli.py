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

from kubeproof import cli, sitting, verification

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


def test_a_replay_says_why(run, saved: Path) -> None:
    assert "why: Pod web-v1-a is routed to by kube-proxy" in run("replay", str(saved)).out


def test_a_run_without_end_replays_and_says_that_it_goes_on_forever(run, tmp_path: Path) -> None:
    run("verify", str(EXAMPLES / "tight-nodes.yaml"), "--scenario", "rollout", "--save", str(tmp_path))
    [path] = tmp_path.glob("*.deployment_converges.json")
    ran = run("replay", str(path))

    assert ran.code == 0
    assert "is violated again after 4 steps of rollout, after which nothing more happens" in ran.out
    assert "stays wrong" in run("show", str(path)).out


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


def test_show_prints_a_test_that_passes(run, saved: Path, tmp_path: Path) -> None:
    test = tmp_path / "test_saved.py"
    test.write_text(run("show", str(saved), "--format", "pytest").out)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test.name]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stdout
    assert "1 passed" in ran.stdout


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
        ("verify", NO_PROBE, "--memory", "much"),
        ("verify", NO_PROBE, "--memory", "0"),
        ("verify", NO_PROBE, "--workers", "0"),
        ("verify", NO_PROBE, "--search", "guess"),
        ("verify", NO_PROBE, "--search", "depth", "--checkpoint", "run"),
        ("verify", "no-such-file.yaml"),
        ("resume",),
        ("resume", "no-such-folder"),
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


def test_a_folder_that_a_run_cannot_be_kept_in_is_bad_usage(run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = run("verify", NO_PROBE, "--scenario", "scale", "--checkpoint", str(tmp_path / "file" / "run"))

    assert ran.code == 2
    assert "Traceback" not in ran.err


def test_a_run_that_is_kept_is_gone_on_with(run, tmp_path: Path) -> None:
    kept, first, again = (str(tmp_path / name) for name in ("run", "first.json", "again.json"))
    began = run("verify", NO_PROBE, "--scenario", "scale", "--checkpoint", kept, "--json", first)
    resumed = run("resume", kept, "--json", again, "--save", str(tmp_path / "saved"))

    assert resumed.code == began.code == 1
    assert "no_lost_request" in resumed.out
    assert Path(again).read_text() == Path(first).read_text()
    assert len(list((tmp_path / "saved").iterdir())) == 1


def test_what_a_timeout_cut_short_says_how_to_go_on(run, tmp_path: Path) -> None:
    kept = str(tmp_path / "run")
    ran = run("verify", NO_PROBE, "--scenario", "scale", "--timeout", "0.0001", "--checkpoint", kept)

    assert ran.code == 3
    assert f"timeout; go on with: kubeproof resume {kept}" in ran.err


def test_ctrl_c_outside_of_a_search_says_how_to_go_on(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(verification, "decide", interrupted)
    ran = run("verify", NO_PROBE, "--scenario", "scale", "--checkpoint", str(tmp_path / "run"))

    assert ran.code == 130
    assert "interrupted; go on with: kubeproof resume" in ran.err


def test_the_first_run_ever_says_that_it_compiles(run, monkeypatch: pytest.MonkeyPatch) -> None:
    command = ("verify", NO_PROBE, "--scenario", "container-crash", "--property", "no_outage")
    assert sitting.compiled_before()
    assert "compiling" not in run(*command).err
    monkeypatch.setattr(sitting, "compiled_before", lambda: False)
    assert "compiling the search loops: only once" in run(*command).err


def test_what_was_not_kept_was_not_compiled_before(tmp_path: Path) -> None:
    asks = "from kubeproof.sitting import compiled_before; print(compiled_before())"
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    ran = subprocess.run([sys.executable, "-c", asks], env=environment, capture_output=True, text=True, check=True)

    assert ran.stdout == "False\n"


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT to a process")
def test_ctrl_c_prints_what_is_known_so_far_and_how_to_go_on(tmp_path: Path) -> None:
    large = tmp_path / "large.yaml"
    large.write_text(Path(NO_PROBE).read_text().replace("replicas: 2", "replicas: 8"))
    command = [sys.executable, "-m", "kubeproof", "verify", str(large), "--replicas", "8", "--scenario", "rollout"]
    command += ["--checkpoint", str(tmp_path / "run")]
    compiles = [sys.executable, "-m", "kubeproof", "verify", NO_PROBE, "--scenario", "container-crash"]
    subprocess.run(compiles, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(8)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)

    assert "Traceback" not in err
    assert process.returncode in (1, 3), err
    assert "interrupted" in out
    assert "interrupted; go on with: kubeproof resume" in err
