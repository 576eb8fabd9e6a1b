"""From YAML nodes to plain values and their lines, within bounds."""

import base64
import binascii
from collections.abc import Callable
from typing import Any, ClassVar

import msgspec
import yaml

from kubeproof.manifests.errors import BadManifest, Path
from kubeproof.manifests.scalars import Scalar, key_text, plain_scalar

MOST_NODES = 1_000_000
"""Values in one document, aliases expanded."""
DEEPEST = 100
"""Levels of nesting in one document, aliases expanded."""
_STANDARD = "tag:yaml.org,2002:"
_TYPES: dict[str, tuple[type, ...]] = {
    "bool": (bool,),
    "int": (int,),
    "float": (float, int),
    "null": (type(None),),
}


class Lines(msgspec.Struct, frozen=True, eq=False):
    """The line of a value, and those of what is inside it. A mapping's entry is on the line of its key."""

    line: int
    inner: "dict[str, Lines] | list[Lines] | None" = None

    def of(self, *path: str | int) -> "Lines":
        """The lines of what is at `path`, or of its nearest ancestor that is there."""
        lines = self
        for step in path:
            inner: Any = lines.inner
            if step not in (range(len(inner)) if isinstance(inner, list) else inner or ()):
                break
            lines = inner[step]
        return lines

    def at(self, path: Path) -> int:
        """The line of `path`, or of its nearest ancestor that is there."""
        return self.of(*path).line


class _Built(msgspec.Struct, frozen=True, eq=False):
    """A value made from a node: how many values it holds and how deep they are nested."""

    data: Any
    inner: Any = None
    size: int = 1
    height: int = 1


class Values:
    """Makes the values of one document. Aliased nodes are made once and shared; `line_of` is the line of a mark."""

    PLAIN: ClassVar[str] = "plain"

    def __init__(self, file: str, line_of: Callable[[Any], int]) -> None:
        self._file = file
        self._line_of = line_of
        self._done: dict[int, _Built] = {}
        self._open: set[int] = set()

    def of_document(self, root: yaml.Node) -> tuple[Any, Lines]:
        """The value and the lines of the document at `root`. Raises BadManifest."""
        built = self._build(root, 1)
        return built.data, Lines(self._line(root), built.inner)

    def _line(self, node: yaml.Node) -> int:
        return self._line_of(node.start_mark)

    def _bad(self, node: yaml.Node, message: str, remedy: str) -> BadManifest:
        return BadManifest(self._file, self._line(node), message, remedy)

    def _build(self, node: yaml.Node, depth: int) -> _Built:
        if isinstance(node, yaml.ScalarNode):
            return _Built(self._scalar(node))
        if id(node) in self._open:
            raise self._bad(node, "an alias (*) stands inside what it names", "write the value out")
        built = self._done.get(id(node))
        if built is None:
            if depth > DEEPEST:
                raise self._too_deep(node)
            self._open.add(id(node))
            built = self._mapping(node, depth) if isinstance(node, yaml.MappingNode) else self._sequence(node, depth)
            self._open.remove(id(node))
            self._done[id(node)] = built
        if built.size > MOST_NODES:
            message = f"more than {MOST_NODES:,} values once its aliases (*) are expanded: a YAML bomb?"
            raise self._bad(node, message, "write out the values that are meant, or split the file")
        if depth + built.height > DEEPEST + 1:
            raise self._too_deep(node)
        return built

    def _too_deep(self, node: yaml.Node) -> BadManifest:
        return self._bad(node, f"nested more than {DEEPEST} levels deep", "no Kubernetes object is; flatten it")

    def _scalar(self, node: yaml.ScalarNode) -> Scalar:
        text, tag = str(node.value), str(node.tag)
        try:
            if tag == self.PLAIN:
                return plain_scalar(text)
            kind = tag.removeprefix(_STANDARD)
            if kind == "binary":
                return base64.b64decode(text, validate=False).decode()
            if kind not in _TYPES:
                return text
            value = plain_scalar(text)
        except (ValueError, binascii.Error) as error:
            raise self._bad(node, f"{text!r} cannot be read: {error}", "put it in quotes if it is text") from None
        if not isinstance(value, _TYPES[kind]) or (kind != "bool" and isinstance(value, bool)):
            raise self._bad(node, f"{text!r} is not what its tag !!{kind} says", "drop the tag or correct the value")
        return value

    def _sequence(self, node: yaml.Node, depth: int) -> _Built:
        items = [self._build(item, depth + 1) for item in node.value]
        lines = [Lines(self._line(item), built.inner) for item, built in zip(node.value, items, strict=True)]
        return _Built([built.data for built in items], lines, *_extent(items))

    def _mapping(self, node: yaml.Node, depth: int) -> _Built:
        data: dict[str, Any] = {}
        lines: dict[str, Lines] = {}
        parts: list[_Built] = []
        written: dict[str, int] = {}
        for key_node, value_node in node.value:
            value = self._build(value_node, depth + 1)
            parts.append(value)
            if key_node.tag == self.PLAIN and key_node.value == "<<":
                self._merge(value_node, value, data, lines)
                continue
            key = self._key(key_node)
            if key in written:
                message = f"{key!r} is given twice, here and in line {written[key]}"
                raise self._bad(key_node, message, "keep one of the two")
            written[key] = self._line(key_node)
            data[key] = value.data
            lines[key] = Lines(self._line(key_node), value.inner)
        return _Built(data, lines, *_extent(parts))

    def _key(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise self._bad(node, "a key must be text, not a list or a mapping", "put it in quotes if it is text")
        try:
            return key_text(self._scalar(node))
        except ValueError as error:
            raise self._bad(node, str(error), "give the key a name, in quotes if need be") from None

    def _merge(self, node: yaml.Node, value: _Built, data: dict[str, Any], lines: dict[str, Lines]) -> None:
        """``<<``: take over the entries of a mapping, or of a list of mappings whose first has the last word.

        As in kubectl, they replace entries that were written before the ``<<``.
        """
        merged = value.data if isinstance(value.data, list) else [value.data]
        inner = value.inner if isinstance(value.data, list) else [Lines(self._line(node), value.inner)]
        if not all(isinstance(mapping, dict) for mapping in merged):
            raise self._bad(node, "<< takes a mapping or a list of mappings", "name a mapping with an alias (*)")
        for mapping, mapping_lines in zip(reversed(merged), reversed(inner), strict=True):
            data.update(mapping)
            lines.update(mapping_lines.inner)


def _extent(parts: list[_Built]) -> tuple[int, int]:
    """Size and height of a collection of `parts`."""
    return 1 + sum(part.size for part in parts), 1 + max((part.height for part in parts), default=0)
