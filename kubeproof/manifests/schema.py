"""Kubernetes' own schemas: which kinds there are, which fields they have, of which types.

The schemas are those of the newest Kubernetes that the package ``kubernetes-validate`` carries. Reading them takes
some 0.1 s, so that is done once, and only when the first object is checked.
"""

import base64
import binascii
import datetime
import importlib.resources
import itertools
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from functools import cache
from typing import Any

import msgspec

from kubeproof.manifests.errors import Finding
from kubeproof.manifests.fields import field
from kubeproof.manifests.manifest import Manifest
from kubeproof.manifests.schema_messages import finding

_PACKAGE = "kubernetes_validate"
_FOLDER = "kubernetes-json-schema"
_URI = "https://kubernetes.io/api/_definitions.json"
_METADATA = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_MOST_FINDINGS = 20
"""Per object: after as many, something else is wrong than single fields."""
_REMOVED_GROUPS = frozenset({"extensions"})
_INTEGERS = {"int32": range(-(2**31), 2**31), "int64": range(-(2**63), 2**63)}


class Schemas(msgspec.Struct, frozen=True, eq=False):
    """The schemas of one version of Kubernetes. `kinds` maps (group, kind) to definitions by version."""

    version: str
    definitions: dict[str, Any]
    kinds: dict[tuple[str, str], dict[str, str]]
    groups: frozenset[str]
    validator: Callable[[str], Any]


@cache
def schemas() -> Schemas:
    """The newest schemas there are."""
    folder = importlib.resources.files(_PACKAGE) / _FOLDER
    names = [entry.name for entry in folder.iterdir() if entry.name.endswith("-local-strict")]
    newest = max(names, key=lambda name: [int(part) for part in _version(name).split(".")])
    document = msgspec.json.decode((folder / newest / "_definitions.json").read_bytes())
    definitions: dict[str, Any] = document["$defs"]
    kinds: dict[tuple[str, str], dict[str, str]] = {}
    for name, definition in definitions.items():
        for entry in definition.get("x-kubernetes-group-version-kind", ()):
            kinds.setdefault((entry["group"], entry["kind"]), {})[entry["version"]] = name
    groups = frozenset(group for group, _ in kinds) | _REMOVED_GROUPS
    minor = _version(newest).rpartition(".")[0]
    return Schemas(minor, definitions, kinds, groups, _validators(document))


def _version(name: str) -> str:
    """``1.37.0`` of ``v1.37.0-local-strict``."""
    return name.removeprefix("v").partition("-")[0]


def _validators(document: Any) -> Callable[[str], Any]:
    """A function from the name of a definition to its validator."""
    # imported here because it takes most of the time that reading schemas takes
    from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
    from referencing import Registry, Resource

    registry = Registry().with_resource(_URI, Resource.from_contents(document))
    formats = _format_checker()

    @cache
    def validator(definition: str) -> Any:
        reference = {"$ref": f"{_URI}#/$defs/{definition}"}
        return Draft202012Validator(reference, registry=registry, format_checker=formats)

    return validator


def _format_checker() -> Any:
    """Checks the formats that Kubernetes' schemas name."""
    from jsonschema import FormatChecker

    checker = FormatChecker(formats=())
    for name, numbers in _INTEGERS.items():
        checker.checks(name)(lambda value, numbers=numbers: not isinstance(value, int) or value in numbers)
    checker.checks("byte", raises=binascii.Error)(_is_base64)
    checker.checks("date-time", raises=ValueError)(_is_time)
    return checker


def _is_base64(value: object) -> bool:
    if isinstance(value, str):
        base64.b64decode(value.replace("\n", "").replace("\r", "").encode(), validate=True)
    return True


def _is_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.datetime.fromisoformat(value).tzinfo is not None


def schema_findings(manifest: Manifest) -> Iterator[Finding]:
    """What Kubernetes' schema of the object's kind says against it; of a custom resource, against its metadata.

    Fields that Kubernetes does not know, fields of another type and missing fields; a kind or version that a group
    of Kubernetes' own does not have, or no longer has.
    """
    known = schemas()
    if manifest.group not in known.groups:
        return _violations(manifest, known, _METADATA, ("metadata",))
    versions = known.kinds.get((manifest.group, manifest.kind), {})
    definition = versions.get(manifest.api_version.rpartition("/")[2])
    if definition is None:
        return iter((_unknown_kind(manifest, known),))
    return _violations(manifest, known, definition, ())


def _violations(manifest: Manifest, known: Schemas, definition: str, path: tuple[str, ...]) -> Iterator[Finding]:
    """Where what is at `path` in the object violates a definition."""
    errors = known.validator(definition).iter_errors(field(manifest.data, *path))
    found = (finding(error, path, manifest, known.definitions) for error in errors)
    return itertools.islice(itertools.chain.from_iterable(found), _MOST_FINDINGS)


def _unknown_kind(manifest: Manifest, known: Schemas) -> Finding:
    """The finding for a kind that its API version does not have: where it is now, or what may be meant."""
    kind, version = manifest.kind, f"Kubernetes {known.version}"
    message = f"{version} has no {kind} in {manifest.api_version}"
    now = sorted(_api_versions(kind, known), key=_stability)
    if now:
        remedy = f"write apiVersion: {now[0]}, and check the fields: they may have changed"
        return Finding(("apiVersion",), message, remedy)
    near = get_close_matches(kind, sorted({name for _, name in known.kinds}), n=1)
    if near:
        return Finding(("kind",), message, f"did you mean {near[0]} ({sorted(_api_versions(near[0], known))[0]})?")
    return Finding(("kind",), message, f"leave the object out: {version} would refuse it")


def _api_versions(kind: str, known: Schemas) -> Iterator[str]:
    """The API versions in which Kubernetes has `kind`."""
    for (group, name), versions in known.kinds.items():
        if name == kind:
            yield from (f"{group}/{version}" if group else version for version in versions)


def _stability(api_version: str) -> tuple[bool, bool, str]:
    """Orders API versions: generally available ones first."""
    return "alpha" in api_version, "beta" in api_version, api_version
