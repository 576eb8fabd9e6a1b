"""The list of pitfalls (``pitfalls.md``) is whole, and what it names exists."""

import ast
import json
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "conformance" / "data"
ROWS = [
    tuple(cell.strip() for cell in line.strip("|").split("|"))
    for line in Path(__file__).with_name("pitfalls.md").read_text().splitlines()
    if re.match(r"\| \d+ \|", line)
]
BY_NUMBER = pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
TEST = re.compile(r"`(tests/[\w/]+\.py)::([\w:]+)`")
CONFORMANCE = re.compile(r"`conformance: (\w+)` \(([^)]*)\)")
MODULE = re.compile(r"`([\w/]+\.py)`")


@cache
def named_in(path: str) -> frozenset[str]:
    """The tests of a module, as pytest names them behind its path."""
    body = ast.parse((ROOT / path).read_text()).body
    methods = [
        f"{group.name}::{each.name}"
        for group in body
        if isinstance(group, ast.ClassDef)
        for each in group.body
        if isinstance(each, ast.FunctionDef)
    ]
    return frozenset([each.name for each in body if isinstance(each, ast.FunctionDef)] + methods)


def test_every_pitfall_is_there_once_and_in_order() -> None:
    assert [row[0] for row in ROWS] == [str(number) for number in range(1, 51)]


@BY_NUMBER
def test_a_pitfall_says_what_holds_and_either_who_shows_it_or_where_it_is_left_out(row: tuple[str, ...]) -> None:
    _, naively, holds, shown = row
    assert naively
    assert holds
    if holds.startswith("Does not apply: "):
        assert (shown, MODULE.findall(holds) != []) == ("-", True)
    else:
        found = [each for each in shown.split("<br>") if TEST.fullmatch(each) or CONFORMANCE.fullmatch(each)]
        assert found == shown.split("<br>")


@BY_NUMBER
def test_every_test_that_it_names_exists(row: tuple[str, ...]) -> None:
    for path, name in TEST.findall(row[3]):
        assert name.rpartition("::")[2].startswith("test_")
        assert name in named_in(path), f"{path}::{name}"


@BY_NUMBER
def test_every_conformance_case_that_it_names_exists(row: tuple[str, ...]) -> None:
    for stem, which in CONFORMANCE.findall(row[3]):
        names = [case["name"] for case in json.loads((CASES / f"{stem}.json").read_text())["cases"]]
        for part in re.findall("`([^`]+)`", which):
            assert any(part in name for name in names), f"{stem}: {part}"


@BY_NUMBER
def test_every_module_that_it_names_exists(row: tuple[str, ...]) -> None:
    for path in MODULE.findall(row[2]):
        assert (ROOT / path).is_file(), path
