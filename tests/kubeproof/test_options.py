"""Options that make no sense are refused, and sizes of memory are read as people write them."""

from typing import Any

import pytest

from kubeproof.options import Options, UsageError, check_options, memory_size


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("512", 512 * 2**20),
        ("1.5", 3 * 2**19),
        ("2GiB", 2 * 2**30),
        ("2 GiB", 2 * 2**30),
        ("2gi", 2 * 2**30),
        ("800MB", 800 * 10**6),
        ("800M", 800 * 10**6),
        ("64kib", 64 * 2**10),
        ("1TB", 10**12),
    ],
)
def test_a_size_is_a_number_of_mebibytes_or_has_a_unit(text: str, number: int) -> None:
    assert memory_size(text) == number


@pytest.mark.parametrize("text", ["", "much", "-1", "0", "0GiB", "GiB", "2XB", "2iB", "1e3", "2GiB and more", "٣"])
def test_what_is_no_size_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match="2GiB or 800MB"):
        memory_size(text)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"workers": 0}, "--workers must be at least 1"),
        ({"max_depth": 0}, "--max-depth must be at least 1"),
        ({"max_states": 0}, "--max-states must be at least 1"),
        ({"memory": 0}, "--memory must be at least 1"),
        ({"seed": -1}, "--seed must be at least 0"),
        ({"timeout": 0.0}, "--timeout must be more than 0"),
        ({"properties": ("no_such",)}, "no property is called 'no_such'"),
    ],
)
def test_what_makes_no_sense_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        check_options(Options(**options))


@pytest.mark.parametrize(
    "options", [{"search": "depth"}, {"search": "simulation"}, {"partial_order": True}, {"live_columns": True}]
)
def test_only_what_can_be_gone_on_with_is_kept_in_a_folder(options: dict[str, Any]) -> None:
    check_options(Options(**options))
    with pytest.raises(UsageError, match="--checkpoint"):
        check_options(Options(**options), saved=True)
