"""Reading fields of plain data that may be missing or empty, with the path to each."""

from collections.abc import Iterator
from typing import Any

from kubeproof.manifests.errors import Path


def field(data: Any, *path: str | int) -> Any:
    """What is at `path`, or None if it, or something above it, is missing or empty."""
    for step in path:
        if isinstance(step, str):
            data = data.get(step) if isinstance(data, dict) else None
        else:
            data = data[step] if isinstance(data, list) and step < len(data) else None
    return data


def mapping(data: Any, *path: str | int) -> dict[str, Any]:
    """The mapping at `path`; an empty one if there is none."""
    return field(data, *path) or {}


def items(data: Any, *path: str | int) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Each mapping in the list at `path`, with its own path; an empty item (``-``) is an empty mapping."""
    for index, item in enumerate(field(data, *path) or ()):
        yield (*path, index), item or {}


POD_TEMPLATES: dict[str, tuple[str, ...]] = {
    "Deployment": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "ReplicationController": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "Pod": (),
}
"""Where each kind that runs Pods describes them: metadata and spec."""
