"""Every mistake in an object: its line, what it is, what to do."""

import io

import pytest

from kubeproof.manifests.errors import BadManifest, BadManifests, spell
from kubeproof.manifests.loader import load

WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web}
spec:
  replicas: 3
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: web:1
        ports:
        - containerPort: 8080
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: {app: web}
  ports:
  - port: 80
"""
NODE = """\
apiVersion: v1
kind: Node
metadata:
  name: node-1
spec:
  unschedulable: false
status:
  allocatable: {cpu: 4}
"""
REPLICAS, TEMPLATE, IMAGE = "  replicas: 3\n", "  template:\n", "        image: web:1\n"
CONTAINERS = "      containers:\n"


def mistakes(text: str) -> tuple[BadManifest, ...]:
    with pytest.raises(BadManifests) as raised:
        load(["-"], io.StringIO(text))
    return raised.value.errors


def replaced(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, "the test changes another place than it means"
    return text.replace(old, new)


def test_the_manifests_that_these_tests_break_are_valid() -> None:
    loaded = load(["-"], io.StringIO("---\n".join([WEB, SERVICE, NODE])))

    assert [manifest.identity for manifest in loaded.objects] == [
        "Deployment/default/web",
        "Service/default/web",
        "Node/node-1",
    ]
    assert loaded.notes == ()


def test_a_mistake_reads_as_file_line_message_and_remedy() -> None:
    [error] = mistakes(replaced(WEB, REPLICAS, "  replicsa: 3\n"))

    assert str(error) == "<stdin>:7: unknown field 'replicsa' in spec\n  remedy: did you mean replicas?"
    assert str(BadManifests([error, error])) == f"{error}\n{error}"


def test_paths_are_spelt_as_kubernetes_does() -> None:
    assert spell(("spec", "containers", 0, "image")) == "spec.containers[0].image"
    assert spell(("metadata", "labels", "app.io/a")) == "metadata.labels['app.io/a']"


OBJECTS = [
    ("- 1", 1, "not a Kubernetes object but a list", "begins with apiVersion"),
    ("hello", 1, "but text", "begins with apiVersion"),
    ("a: 1", 1, "no apiVersion and no kind and no metadata.name", "add what is missing"),
    ("apiVersion: v1\nkind: Pod", 1, "no metadata.name", "add what is missing"),
    ("apiVersion: v1\nkind: Pod\nmetadata:\n  generateName: a", 4, "generateName", "name"),
    ("apiVersion: v1\nkind: Pod\nmetadata:\n  name: 12", 4, "metadata.name must be text, not 12", "quotes"),
    ("apiVersion: 1\nkind: Pod\nmetadata: {name: a}", 1, "apiVersion must be text", "quotes"),
    ("apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  namespace: 1", 5, "namespace must be text", "quotes"),
    ("apiVersion: a.io/v1\nkind: A\nmetadata:\n  name: a\n  labels: [a]", 5, "must be a mapping, not a list", "dashes"),
    ("version: '3'\nservices: {web: {image: a}}", 1, "Docker Compose", "kompose"),
    ("kind: Kustomization\nresources: [a.yaml]", 1, "Kustomize", "kubectl kustomize"),
]


@pytest.mark.parametrize(("text", "line", "message", "remedy"), OBJECTS, ids=[each[2] for each in OBJECTS])
def test_what_is_no_kubernetes_object(text: str, line: int, message: str, remedy: str) -> None:
    [error] = mistakes(text)

    assert (error.file, error.line) == ("<stdin>", line)
    assert message in error.message
    assert remedy in error.remedy


DEPLOYMENTS = [
    # kinds and versions
    ("apps/v1", "extensions/v1beta1", 1, "has no Deployment in extensions/v1beta1", "apps/v1"),
    ("apps/v1", "apps/v1beta2", 1, "has no Deployment in apps/v1beta2", "apps/v1"),
    ("apps/v1", "v1", 1, "has no Deployment in v1", "apps/v1"),
    ("kind: Deployment", "kind: Deploymnet", 2, "has no Deploymnet", "did you mean Deployment (apps/v1)"),
    ("kind: Deployment", "kind: Whatever", 2, "has no Whatever", "leave the object out"),
    # fields
    (REPLICAS, "  Replicas: 3\n", 7, "unknown field 'Replicas' in spec", "did you mean replicas?"),
    (REPLICAS, "  maxSurge: 3\n", 7, "unknown field 'maxSurge' in spec", "the fields there are: minReadySeconds"),
    (REPLICAS, "  strategy: {maxSurge: 3}\n", 7, "'maxSurge' in spec.strategy", "indent it under rollingUpdate"),
    (
        CONTAINERS,
        "      xyzzy: 1\n" + CONTAINERS,
        14,
        "unknown field 'xyzzy'",
        "kubectl explain deployment.spec.template.spec",
    ),
    ("  selector:\n    matchLabels: {app: web}\n", "", 6, "spec has no selector", "add selector"),
    (REPLICAS, '  replicas: "3"\n', 7, "must be a whole number, not text '3'", "write 3 without quotes"),
    (REPLICAS, "  replicas: 3.5\n", 7, "not the number 3.5", "whole number"),
    (REPLICAS, "  replicas: 3000000000\n", 7, "does not fit in 32 bits", "smaller"),
    ("  labels: {app: web}\nspec", "  labels: {app: yes}\nspec", 5, "must be text, not true", "YAML reads yes"),
    (IMAGE, "        image: 1.5\n", 16, "must be text, not the number 1.5", 'quotes: "1.5"'),
    (IMAGE, IMAGE + "        env: {A: b}\n", 17, "must be a list, not a mapping", "dash"),
    (IMAGE, IMAGE + "        resources: []\n", 17, "must be a mapping, not a list", "dashes"),
    (REPLICAS, "  strategy: {rollingUpdate: {maxSurge: 1.5}}\n", 7, "text or a whole number", "write"),
    ("  name: web\n  labels", "  creationTimestamp: 12:30\n  name: web\n  labels", 4, "not a time", "2026-01-31T"),
    # names and labels
    ("  name: web\n  labels", "  name: Web_1\n  labels", 4, "'Web_1' is not a valid name", "lower-case"),
    ("  name: web\n  labels", "  name: web\n  namespace: a.b\n  labels", 5, "'a.b' is not a valid name", "lower-case"),
    ("  labels: {app: web}\nspec", "  labels: {app: a b}\nspec", 5, "label value 'a b'", "correct it"),
    ("  labels: {app: web}\nspec", "  labels: {a/b/c: web}\nspec", 5, "label key 'a/b/c'", "correct it"),
    ("      labels: {app: web}", "      labels: {app: wbe}", 8, "(app=web) does not match", "same labels"),
    ("matchLabels: {app: web}", "matchLabels: {}", 8, "spec.selector is empty", "matchLabels"),
    (
        "matchLabels: {app: web}",
        "matchExpressions: [{key: app, operator: in}]",
        8,
        "'in' is not an operator",
        "correct",
    ),
    # numbers
    (REPLICAS, "  replicas: -1\n", 7, "spec.replicas is -1, less than 0", "0 or more"),
    (REPLICAS, "  revisionHistoryLimit: -1\n", 7, "less than 0", "0 or more"),
    (REPLICAS, "  minReadySeconds: 600\n", 7, "600, the default", "raise progressDeadlineSeconds"),
    (REPLICAS, "  progressDeadlineSeconds: 0\n", 7, "progressDeadlineSeconds (0)", "raise"),
    (REPLICAS, "  strategy: {type: recreate}\n", 7, "'recreate', not one of", "did you mean Recreate?"),
    (REPLICAS, "  strategy: {type: Recreate, rollingUpdate: {}}\n", 7, "does not go with type Recreate", "delete"),
    (REPLICAS, "  strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0%}}\n", 7, "both 0", "raise one"),
    (REPLICAS, "  strategy: {rollingUpdate: {maxSurge: 150x%}}\n", 7, "'150x%' is neither", "percentage"),
    (REPLICAS, "  strategy: {rollingUpdate: {maxSurge: -1}}\n", 7, "less than 0", "0 or more"),
    (REPLICAS, "  strategy: {rollingUpdate: {maxUnavailable: 150%}}\n", 7, "is 150%", "100% or less"),
    # Pods
    (CONTAINERS, "      restartPolicy: Never\n" + CONTAINERS, 14, "takes only Always", "restartPolicy: Always"),
    (CONTAINERS, "      terminationGracePeriodSeconds: -1\n" + CONTAINERS, 14, "less than 0", "0 or more"),
    (CONTAINERS, "      nodeSelector: {a: -b}\n" + CONTAINERS, 14, "label value '-b'", "correct"),
    (CONTAINERS, "      tolerations: [{value: a}]\n" + CONTAINERS, 14, "tolerations[0] has no key", "Exists"),
    (CONTAINERS, "      tolerations: [{operator: Exists, value: a}]\n" + CONTAINERS, 14, "no value", "delete"),
    (CONTAINERS, "      tolerations: [{key: a, effect: no}]\n" + CONTAINERS, 14, "must be text", "quotes"),
    (
        CONTAINERS,
        "      tolerations: [{key: a, effect: NoExec}]\n" + CONTAINERS,
        14,
        "NoExec",
        "did you mean NoExecute?",
    ),
    (CONTAINERS, "      tolerations: [{key: a, tolerationSeconds: 1}]\n" + CONTAINERS, 14, "NoExecute only", "effect"),
    (CONTAINERS, "      volumes: [{name: a}, {name: a}]\n" + CONTAINERS, 14, "the name 'a' is taken", "own name"),
    (IMAGE, IMAGE + "        volumeMounts: [{name: a, mountPath: /a}]\n", 17, "no volume 'a'", "declare it"),
    # containers
    ("      - name: web\n", "      - name: Web_\n", 15, "'Web_' is not a valid name", "lower-case"),
    (IMAGE, "", 15, "containers[0] has no image", "add image"),
    (
        IMAGE,
        IMAGE + "      - name: web\n        image: b\n",
        17,
        "'web' is taken by spec.template.spec.containers[0]",
        "own",
    ),
    (IMAGE, IMAGE + "        imagePullPolicy: always\n", 17, "'always', not one of", "did you mean Always?"),
    ("containerPort: 8080", "containerPort: 70000", 18, "is 70000, not a port", "from 1 to 65535"),
    ("containerPort: 8080", "containerPort: 0", 18, "is 0, not a port", "from 1 to 65535"),
    ("containerPort: 8080", "{containerPort: 80, name: HTTP}", 18, "'HTTP' is not a name for a port", "15 lower-case"),
    ("containerPort: 8080", "{containerPort: 80, protocol: tcp}", 18, "'tcp', not one of", "did you mean TCP?"),
    (IMAGE, IMAGE + "        resources: {requests: {memory: 1.5GiB}}\n", 17, "'1.5GiB' is not a quantity", "256Mi"),
    (IMAGE, IMAGE + "        resources: {requests: {cpu: -1}}\n", 17, "less than 0", "500m"),
    (IMAGE, IMAGE + "        resources: {limits: {cpu: 1e999999999}}\n", 17, "beyond all measure", "500m"),
    (
        IMAGE,
        IMAGE + "        resources: {requests: {cpu: 2}, limits: {cpu: 500m}}\n",
        17,
        "more than its limit of 500m",
        "raise",
    ),
    (IMAGE, IMAGE + "        readinessProbe: {}\n", 17, "readinessProbe has no action", "keep one"),
    (IMAGE, IMAGE + "        livenessProbe: {tcpSocket: {port: 0}}\n", 17, "is 0, not a port", "65535"),
    (IMAGE, IMAGE + "        startupProbe: {exec: {}, failureThreshold: -1}\n", 17, "less than 0", "0 or more"),
    (IMAGE, IMAGE + "        startupProbe: {exec: {}, successThreshold: 2}\n", 17, "must be 1", "readinessProbe"),
    (IMAGE, IMAGE + "        lifecycle: {preStop: {sleep: {seconds: 31}}}\n", 17, "is 31, not from 0 to", "shorten"),
    # templates
    (REPLICAS, "  replicas: {{ .Values.replicas }}\n", 7, "part of a template", "helm template"),
    ("  name: web\n  labels", '  name: "{{ .Release.Name }}"\n  labels', 4, "part of a template", "helm template"),
]


@pytest.mark.parametrize(
    ("old", "new", "line", "message", "remedy"), DEPLOYMENTS, ids=[f"{n}" for n in range(len(DEPLOYMENTS))]
)
def test_a_mistake_in_a_deployment(old: str, new: str, line: int, message: str, remedy: str) -> None:
    [error] = mistakes(replaced(WEB, old, new))

    assert error.line == line
    assert message in error.message
    assert remedy in error.remedy


SERVICES = [
    ("- port: 80", "- port: 65536", 8, "is 65536, not a port", "65535"),
    ("- port: 80", "- {port: 80, targetPort: 0}", 8, "is 0, not a port", "65535"),
    ("- port: 80", "- {port: 80, targetPort: a_b}", 8, "'a_b' is not a name for a port", "lower-case"),
    ("- port: 80", "- {port: 80, protocol: http}", 8, "'http', not one of", "TCP"),
    ("- port: 80", "- {name: a, port: 80}\n  - {name: a, port: 81}", 9, "the name 'a' is taken", "own name"),
    ("- port: 80", "- {name: a, port: 80}\n  - {name: b, port: 80}", 9, "the port '80 TCP' is taken", "own port"),
    ("- port: 80", "- {name: a, port: 80}\n  - {port: 81}", 9, "without a name", "name"),
    ("  ports:\n  - port: 80\n", "", 5, "no ports", "clusterIP: None"),
    ("  selector: {app: web}\n", "  type: loadbalancer\n", 6, "not one of ClusterIP", "did you mean LoadBalancer?"),
    ("  selector: {app: web}\n", "  type: ExternalName\n", 5, "no externalName", "DNS name"),
    ("{app: web}", "{app: -}", 6, "label value '-'", "correct"),
    ("name: web", "name: a.b", 4, "'a.b' is not a valid name", "lower-case"),
]


@pytest.mark.parametrize(("old", "new", "line", "message", "remedy"), SERVICES, ids=[each[3] for each in SERVICES])
def test_a_mistake_in_a_service(old: str, new: str, line: int, message: str, remedy: str) -> None:
    [error] = mistakes(replaced(SERVICE, old, new))

    assert error.line == line
    assert message in error.message
    assert remedy in error.remedy


NODES = [
    ("unschedulable: false", "taints: [{key: a, effect: Never}]", 6, "'Never', not one of", "NoSchedule"),
    ("unschedulable: false", "taints: [{key: a b, effect: NoExecute}]", 6, "label key 'a b'", "correct"),
    ("unschedulable: false", "taints: [&a {key: a, effect: NoExecute}, *a]", 6, "'a NoExecute' is taken", "own"),
    ("{cpu: 4}", "{cpu: 4x}", 8, "'4x' is not a quantity", "500m"),
]


@pytest.mark.parametrize(("old", "new", "line", "message", "remedy"), NODES, ids=[each[3] for each in NODES])
def test_a_mistake_in_a_node(old: str, new: str, line: int, message: str, remedy: str) -> None:
    [error] = mistakes(replaced(NODE, old, new))

    assert error.line == line
    assert message in error.message
    assert remedy in error.remedy


def test_secrets_hold_base64() -> None:
    [error] = mistakes("apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata:\n  password: hunter2!\n")

    assert (error.line, error.message) == (5, "data.password is not base64")
    assert "stringData" in error.remedy


@pytest.mark.parametrize(("policy", "line"), [("", 8), ("restartPolicy: Always, ", 8)])
def test_a_job_says_when_to_restart(policy: str, line: int) -> None:
    text = (
        "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: a\nspec:\n  backoffLimit: 3\n  template:\n    spec: {%s}\n"
    )
    containers = "containers: [{name: a, image: b}]"

    [error] = mistakes(text % (policy + containers))

    assert error.line == line
    assert "OnFailure" in error.remedy


def test_init_containers_have_no_probes_unless_they_are_sidecars() -> None:
    init = "      initContainers:\n      - {name: a, image: b, readinessProbe: {exec: {}}%s}\n"

    [error] = mistakes(replaced(WEB, CONTAINERS, init % "" + CONTAINERS))
    loaded = load(["-"], io.StringIO(replaced(WEB, CONTAINERS, init % ", restartPolicy: Always" + CONTAINERS)))

    assert error.line == 15
    assert "restartPolicy: Always" in error.remedy
    assert [note.line for note in loaded.notes] == [15]


def test_node_affinity_must_be_well_formed() -> None:
    affinity = """\
      affinity:
        nodeAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            nodeSelectorTerms:
            - matchExpressions:
              - {key: zone, operator: In}
