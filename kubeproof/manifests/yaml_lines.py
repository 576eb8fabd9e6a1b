"""YAML and JSON documents with the line of every value.

The parser is PyYAML's C one; what its nodes mean follows kubectl (see `scalars`). Aliases and merge keys are
supported; a document that grows beyond measure when they are expanded is refused.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import yaml

from kubeproof.manifests.errors import BadManifest, Path
from kubeproof.manifests.json_text import json_pieces
from kubeproof.manifests.yaml_values import Lines, Values

_SEPARATOR = re.compile(r"---\s*(#.*)?")
_TEMPLATE = re.compile(r"""[^#"']*\{\{""")
_NEARBY = 3
"""Lines up to a syntax error in which its cause is looked for."""
_MOST_SYNTAX_ERRORS = 20
RENDER_FIRST = "render the template first, for example: helm template RELEASE CHART | kubeproof verify -"


class Document(msgspec.Struct, frozen=True, eq=False):
    """One YAML document: plain data, and the line of everything in it."""

    data: Any
    lines: Lines

    def line(self, path: Path) -> int:
        """The line of `path`, or of its nearest ancestor that the document has."""
        return self.lines.at(path)


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
    lines = text.split("\n")
    begin = 0
    while len(errors) < _MOST_SYNTAX_ERRORS:
        rest = "\n".join(lines[begin:])
        try:
            for document in _compose(rest, file, start + begin, errors):
                documents.append(document)  # noqa: PERF402  (keep those before a mistake)
            return
        except yaml.YAMLError as error:
            line, problem = _place(error, rest)
            nearby = lines[max(begin + line - _NEARBY, begin) : begin + line]
            errors.append(_not_yaml(file, start + begin + line, problem, nearby))
        following = range(max(begin + line - 1, begin + 1), len(lines))
        separator = next((index for index in following if _SEPARATOR.fullmatch(lines[index])), None)
        if separator is None:
            return
        begin = separator


def _compose(text: str, file: str, start: int, errors: list[BadManifest]) -> Iterator[Document]:
    """The documents of `text`, but for empty ones; mistakes inside a document go to `errors`."""
    composer = _Composer(text)
    try:
        while composer.check_node():
            node = composer.get_node()
            if node is None:
                continue
            try:
                data, lines = Values(file, start).of_document(node)
            except BadManifest as error:
                errors.append(error)
                continue
            if data is not None:
                yield Document(data, lines)
    finally:
        composer.dispose()


def _place(error: yaml.YAMLError, text: str) -> tuple[int, str]:
    """The line of a syntax error in `text`, counted from 1, and what the parser says."""
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        problem = error.problem or error.context or "syntax error"
        # a mark past the end of a file that ends in a newline is on a line that no editor shows
        last = max(len(text.rstrip("\n").split("\n")), 1)
        return min(mark.line + 1, last) if mark else 1, problem
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
    elif "\t" in problem or "tab character" in problem:
        remedy = "indent with spaces, not with tabs"
    else:
        remedy = "check the indentation, quotes and brackets on this line and above it"
    return BadManifest(file, line, "not YAML: " + problem.replace("\t", "\\t"), remedy)
