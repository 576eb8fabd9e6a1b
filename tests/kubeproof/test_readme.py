"""The README says what is there."""

import re
from pathlib import Path

import pytest

from kubeproof import cli

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def _printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit):
        cli.main(arguments)
    return capsys.readouterr().out


def _comparable(line: str) -> str:
    """A line but for what differs from machine to machine."""
    return re.sub(r"\d+\.\d s|memory [\d,]+ MiB", "#", line.strip())


def test_what_the_readme_shows_is_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    manifest = str(ROOT / "examples" / "web-no-probe.yaml")
    printed = {_comparable(line) for line in _printed(capsys, "verify", manifest, "--scenario", "rollout").splitlines()}
    blocks = re.findall(r"```text\n(.*?)```", README, re.DOTALL)
    shown = [_comparable(line) for block in blocks for line in block.splitlines() if not line.endswith("...")]
    assert len(shown) > 40
    assert [line for line in shown if line not in printed] == []


def test_the_readme_names_every_command_and_every_option_of_verify(capsys: pytest.CaptureFixture[str]) -> None:
    commands = [name for name in cli.app if not name.startswith("-")]
    assert set(commands) == {"verify", "resume", "replay", "show", "properties", "scenarios"}
    assert all(f"`kubeproof {name}" in README for name in commands)
    options = set(re.findall(r"--[a-z-]+", _printed(capsys, "verify", "--help"))) - {"--help", "--version"}
    switched = {option.replace("--no-", "--") for option in re.findall(r"--[a-z-]+", README)}
    assert {option.replace("--no-", "--") for option in options} <= switched
