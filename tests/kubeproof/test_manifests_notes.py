"""What is legal, but suspicious or not in the model: a note at its line, with the objects it concerns."""

import io
from collections.abc import Iterator

import pytest

from kubeproof.manifests.coverage import Assumed, Covered, NotModelled, Table
from kubeproof.manifests.errors import Note
from kubeproof.manifests.loader import load
from kubeproof.manifests.represented import CANNOT_MATTER, NOT_MODELLED_YET, TABLES
from kubeproof.manifests.schema import Schemas, schemas
from tests.kubeproof.test_manifests_errors import CONTAINERS, IMAGE, NODE, REPLICAS, SERVICE, WEB, replaced

NEW_FIELD = "      schedulingGroup: {podGroupName: a}\n" + CONTAINERS
WEB_AND_ITS_SERVICE = frozenset({"Deployment/default/web", "Service/default/web"})


def notes(*texts: str) -> tuple[Note, ...]:
    return load(["-"], io.StringIO("---\n".join(texts))).notes


FIELDS = [
    (
        IMAGE,
        IMAGE + "        livenessProbe: {exec: {}}\n",
        17,
        "livenessProbe is not modelled: verdicts assume that it never",
    ),
    (IMAGE, IMAGE + "        lifecycle: {postStart: {exec: {}}}\n", 17, "postStart is not modelled"),
    (IMAGE, IMAGE + "        restartPolicyRules: [{action: Restart}]\n", 17, "restartPolicyRules is not modelled"),
    (IMAGE, IMAGE + "        envFrom: [{secretRef: {name: a}}]\n", 17, "verdicts assume that Secret a exists"),
    ("containerPort: 8080", "{containerPort: 80, hostPort: 80}", 18, "ports[0].hostPort is not modelled"),
    (CONTAINERS, "      hostNetwork: true\n" + CONTAINERS, 14, "spec.template.spec.hostNetwork is not modelled"),
    (CONTAINERS, "      priorityClassName: a\n" + CONTAINERS, 14, "no Pod is preempted"),
    (CONTAINERS, "      nodeName: a\n" + CONTAINERS, 14, "nodeName is not modelled"),
    (CONTAINERS, "      schedulerName: mine\n" + CONTAINERS, 14, "default scheduler"),
    (CONTAINERS, "      readinessGates: [{conditionType: a}]\n" + CONTAINERS, 14, "gates"),
    (CONTAINERS, "      serviceAccountName: robot\n" + CONTAINERS, 14, "ServiceAccount robot exists"),
    (
        CONTAINERS,
        "      volumes: [{name: a, persistentVolumeClaim: {claimName: b}}]\n" + CONTAINERS,
        14,
        "verdicts assume that PersistentVolumeClaim b exists",
    ),
    (CONTAINERS, "      volumes: [{name: a, hostPath: {path: /b}}]\n" + CONTAINERS, 14, "mounts on every Node"),
    (CONTAINERS, "      volumes: [{name: a, configMap: {name: b}}]\n" + CONTAINERS, 14, "ConfigMap b exists"),
    (
        CONTAINERS,
        "      volumes: [{name: a, projected: {sources: [secret: {name: b}]}}]\n" + CONTAINERS,
        14,
        "Secret b exists",
    ),
]


@pytest.mark.parametrize(("old", "new", "line", "message"), FIELDS, ids=[each[3] for each in FIELDS])
def test_a_field_that_the_model_does_not_have(old: str, new: str, line: int, message: str) -> None:
    [note] = notes(replaced(WEB, old, new), SERVICE)

    assert (note.file, note.line) == ("<stdin>", line)
    assert message in note.message
    assert note.affects == WEB_AND_ITS_SERVICE


