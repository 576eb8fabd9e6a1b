"""Notes on objects that are legal: what the model does not represent, and what looks like a slip."""

from collections.abc import Iterator, Sequence
from typing import Any

from kubeproof.manifests.coverage import Assumed, Covered, NotModelled, Table
from kubeproof.manifests.errors import Note, Path, spell
from kubeproof.manifests.manifest import Manifest
from kubeproof.manifests.relations import Relations
from kubeproof.manifests.represented import CANNOT_MATTER, NOT_MODELLED_YET, TABLES
from kubeproof.manifests.suspicious import suspicions

_UNKNOWN = NotModelled("verdicts do not take it into account")
_ALWAYS_THERE = {("ServiceAccount", "default"), ("ConfigMap", "kube-root-ca.crt")}

Known = frozenset[tuple[str, str, str]]
"""Kind, namespace and name of every object of the input."""


def notes_on(objects: Sequence[Manifest]) -> Iterator[Note]:
    """What to know about `objects`, in their order; those of one object by line."""
    known = frozenset((each.kubernetes_kind, each.namespace, each.name) for each in objects)
    relations = Relations(objects)
    for manifest in objects:
        found = sorted(_messages(manifest, known, relations), key=lambda each: each[0])
        affects = relations.affected_by(manifest) if found else frozenset()
        for line, message in found:
            yield Note(file=manifest.file, line=line, message=message, affects=affects)


def _messages(manifest: Manifest, known: Known, relations: Relations) -> Iterator[tuple[int, str]]:
    """The line and the text of every note on one object."""
    kind = manifest.kubernetes_kind
    table = TABLES.get(kind)
    if table is not None:
        for path, message in _fields(manifest.data, table, (), (manifest.namespace, known)):
            yield manifest.line(path), message
    elif kind not in CANNOT_MATTER:
        means = NOT_MODELLED_YET.get(kind, _UNKNOWN.means)
        yield manifest.document_line, f"{manifest.kind} {manifest.name} is not modelled yet: {means}"
    for path, message in suspicions(manifest, relations):
        yield manifest.line(path), message


def _fields(data: dict[str, Any], table: Table, path: Path, known: tuple[str, Known]) -> Iterator[tuple[Path, str]]:
    """The fields of a mapping that the table does not cover, and what that means."""
    for name, value in data.items():
        where = (*path, name)
        rule = table.get(name, table.get("*", _UNKNOWN))
        if isinstance(rule, Covered):
            continue
        if isinstance(rule, NotModelled):
            if rule.concerns(value):
                yield where, f"{spell(where)} is not modelled: {rule.means}"
        elif isinstance(rule, Assumed):
            yield from _assumed(value, rule, where, known)
        else:
            yield from _inside(value, rule, where, known)


def _inside(value: Any, table: Table, path: Path, known: tuple[str, Known]) -> Iterator[tuple[Path, str]]:
    """The same for a mapping, or for every mapping in a list."""
    if isinstance(value, dict):
        yield from _fields(value, table, path, known)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _inside(item, table, (*path, index), known)


def _assumed(value: Any, rule: Assumed, path: Path, known: tuple[str, Known]) -> Iterator[tuple[Path, str]]:
    """A reference to an object that the input does not have."""
    namespace, objects = known
    if rule.key and isinstance(value, dict):
        name = None if value.get("optional") else value.get(rule.key)
    else:
        name = value
    if name and (rule.kind, name) not in _ALWAYS_THERE and (rule.kind, namespace, name) not in objects:
        yield path, f"{spell(path)}: verdicts assume that {rule.kind} {name} exists; it is not in the input"
