"""The model answers as Kubernetes' own code does."""

from pathlib import Path

from tests.conformance.registry import Adapter, Case, find


def test_file_has_an_adapter(conformance_file: Path) -> None:
    assert find(conformance_file.stem), (
        f"no adapter for {conformance_file.name}: write one in tests/conformance/adapters/"
    )


def test_case(run: Adapter, case: Case) -> None:
    assert run(case["input"], case["expected"]) == case["expected"]
