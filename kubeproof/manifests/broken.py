"""A Hypothesis strategy for manifests that are valid but for one place."""

from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

from kubeproof.manifests.valid import Object, objects, write_yaml

Broken = tuple[str, int | None]
"""A manifest's text, and the line of the damage, counted from 1; None where several lines may be blamed."""

_MARK = "damaged"


def _spec(deployment: Object) -> Any:
    return deployment["spec"]


def _pod(deployment: Object) -> Any:
    return deployment["spec"]["template"]["spec"]


def _container(deployment: Object) -> Any:
    return deployment["spec"]["template"]["spec"]["containers"][0]


_Damage = tuple[Callable[[Object], Any], str, Any, str]
_DEPLOYMENT: tuple[_Damage, ...] = (
    (_spec, _MARK, 1, _MARK),
    (_pod, _MARK, {"a": 1}, _MARK),
    (_container, _MARK, [1], _MARK),
    (_spec, "replicas", _MARK, _MARK),
    (_spec, "replicas", -90909, "-90909"),
    (_spec, "replicas", 2**31, str(2**31)),
    (_spec, "minReadySeconds", -90909, "-90909"),
    (_spec, "strategy", {"type": "Damaged"}, "Damaged"),
    (_spec, "strategy", {"rollingUpdate": {"maxSurge": "90909x%"}}, "90909x%"),
    (_spec, "strategy", {"rollingUpdate": {"maxSurge": 0, "maxUnavailable": "00%"}}, "00%"),
    (_pod, "restartPolicy", "Damaged", "Damaged"),
    (_pod, "terminationGracePeriodSeconds", -90909, "-90909"),
    (_pod, "nodeSelector", {"kubernetes.io/os": "-damaged"}, "-damaged"),
    (_pod, "tolerations", [{"key": "a", "effect": "Damaged"}], "Damaged"),
    (_container, "name", "Damaged_", "Damaged_"),
    (_container, "image", 90909, "90909"),
    (_container, "ports", [{"containerPort": 90909}], "90909"),
    (_container, "resources", {"requests": {"cpu": "90909damaged"}}, "90909damaged"),
    (_container, "volumeMounts", [{"name": _MARK, "mountPath": "/"}], _MARK),
)
_CRON_JOB: tuple[_Damage, ...] = (
    (_spec, _MARK, 1, _MARK),
    (_spec, "schedule", "damaged * * * *", _MARK),
    (_spec, "schedule", "TZ=Etc/damaged @daily", _MARK),
    (_spec, "timeZone", "Europe/Damaged", "Europe/Damaged"),
    (_spec, "concurrencyPolicy", "Damaged", "Damaged"),
    (_spec, "startingDeadlineSeconds", -90909, "-90909"),
    (_spec, "successfulJobsHistoryLimit", -90909, "-90909"),
    (_spec, "failedJobsHistoryLimit", _MARK, _MARK),
)
_JOB: tuple[_Damage, ...] = (
    (_spec, _MARK, 1, _MARK),
    (_spec, "parallelism", -90909, "-90909"),
    (_spec, "completions", _MARK, _MARK),
    (_spec, "backoffLimit", -90909, "-90909"),
    (_spec, "completionMode", "Damaged", "Damaged"),
    (_spec, "podReplacementPolicy", "Damaged", "Damaged"),
    (_spec, "podFailurePolicy", {"rules": [{"action": "Damaged"}]}, "Damaged"),
    (_pod, "restartPolicy", "Damaged", "Damaged"),
)
_STATEFUL_SET: tuple[_Damage, ...] = (
    (_spec, _MARK, 1, _MARK),
    (_spec, "replicas", -90909, "-90909"),
    (_spec, "podManagementPolicy", "Damaged", "Damaged"),
    (_spec, "updateStrategy", {"type": "Damaged"}, "Damaged"),
    (_spec, "updateStrategy", {"rollingUpdate": {"partition": -90909}}, "-90909"),
    (_spec, "updateStrategy", {"rollingUpdate": {"maxUnavailable": "90909x%"}}, "90909x%"),
    (_spec, "ordinals", {"start": -90909}, "-90909"),
    (_spec, "persistentVolumeClaimRetentionPolicy", {"whenScaled": "Damaged"}, "Damaged"),
    (_pod, "restartPolicy", "Damaged", "Damaged"),
)
_DAEMON_SET: tuple[_Damage, ...] = (
    (_spec, _MARK, 1, _MARK),
    (_spec, "minReadySeconds", -90909, "-90909"),
    (_spec, "updateStrategy", {"type": "Damaged"}, "Damaged"),
    (_spec, "updateStrategy", {"rollingUpdate": {"maxUnavailable": "90909x%"}}, "90909x%"),
    (_spec, "updateStrategy", {"rollingUpdate": {"maxSurge": 90909, "maxUnavailable": 1}}, "90909"),
    (_spec, "updateStrategy", {"rollingUpdate": {"maxUnavailable": "00%"}}, "00%"),
    (_pod, "restartPolicy", "Damaged", "Damaged"),
)
_AUTOSCALER: tuple[_Damage, ...] = (
    (_spec, _MARK, 1, _MARK),
    (_spec, "minReplicas", -90909, "-90909"),
    (_spec, "maxReplicas", -90909, "-90909"),
    (_spec, "metrics", [{"type": "Damaged"}], "Damaged"),
    (_spec, "behavior", {"scaleDown": {"stabilizationWindowSeconds": 90909}}, "90909"),
    (_spec, "behavior", {"scaleUp": {"selectPolicy": "Damaged"}}, "Damaged"),
)
_DISRUPTION_BUDGET: tuple[_Damage, ...] = (
    (_spec, _MARK, 1, _MARK),
    (_spec, "minAvailable", "90909x%", "90909x%"),
    (_spec, "maxUnavailable", "90909%", "90909%"),
    (_spec, "unhealthyPodEvictionPolicy", "Damaged", "Damaged"),
)
_DAMAGES: Mapping[str, tuple[_Damage, ...]] = {
    "Deployment": _DEPLOYMENT,
    "StatefulSet": _STATEFUL_SET,
    "DaemonSet": _DAEMON_SET,
    "CronJob": _CRON_JOB,
    "Job": _JOB,
    "HorizontalPodAutoscaler": _AUTOSCALER,
    "PodDisruptionBudget": _DISRUPTION_BUDGET,
}
"""By kind: where to put which key with which value, and text that only its line has."""