HARMLESS = [
    (REPLICAS, "  paused: false\n  minReadySeconds: 5\n  revisionHistoryLimit: 2\n  progressDeadlineSeconds: 60\n"),
    (IMAGE, IMAGE + "        args: [a]\n        env: [{name: a, value: b}]\n        tty: true\n"),
    (IMAGE, IMAGE + "        envFrom: [{configMapRef: {name: a, optional: true}}]\n"),
    (
        IMAGE,
        IMAGE
        + "        resources: {requests: {cpu: 1}, limits: {memory: 1Gi}}\n        lifecycle: {preStop: {exec: {}}}\n",
    ),
    (
        CONTAINERS,
        "      schedulerName: default-scheduler\n      hostNetwork: false\n      serviceAccountName: default\n"
        + CONTAINERS,
    ),
    (CONTAINERS, "      volumes: [{name: a, emptyDir: {}}, {name: b, downwardAPI: {items: []}}]\n" + CONTAINERS),
    (CONTAINERS, "      terminationGracePeriodSeconds: 5\n      nodeSelector: {a: b}\n" + CONTAINERS),
]


@pytest.mark.parametrize(("old", "new"), HARMLESS, ids=range(len(HARMLESS)))
def test_a_field_that_the_model_has_or_that_cannot_matter(old: str, new: str) -> None:
    assert notes(replaced(WEB, old, new)) == ()


def test_what_is_in_the_input_need_not_be_assumed() -> None:
    web = replaced(WEB, CONTAINERS, "      volumes: [{name: a, configMap: {name: settings}}]\n" + CONTAINERS)
    settings = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"
    elsewhere = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: other}\n"

    assert notes(web, settings) == ()
    assert len(notes(web, elsewhere)) == 1


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("sessionAffinity: ClientIP", "spec.sessionAffinity is not modelled: verdicts send requests"),
        ("internalTrafficPolicy: Local", "internalTrafficPolicy is not modelled"),
        ("trafficDistribution: PreferClose", "trafficDistribution is not modelled"),
        ("clusterIP: None", "like one with an address"),
        ("sessionAffinity: None", None),
        ("internalTrafficPolicy: Cluster", None),
        ("clusterIP: 10.0.0.1", None),
        ("publishNotReadyAddresses: true", None),
    ],
)
def test_a_field_of_a_service(field: str, message: str | None) -> None:
    found = notes(WEB, replaced(SERVICE, "  ports:\n", f"  {field}\n  ports:\n"))

    assert len(found) == (message is not None)
    for note in found:
        assert (note.line, note.affects) == (26, frozenset({"Service/default/web"}))
        assert message is not None
        assert message in note.message


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ("[{type: Ready, status: 'True'}, {type: DiskPressure, status: 'False'}]", 0),
        ("[{type: Ready, status: 'False'}]", 1),
        ("[{type: MemoryPressure, status: 'True'}]", 1),
    ],
)
def test_a_node_is_assumed_to_be_ready(conditions: str, expected: int) -> None:
    assert len(notes(replaced(NODE, "status:\n", f"status:\n  conditions: {conditions}\n"))) == expected


OTHER_KINDS = [
    ("apps/v1", "ReplicaSet", "spec: {%s}", {"ReplicaSet/default/a", "Service/default/web"}),
    (
        "networking.k8s.io/v1",
        "NetworkPolicy",
        "spec: {podSelector: {}}",
        {"NetworkPolicy/default/a", *WEB_AND_ITS_SERVICE},
    ),
    (
        "v1",
        "LimitRange",
        "spec: {limits: [{type: Container, max: {cpu: 1}}]}",
        {"LimitRange/default/a", *WEB_AND_ITS_SERVICE},
    ),
    (
        "networking.k8s.io/v1",
        "Ingress",
        "spec: {defaultBackend: {service: {name: web, port: {number: 80}}}}",
        {"Ingress/default/a", "Service/default/web"},
    ),
    ("storage.k8s.io/v1", "CSIDriver", "spec: {}", {"CSIDriver/a"}),
    ("example.com/v1", "Widget", "spec: {anything: goes}", {"Widget/default/a"}),
]
RUNS_WEB = (
    "selector: {matchLabels: {app: web}}, "
    "template: {metadata: {labels: {app: web}}, spec: {containers: [{name: a, image: b}]}}"
)


