"""What the API server fills in in a Pod template.

Left out: the defaults of volumes and of fields that nobody compares or reads here.

Source: pkg/apis/core/v1/defaults.go
"""

import re
from collections.abc import Mapping
from typing import Any

_PATH = re.compile(r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*")
_DOMAIN = re.compile(
    r"([A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])(\.([A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9]))*(:[0-9]+)?"
)
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = re.compile(r"[A-Za-z][A-Za-z0-9]*([-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9A-Fa-f]{32,}")
_IDENTIFIER = re.compile(r"[a-f0-9]{64}")


def defaulted(given: Mapping[str, Any] | None, **defaults: Any) -> dict[str, Any]:
    """The fields that are `given`, and the `defaults` of those that are unset: null, or empty text."""
    return {**defaults, **{key: value for key, value in (given or {}).items() if value is not None and value != ""}}


def default_pod_template(template: Mapping[str, Any] | None) -> dict[str, Any]:
    """The Pod template with the defaults of its Pod and of its containers.

    Source: pkg/apis/core/v1/defaults.go (SetDefaults_PodSpec)
    """
    spec = defaulted(
        (template or {}).get("spec"),
        dnsPolicy="ClusterFirst",
        restartPolicy="Always",
        securityContext={},
        terminationGracePeriodSeconds=30,
        schedulerName="default-scheduler",
    )
    for key in ("containers", "initContainers"):
        if spec.get(key):
            spec[key] = [default_container(each) for each in spec[key]]
    return {**(template or {}), "spec": spec}


def default_container(container: Mapping[str, Any]) -> dict[str, Any]:
    """The container with its defaults: an image without a tag, or with ``latest``, is always pulled.

    Source: pkg/apis/core/v1/defaults.go (SetDefaults_Container, SetDefaults_Probe)
    """
    latest = image_tag(container.get("image") or "") == "latest"
    given = defaulted(
        container,
        imagePullPolicy="Always" if latest else "IfNotPresent",
        terminationMessagePath="/dev/termination-log",
        terminationMessagePolicy="File",
    )
    for key in ("livenessProbe", "readinessProbe", "startupProbe"):
        if key in given:
            given[key] = defaulted(
                given[key], timeoutSeconds=1, periodSeconds=10, successThreshold=1, failureThreshold=3
            )
    if given.get("ports"):
        given["ports"] = [defaulted(port, protocol="TCP") for port in given["ports"]]
    return given


def image_tag(image: str) -> str:
    """The tag of an image: ``latest`` if it names neither tag nor digest, empty if it is no image name.

    Source: pkg/util/parsers/parsers.go (ParseImageName)
    """
    named, at, digest = image.partition("@")
    head, slash, rest = named.partition("/")
    has_domain = slash and (any(mark in head for mark in ".:") or head == "localhost" or head != head.lower())
    domain, remainder = (head, rest) if has_domain else ("", named)
    path, colon, tag = remainder.partition(":")
    valid = (
        _PATH.fullmatch(path)
        and not _IDENTIFIER.fullmatch(image)
        and (not domain or _DOMAIN.fullmatch(domain))
        and (not colon or _TAG.fullmatch(tag))
        and (not at or _DIGEST.fullmatch(digest))
    )
    if not valid:
        return ""
    return tag if colon else "" if at else "latest"
