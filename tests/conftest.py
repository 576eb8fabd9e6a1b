"""Options that must exist before any folder's own conftest is read, and Hypothesis' profiles."""

import os

import pytest
from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("dev", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that names a folder of conformance cases."""
    parser.addoption("--conformance-dir", help="a folder of conformance files to run instead of the project's own")
