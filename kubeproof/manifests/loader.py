"""Reads manifests: files, folders and standard input, to checked Kubernetes objects."""

from collections.abc import Iterator, Sequence
from typing import TextIO

from kubeproof.manifests.errors import BadManifest, BadManifests, Finding, Note
from kubeproof.manifests.limits import limit_findings
from kubeproof.manifests.manifest import Manifest, Manifests
from kubeproof.manifests.notes import notes_on
from kubeproof.manifests.objects import objects_in
from kubeproof.manifests.schema import schema_findings
from kubeproof.manifests.sources import Source, read_sources
from kubeproof.manifests.yaml_lines import RENDER_FIRST, read_documents


def load(paths: Sequence[str], stdin: TextIO | None = None) -> Manifests:
    """The Kubernetes objects in `paths`: files, folders (with all folders in them), and ``-`` for `stdin`.

    YAML, of one or several documents, or JSON; lists are flattened. Objects that the model cannot represent, and
    fields of others that it cannot, are in the notes.

    Raises BadManifests with every mistake that was found, if there is any.
    """
    sources, errors = read_sources(paths, stdin)
    return _objects(sources, errors, ", ".join(paths) or "-")


def read(paths: Sequence[str], stdin: TextIO | None = None) -> list[Source]:
    """The text of every file in `paths`, as `load` reads them.

    Raises BadManifests if one cannot be read.
    """
    sources, errors = read_sources(paths, stdin)
    if errors:
        raise BadManifests(errors)
    return sources


def load_sources(sources: Sequence[Source]) -> Manifests:
    """The Kubernetes objects in texts that were read before; otherwise as `load`."""
    return _objects(sources, [], ", ".join(source.file for source in sources) or "-")


def _objects(sources: Sequence[Source], errors: list[BadManifest], where: str) -> Manifests:
    objects: list[Manifest] = []
    notes: list[Note] = []
    for source in sources:
        found, mistakes = _read(source)
        objects += found
        errors += mistakes
        if not found and not mistakes:
            message = "has no Kubernetes object in it, only comments, empty documents or empty lists"
            if source.named:
                errors.append(BadManifest(source.file, 1, message, "write manifests into it, or leave it out"))
            else:
                notes.append(Note(file=source.file, line=1, message=message))
    errors += _taken_names(objects)
    if not objects and not errors:
        message = "no Kubernetes object was found"
        errors.append(BadManifest(where, None, message, "name files or folders that hold manifests"))
    if errors:
        raise BadManifests(errors)
    return Manifests(tuple(objects), (*notes, *notes_on(objects)))


def _read(source: Source) -> tuple[list[Manifest], list[BadManifest]]:
    """The objects of one file, and its mistakes by line."""
    objects: list[Manifest] = []
    documents, errors = read_documents(source.text, source.file)
    for document in documents:
        for found in objects_in(document, source.file):
            if isinstance(found, BadManifest):
                errors.append(found)
                continue
            objects.append(found)
            for finding in _findings(found):
                errors.append(BadManifest(found.file, found.line(finding.path), finding.message, finding.remedy))
    lines = source.text.split("\n")
    errors = [_unrendered(error, lines) for error in errors]
    return objects, sorted(errors, key=lambda error: error.line or 0)


def _findings(manifest: Manifest) -> Iterator[Finding]:
    """What Kubernetes would refuse about one object; ranges are checked where all fields have the right types."""
    findings = list(schema_findings(manifest))
    yield from findings or limit_findings(manifest)


def _unrendered(error: BadManifest, lines: list[str]) -> BadManifest:
    """The mistake; if its line holds a placeholder of a template, with the remedy for that."""
    line = lines[error.line - 1] if error.line else ""
    if "{{" not in line or "}}" not in line or error.remedy == RENDER_FIRST:
        return error
    return BadManifest(error.file, error.line, f"{error.message} (the line is part of a template)", RENDER_FIRST)


def _taken_names(objects: Sequence[Manifest]) -> Iterator[BadManifest]:
    """Objects of the same kind, namespace and name as an earlier one: the later would replace the earlier."""
    first: dict[tuple[str, str, str, str], Manifest] = {}
    for manifest in objects:
        key = (manifest.group, manifest.kind, manifest.namespace, manifest.name)
        if key in first:
            place = f"{first[key].file}:{first[key].document_line}"
            message = f"{manifest.identity} is also in {place}: the later one would replace the earlier"
            yield BadManifest(manifest.file, manifest.document_line, message, "delete one of them, or rename it")
        first.setdefault(key, manifest)