@st.composite
def broken_manifests(draw: st.DrawFn) -> Broken:
    """YAML documents that Kubernetes accepts but for one place, and its line."""
    found = draw(objects())
    damage = draw(st.sampled_from([_damage_field, *_TEXT_DAMAGES]))
    broken: Broken = draw(damage(found))
    return broken


@st.composite
def _damage_field(draw: st.DrawFn, found: list[Object]) -> Broken:
    """One field of an object has a value that it must not have, or a name that no field has."""
    broken = draw(st.sampled_from([each for each in found if each["kind"] in _DAMAGES]))
    place, key, value, mark = draw(st.sampled_from(_DAMAGES[broken["kind"]]))
    place(broken)[key] = value
    return _with_line(write_yaml(found), mark)


@st.composite
def _damage_header(draw: st.DrawFn, found: list[Object]) -> Broken:
    """One object has a kind or an API version that there is not, or a name that it must not have."""
    broken = draw(st.sampled_from(found))
    key, value = draw(
        st.sampled_from([("kind", "Damaged"), ("apiVersion", "extensions/v1beta1"), ("name", "Damaged_")])
    )
    (broken["metadata"] if key == "name" else broken)[key] = value
    text = write_yaml(found)
    return text, _line_of(text, f"{key}: {value}")


def _repeat_key(found: list[Object]) -> st.SearchStrategy[Broken]:
    """A key is given twice."""
    text = write_yaml(found)
    line = _line_of(text, "replicas:")
    return st.just((_insert(text, line, text.split("\n")[line - 1]), line + 1))


@st.composite
def _insert_line(draw: st.DrawFn, found: list[Object]) -> Broken:
    """A line that is not YAML, or not rendered."""
    text = write_yaml(found)
    line = _line_of(text, "replicas:")
    wrong = draw(
        st.sampled_from(["  damaged: [", "\tdamaged: 1", "  damaged: @", "{{ .Values.damaged }}", "  damaged: \x01"])
    )
    # an open bracket is noticed on a later line
    return _insert(text, line, wrong), None if wrong.endswith("[") else line + 1


@st.composite
def _repeat_object(draw: st.DrawFn, found: list[Object]) -> Broken:
    """An object is there twice."""
    text = write_yaml(found)
    again = write_yaml([draw(st.sampled_from(found))])
    return text + again, text.count("\n") + 2  # the line after the second one's "---"


_TEXT_DAMAGES = (_damage_header, _repeat_key, _insert_line, _repeat_object)


def _with_line(text: str, mark: str) -> Broken:
    """The text and the line of `mark`."""
    return text, _line_of(text, mark)


def _line_of(text: str, mark: str) -> int:
    """The first line that has `mark` in it."""
    return next(number for number, line in enumerate(text.split("\n"), 1) if mark in line)


def _insert(text: str, after: int, line: str) -> str:
    """`text` with another line after the line `after`."""
    lines = text.split("\n")
    return "\n".join([*lines[:after], line, *lines[after:]])
