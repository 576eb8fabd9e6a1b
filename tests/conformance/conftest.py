"""Conformance cases: one test a case, from this folder's data or from ``--conformance-dir``."""

import importlib
import json
import pkgutil
from pathlib import Path

import pytest

from tests.conformance import adapters, registry

DATA = Path(__file__).parent / "data"

for module in pkgutil.iter_modules(adapters.__path__):
    importlib.import_module(f"{adapters.__name__}.{module.name}")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test per file and one per case."""
    folder = Path(metafunc.config.getoption("--conformance-dir", default=None) or DATA)
    files = sorted(folder.glob("*.json"))
    if "conformance_file" in metafunc.fixturenames:
        metafunc.parametrize("conformance_file", files, ids=[file.name for file in files])
    if "case" in metafunc.fixturenames:
        found = [
            (registry.find(file.stem), case)
            for file in files
            if registry.find(file.stem)
            for case in json.loads(file.read_text())["cases"]
        ]
        metafunc.parametrize(("run", "case"), found, ids=[case["name"] for _, case in found])
