"""Adapters from Kubernetes' own test cases to the model's functions."""

from collections.abc import Callable
from typing import Any

Case = dict[str, Any]
Adapter = Callable[[Case, Case], Any]

ADAPTERS: dict[str, Adapter] = {}


def adapter(*areas: str) -> Callable[[Adapter], Adapter]:
    """Register a function as the adapter of case files.

    `areas` are file names without ``.json`` and without ``__executed``: both kinds of file share one schema unless a
    file has an adapter under its full name. The adapter gets a case's `input` and its `expected`, and returns what the
    model answers, in the shape of `expected`. It may look at `expected` only to see which keys are asked for.
    """

    def register(function: Adapter) -> Adapter:
        for area in areas:
            if area in ADAPTERS:
                raise ValueError(f"two adapters for {area}")
            ADAPTERS[area] = function
        return function

    return register


def find(stem: str) -> Adapter | None:
    """The adapter of the file `stem`, or None."""
    return ADAPTERS.get(stem) or ADAPTERS.get(stem.removesuffix("__executed"))