@pytest.mark.parametrize(("version", "kind", "rest", "affects"), OTHER_KINDS, ids=[each[1] for each in OTHER_KINDS])
def test_a_kind_that_the_model_does_not_have(version: str, kind: str, rest: str, affects: set[str]) -> None:
    text = f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: a}}\n{rest.replace('%s', RUNS_WEB)}\n"

    [note] = notes(WEB, SERVICE, text)

    assert note.line == 29
    assert note.message.startswith(f"{kind} a is not modelled yet: ")
    assert note.affects == affects


def test_a_service_without_pods_or_without_a_port_for_them() -> None:
    wrong = replaced(SERVICE, "{app: web}", "{app: wbe}")
    named = replaced(SERVICE, "- port: 80", "- {port: 80, targetPort: http}")
    elsewhere = replaced(WEB, "  name: web\n  labels", "  name: web\n  namespace: other\n  labels")
    free = replaced(SERVICE, "  selector: {app: web}\n", "")
    udp = replaced(WEB, "containerPort: 8080", "{name: http, containerPort: 80, protocol: UDP}")

    assert [(note.line, note.message) for note in notes(WEB, wrong)] == [
        (25, "the selector app=wbe matches no Pod template of the input")
    ]
    assert notes(elsewhere, SERVICE)[0].message.endswith("of namespace default; Deployment/other/web would match")
    assert "no container of Deployment/default/web has a TCP port named http" in notes(WEB, named)[0].message
    assert "TCP port named http" in notes(udp, named)[0].message
    assert "has no selector" in notes(WEB, free)[0].message


def test_probes_that_hardly_mean_what_they_say() -> None:
    probe = "        readinessProbe: {httpGet: {port: http}, failureThreshold: 0}\n"

    by_port, by_zero = notes(replaced(WEB, IMAGE, IMAGE + probe))

    assert "the container has no port named http" in by_port.message
    assert "0 stands for the default, 3" in by_zero.message


def test_a_note_reads_as_file_line_and_message() -> None:
    [note] = notes(replaced(WEB, CONTAINERS, "      priorityClassName: a\n" + CONTAINERS))

    said = "spec.template.spec.priorityClassName is not modelled: verdicts assume that no Pod is preempted"
    assert str(note) == f"<stdin>:14: note: {said}"


@pytest.mark.parametrize("kind", TABLES)
def test_every_field_of_a_table_is_one_that_kubernetes_has(kind: str) -> None:
    known = schemas()
    [versions] = [found for (_, name), found in known.kinds.items() if name == kind]
    for path in _paths(TABLES[kind], ()):
        assert any(_has(known, definition, path) for definition in versions.values()), path


def _has(known: Schemas, definition: str, path: tuple[str, ...]) -> bool:
    """A version of a kind has a field."""
    schema = known.definitions[definition]
    for step in path:
        if step not in schema.get("properties", {}):
            return False
        schema = schema["properties"][step]
        schema = schema.get("items", schema)
        schema = known.definitions.get(schema.get("$ref", "").rpartition("/")[2], schema)
    return True


def _paths(table: Table, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The paths of all fields in a table, but for keys that users choose (annotations, resources of a quota)."""
    for name, rule in table.items():
        if name != "*" and path[-1:] not in (("annotations",), ("hard",)):
            yield (*path, name)
            if not isinstance(rule, Covered | NotModelled | Assumed):
                yield from _paths(rule, (*path, name))


def test_a_field_that_no_table_has_is_not_modelled() -> None:
    [note] = notes(replaced(NODE, "unschedulable: false", "podCIDR: 10.0.0.0/8"), replaced(WEB, CONTAINERS, NEW_FIELD))

    assert note.message == "spec.template.spec.schedulingGroup is not modelled: verdicts do not take it into account"


def test_every_kind_is_in_one_list_only() -> None:
    assert not CANNOT_MATTER & NOT_MODELLED_YET.keys()
    assert not TABLES.keys() & (CANNOT_MATTER | NOT_MODELLED_YET.keys())
