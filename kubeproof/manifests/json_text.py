"""JSON as kubectl reads it: one object after another, without separators."""

import json
import re
from collections.abc import Iterator

_ESCAPE = re.compile(r"\\(u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|.)", re.DOTALL)
_SPACE = re.compile(r"\s*")
_SURROGATES = 12
"""Characters in an escaped pair of surrogates."""


def json_pieces(text: str) -> Iterator[tuple[int, str]]:
    """The JSON objects in `text`, each with the number of lines before it.

    Text that is not a row of JSON objects comes back whole: it may be YAML.
    """
    try:
        pieces = list(_objects(text)) if text.lstrip().startswith("{") else []
    except (ValueError, RecursionError):
        pieces = []
    yield from pieces or [(0, text)]


def _objects(text: str) -> Iterator[tuple[int, str]]:
    """The objects; ValueError where there is something else."""
    decoder = json.JSONDecoder()
    line, end = 0, 0
    while (begin := _next(text, end)) < len(text):
        line += text.count("\n", end, begin)
        _, end = decoder.raw_decode(text, begin)
        yield line, _ESCAPE.sub(_as_yaml, text[begin:end])
        line += text.count("\n", begin, end)


def _next(text: str, position: int) -> int:
    """Where the next object begins, from `position` on."""
    space = _SPACE.match(text, position)
    return space.end() if space else position


def _as_yaml(escape: re.Match[str]) -> str:
    """An escape that YAML understands: it has no pairs of surrogates."""
    found = escape.group()
    return str(json.loads(f'"{found}"')) if len(found) == _SURROGATES else found
