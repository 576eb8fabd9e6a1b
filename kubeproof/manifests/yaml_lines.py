"""YAML and JSON documents with the line of every value.

The parser is PyYAML's C one; what its nodes mean follows kubectl (see `scalars`). Aliases and merge keys are
supported; a document that grows beyond measure when they are expanded is refused.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import yaml

from kubeproof.manifests.errors import BadManifest
from kubeproof.manifests.json_text import json_pieces
from kubeproof.manifests.yaml_values import MOST_NODES, Lines, Values

_SEPARATOR = re.compile(r"---\s*(#.*)?")
_TEMPLATE = re.compile(r"""[^#"']*\{\{""")
_NEARBY = 3
"""Lines up to a syntax error in which its cause is looked for."""
_BREAK = re.compile("[\n\x85\u2028\u2029]")
_MOST_SYNTAX_ERRORS = 20
LineOf = Callable[[Any], int]
RENDER_FIRST = "render the template first, for example: helm template RELEASE CHART | kubeproof verify -"


class Document(msgspec.Struct, frozen=True, eq=False):
    """One YAML document: plain data, and the line of everything in it."""

    data: Any
    lines: Lines


class _Composer(yaml.CSafeLoader):
    """Parses to nodes; a scalar that has neither quotes nor a tag gets the tag `Values.PLAIN`."""

    yaml_implicit_resolvers = {None: [(Values.PLAIN, re.compile(""))]}  # noqa: RUF012  (PyYAML's way)


def read_documents(text: str, file: str) -> tuple[list[Document], list[BadManifest]]:
    """The documents in `text` that can be read, and a mistake for each that cannot.

    Reading goes on after a mistake, at the next line ``---``.
    """
    documents: list[Document] = []
    errors: list[BadManifest] = []
    for start, piece in json_pieces(text):
        _read_piece(piece, file, start, documents, errors)
    return documents, errors


def _read_piece(text: str, file: str, start: int, documents: list[Document], errors: list[BadManifest]) -> None:
    """Add the documents and mistakes of `text`, which begins `start` lines into the file."""
    too_many = _too_many_values(text, file, start)
    if too_many is not None:
        errors.append(too_many)
        return
    lines = text.split("\n")
    last = max(len(text.rstrip("\n").split("\n")), 1)
    begin = 0
    while len(errors) < _MOST_SYNTAX_ERRORS:
        rest = "\n".join(lines[begin:])
        try:
            for document in _compose(rest, file, _line_numbers(rest, start + begin), errors):
                documents.append(document)  # noqa: PERF402  (keep those before a mistake)
            return
        except yaml.YAMLError as error:
            line, problem = _place(error, rest)
        # a mark past the newline that ends the file is on a line that no editor shows
        line = min(begin + line, last)
        nearby = lines[max(line - _NEARBY, begin) : line]
        errors.append(_not_yaml(file, start + line, problem, nearby))
        following = range(max(line - 1, begin + 1), len(lines))
        separator = next((index for index in following if _SEPARATOR.fullmatch(lines[index])), None)
        if separator is None:
            return
        begin = separator


def _too_many_values(text: str, file: str, start: int) -> BadManifest | None:
    """The mistake of a document with more values than are allowed, found before they take up memory."""
    if len(text) <= 2 * MOST_NODES:  # a value takes two characters at least
        return None
    count = 0
    try:
        for event in yaml.parse(text, _Composer):
            count = 0 if isinstance(event, yaml.DocumentStartEvent) else count + isinstance(event, yaml.NodeEvent)
            if count > MOST_NODES:
                line = _line_numbers(text, start)(event.start_mark)
                return BadManifest(file, line, f"more than {MOST_NODES:,} values in one document", "split the file")
    except yaml.YAMLError:
        pass  # reading the documents will say so
    return None


def _line_numbers(text: str, above: int) -> LineOf:
    """The function from one of the parser's marks to its line, counted from 1 and with `above` lines before `text`.

    The parser ends lines at three more characters than editors do.
    """
    odd = [number for number, found in enumerate(_BREAK.finditer(text)) if found.group() != "\n"]
    return lambda mark: above + mark.line + 1 - bisect_left(odd, mark.line)


def _compose(text: str, file: str, line_of: LineOf, errors: list[BadManifest]) -> Iterator[Document]:
    """The documents of `text`, but for empty ones; mistakes inside a document go to `errors`."""
    composer = _Composer(text)
    try:
        while composer.check_node():
            node = composer.get_node()
            if node is None:
                continue
            try:
                data, lines = Values(file, line_of).of_document(node)
            except BadManifest as error:
                errors.append(error)
                continue
            if data is not None:
                yield Document(data, lines)
    finally:
        composer.dispose()


def _place(error: yaml.YAMLError, text: str) -> tuple[int, str]:
    """The line of a syntax error, and what the parser says."""
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        return _line_numbers(text, 0)(mark) if mark else 1, error.problem or error.context or "syntax error"
    position = getattr(error, "position", 0)
    character = getattr(error, "character", None)
    what = f"control character U+{character:04X}" if isinstance(character, int) else str(error)
    return text.encode()[:position].count(b"\n") + 1, what


def _not_yaml(file: str, line: int, problem: str, nearby: list[str]) -> BadManifest:
    """The mistake for a syntax error at `line`; `nearby` are the last lines up to and with that one."""
    for distance, text in enumerate(reversed(nearby)):
        if _TEMPLATE.match(text):
            return BadManifest(file, line - distance, f"not YAML but a template ({problem})", RENDER_FIRST)
    if "cannot start any token" in problem and re.search(r"[@`%]", nearby[-1]):
        remedy = "put text that begins with @, ` or % in quotes; if it is a placeholder, fill it in first"
    elif problem.startswith("control character"):
        remedy = "delete it: it is not allowed in YAML, though most editors do not show it"
    elif "\t" in problem or "tab character" in problem:
        remedy = "indent with spaces, not with tabs"
    else:
        remedy = "check the indentation, quotes and brackets on this line and above it"
    return BadManifest(file, line, "not YAML: " + problem.replace("\t", "\\t"), remedy)