"""
    [error] = mistakes(replaced(WEB, CONTAINERS, affinity + CONTAINERS))

    assert error.line == 18
    assert "In takes at least one value" in error.message


def test_two_objects_of_one_name_are_named_both() -> None:
    [error] = mistakes(f"{WEB}---\n{SERVICE}---\n{WEB}")

    assert error.line == 29
    assert error.message.startswith("Deployment/default/web is also in <stdin>:1")
    assert error.remedy


def test_objects_of_other_kinds_groups_or_namespaces_may_have_the_same_name() -> None:
    knative = "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: nonsense}\n"
    other = replaced(SERVICE, "  name: web\n", "  name: web\n  namespace: other\n")

    loaded = load(["-"], io.StringIO("---\n".join([WEB, SERVICE, other, knative])))

    assert [manifest.identity for manifest in loaded.objects[1:]] == [
        "Service/default/web",
        "Service/other/web",
        "Service.serving.knative.dev/default/web",
    ]
    assert len(loaded.of_kind("Service")) == 2


def test_all_mistakes_of_one_object_come_at_once() -> None:
    text = replaced(WEB, REPLICAS, "  replicas: x\n  repilcas: 1\n")

    assert [error.line for error in mistakes(replaced(text, IMAGE, "        image: 1\n"))] == [7, 8, 17]


def test_empty_values_are_as_good_as_none() -> None:
    text = replaced(WEB, REPLICAS, "  replicas:\n  strategy: {rollingUpdate: {maxSurge: }, type: }\n  paused: ~\n")
    text = replaced(
        text, IMAGE, IMAGE + "        resources: {requests: {cpu: }}\n        readinessProbe:\n        env:\n"
    )

    assert len(load(["-"], io.StringIO(text)).objects) == 1
