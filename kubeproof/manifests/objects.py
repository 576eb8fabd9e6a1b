"""From YAML documents to Kubernetes objects: lists are flattened, what is no object is refused."""

from collections.abc import Iterator
from typing import Any

from kubeproof.manifests.errors import BadManifest
from kubeproof.manifests.manifest import Manifest, namespace_of
from kubeproof.manifests.yaml_lines import Document
from kubeproof.manifests.yaml_values import Lines

_BEGINNING = "a Kubernetes object begins with apiVersion, kind and metadata.name"
_KUSTOMIZE = "render it first: kubectl kustomize FOLDER | kubeproof verify -"


def objects_in(document: Document, file: str) -> Iterator[Manifest | BadManifest]:
    """The objects in a document: itself, or the items of a ``List``, ``DeploymentList`` and the like."""
    yield from _objects(document.data, document.lines, file, "", "")


def _objects(data: Any, lines: Lines, file: str, kind: str, api_version: str) -> Iterator[Manifest | BadManifest]:
    """As `objects_in`; `kind` and `api_version` are for items of a typed list, which need not repeat them."""
    if isinstance(data, dict) and _is_list(data):
        item_kind = data["kind"].removesuffix("List")
        item_api_version = data.get("apiVersion") if item_kind else ""
        for index, item in enumerate(data["items"] or ()):
            yield from _objects(item, lines.of("items", index), file, item_kind, item_api_version or "")
        return
    if isinstance(data, dict) and kind and "kind" not in data:
        data = {"apiVersion": api_version, "kind": kind, **data}
    try:
        yield _object(data, lines, file)
    except BadManifest as error:
        yield error


def _is_list(data: dict[str, Any]) -> bool:
    kind, items = data.get("kind"), data.get("items", ...)
    return isinstance(kind, str) and kind.endswith("List") and (items is None or isinstance(items, list))


def _object(data: Any, lines: Lines, file: str) -> Manifest:
    """The object. Raises BadManifest if `data` is none, saying what it is instead if that can be told."""
    if not isinstance(data, dict):
        what = "a list" if isinstance(data, list) else "text, a number or the like"
        raise BadManifest(file, lines.line, f"not a Kubernetes object but {what}", _BEGINNING)
    _refuse_others(data, lines, file)
    kind, api_version = _text(data, lines, file, "kind"), _text(data, lines, file, "apiVersion")
    metadata = data["metadata"]
    namespace = metadata.get("namespace")
    if namespace is not None and not isinstance(namespace, str):
        line = lines.at(("metadata", "namespace"))
        raise BadManifest(file, line, f"metadata.namespace must be text, not {namespace!r}", "put it in quotes")
    return Manifest(
        kind=kind,
        api_version=api_version,
        name=_text(metadata, lines, file, "metadata", "name"),
        namespace=namespace_of(kind, metadata),
        file=file,
        document_line=lines.line,
        data=data,
        lines=lines,
    )


def _refuse_others(data: dict[str, Any], lines: Lines, file: str) -> None:
    """Raise BadManifest unless `data` has what every Kubernetes object has."""
    if data.get("kind") in ("Kustomization", "Component") and "kustomize" in str(data.get("apiVersion", "kustomize")):
        raise BadManifest(file, lines.line, "a Kustomize file, not a Kubernetes object", _KUSTOMIZE)
    if isinstance(data.get("services"), dict) and not data.get("apiVersion"):
        remedy = "convert it first, for example with kompose: kompose convert --stdout | kubeproof verify -"
        raise BadManifest(file, lines.line, "a Docker Compose file, not a Kubernetes object", remedy)
    metadata = data.get("metadata")
    if isinstance(metadata, dict) and metadata.get("generateName") and not metadata.get("name"):
        line = lines.at(("metadata", "generateName"))
        raise BadManifest(file, line, "has metadata.generateName but no metadata.name", "give the object a name")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    present = {"apiVersion": data.get("apiVersion"), "kind": data.get("kind"), "metadata.name": name}
    missing = [field for field, value in present.items() if value is None or value == ""]
    if missing:
        message = f"not a Kubernetes object: it has no {' and no '.join(missing)}"
        raise BadManifest(file, lines.line, message, f"add what is missing ({_BEGINNING}), or leave the file out")


def _text(data: dict[str, Any], lines: Lines, file: str, *path: str) -> str:
    """The text at the last step of `path`. Raises BadManifest if it is not text."""
    value = data[path[-1]]
    if isinstance(value, str):
        return value
    raise BadManifest(file, lines.at(path), f"{'.'.join(path)} must be text, not {value!r}", "put it in quotes")
