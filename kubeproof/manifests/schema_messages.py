"""What a schema says against a manifest, in the words of somebody who wrote one."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from kubeproof.manifests.errors import Finding, Path, spell
from kubeproof.manifests.manifest import Manifest

_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
}
_FEW = 12


def finding(error: Any, above: Path, manifest: Manifest, definitions: dict[str, Any]) -> Iterator[Finding]:
    """The findings in one error of ``jsonschema``; `above` is the path of what it was given."""
    path: Path = (*above, *error.absolute_path)
    match error.validator:
        case "additionalProperties":
            for field in error.instance:
                if field not in error.schema["properties"]:
                    yield _unknown_field(path, field, error.schema, manifest, definitions)
        case "required":
            for field in error.validator_value:
                if field not in error.instance:
                    message = f"{spell(path) or manifest.kind} has no {field}"
                    yield Finding(path, message, f"add {field}; {_explain(manifest, (*path, field))}")
        case "type":
            yield _mistyped(path, error.instance, error.validator_value)
        case "oneOf":
            if error.instance is not None:  # null fits both of the schemas, and Kubernetes takes it
                yield _mistyped(path, error.instance, _either(error.validator_value))
        case "format":
            yield _malformed(path, error.instance, error.validator_value)
        case _:
            yield Finding(path, f"{spell(path)}: {error.message}", _explain(manifest, path))


def _unknown_field(
    path: Path, field: str, schema: dict[str, Any], manifest: Manifest, definitions: dict[str, Any]
) -> Finding:
    """A field that Kubernetes does not know: misspelt, or in the wrong place."""
    where = spell(path) or manifest.kind
    message = f"unknown field {field!r} in {where}"
    known = sorted(schema["properties"])
    near = _near(field, known)
    inside = [name for name in known if field in _properties(schema["properties"][name], definitions)]
    if near:
        remedy = f"did you mean {near}?"
    elif inside:
        remedy = f"{field} belongs in {spell((*path, inside[0]))}: indent it under {inside[0]}"
    elif len(known) <= _FEW:
        remedy = f"the fields there are: {', '.join(known)}"
    else:
        remedy = _explain(manifest, path)
    return Finding((*path, field), message, remedy)


def _near(field: str, known: list[str]) -> str | None:
    """The known field that is written most like `field`."""
    same = [name for name in known if name.lower() == field.lower()]
    return next(iter(same or get_close_matches(field, known, n=1, cutoff=0.75)), None)


def _properties(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """The fields of what `schema` refers to."""
    name = schema.get("$ref", "").rpartition("/")[2]
    properties: dict[str, Any] = definitions.get(name, {}).get("properties", {})
    return properties


def _mistyped(path: Path, value: Any, types: str | list[str]) -> Finding:
    wanted = [_TYPES[name] for name in ([types] if isinstance(types, str) else types) if name in _TYPES]
    message = f"{spell(path)} must be {' or '.join(wanted)}, not {describe(value)}"
    if "text" in wanted and isinstance(value, bool):
        remedy = "put it in quotes: YAML reads yes, no, on, off, y and n as true and false"
    elif wanted == ["text"] and isinstance(value, int | float):
        remedy = f'put it in quotes: "{value}"'
    elif isinstance(value, str) and wanted == ["a whole number"] and value.lstrip("-").isdigit():
        remedy = f"write {value} without quotes"
    elif wanted == ["a list"]:
        remedy = "begin each item with a dash: - ..."
    elif wanted == ["a mapping"] and isinstance(value, list):
        remedy = "leave out the dashes"
    else:
        remedy = f"write {' or '.join(wanted)}"
    return Finding(path, message, remedy)


def _either(schemas: list[dict[str, Any]]) -> list[str]:
    """The types that one of `schemas` allows."""
    return [name for schema in schemas for name in schema["type"]]


def _malformed(path: Path, value: Any, form: str) -> Finding:
    match form:
        case "byte":
            remedy = "encode it with base64, or write it under stringData as it is"
            return Finding(path, f"{spell(path)} is not base64", remedy)
        case "date-time":
            remedy = "write it like 2026-01-31T12:00:00Z"
            return Finding(path, f"{spell(path)}: {value!r} is not a time", remedy)
        case _:
            return Finding(path, f"{spell(path)}: {value} does not fit in {form[3:]} bits", "write a smaller number")


def _explain(manifest: Manifest, path: Path) -> str:
    """Where to read about a field."""
    steps = [manifest.kind.lower(), *(step for step in path if isinstance(step, str))]
    return f"see kubectl explain {'.'.join(steps)}"


def describe(value: Any) -> str:
    """A value in a few words: ``the number 3``, ``text 'three'``, ``a list``."""
    match value:
        case None:
            return "empty"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value}"
        case str():
            short = value if len(value) <= 40 else value[:37] + "..."
            return f"text {short!r}"
        case list():
            return "a list"
        case _:
            return "a mapping"
