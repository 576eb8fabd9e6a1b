"""What the model represents of each kind, field by field; every other field that is set gets a note.

A field that no table has is not modelled either; `notes` says so in general words. Kubernetes gets new fields.
"""

from typing import Any

from kubeproof.manifests.coverage import Assumed, Covered, NotModelled, Table
from kubeproof.manifests.tables.volume import CLAIM, STORAGE_CLASS

_YES = Covered.REPRESENTED
_ANY = Covered.CANNOT_MATTER

_PLACED_ANYWHERE = "verdicts allow any Node that fits otherwise"
_STARTS = "verdicts assume that it neither fails nor delays the start"
_NO_PREEMPTION = "verdicts assume that no Pod is preempted"
_MOUNTS = NotModelled("verdicts assume that the volume attaches and mounts")
_ON_NODE = NotModelled("verdicts assume that the volume mounts on every Node")
_ROUTED_ANYWHERE = "verdicts send requests to any ready endpoint"

_METADATA: Table = {
    "ownerReferences": NotModelled("verdicts assume that its owner neither changes nor deletes it"),
    "deletionTimestamp": NotModelled("verdicts begin with an object that is not being deleted"),
    "*": _ANY,
}
_POD_METADATA: Table = {
    "labels": _YES,
    "annotations": {
        "controller.kubernetes.io/pod-deletion-cost": NotModelled("verdicts let the other rules order deletions"),
        "*": _ANY,
    },
    "*": _ANY,
}
_CONTAINER: Table = {
    **dict.fromkeys(("name", "image", "readinessProbe", "startupProbe"), _YES),
    **dict.fromkeys(("command", "args", "workingDir", "imagePullPolicy", "securityContext", "resizePolicy"), _ANY),
    **dict.fromkeys(("terminationMessagePath", "terminationMessagePolicy", "stdin", "stdinOnce", "tty"), _ANY),
    **dict.fromkeys(("volumeMounts", "volumeDevices"), _ANY),  # the volumes themselves have the notes
    "env": {
        "valueFrom": {"configMapKeyRef": Assumed("ConfigMap"), "secretKeyRef": Assumed("Secret"), "*": _ANY},
        "*": _ANY,
    },
    "envFrom": {"configMapRef": Assumed("ConfigMap"), "secretRef": Assumed("Secret"), "*": _ANY},
    "ports": {
        **dict.fromkeys(("name", "containerPort", "protocol"), _YES),
        "hostPort": NotModelled("verdicts assume that the port is free on every Node"),
        "hostIP": _ANY,
    },
    "resources": {
        "requests": _YES,
        "limits": _YES,
        "claims": NotModelled("verdicts assume that the devices are there"),
    },
    "lifecycle": {"preStop": _YES, "stopSignal": _ANY, "postStart": NotModelled(_STARTS)},
    "livenessProbe": NotModelled("verdicts assume that it never fails"),
    "restartPolicy": NotModelled("verdicts treat the container like the others of its kind"),
    "restartPolicyRules": NotModelled("verdicts restart the container after every exit"),
}
_VOLUME: Table = {
    "name": _ANY,
    "emptyDir": _ANY,
    "downwardAPI": _ANY,
    "configMap": Assumed("ConfigMap"),
    "secret": Assumed("Secret", "secretName"),
    "projected": {
        "sources": {"configMap": Assumed("ConfigMap"), "secret": Assumed("Secret"), "*": _ANY},
        "defaultMode": _ANY,
    },
    "persistentVolumeClaim": Assumed("PersistentVolumeClaim", "claimName"),
    "hostPath": _ON_NODE,
    "image": NotModelled("verdicts assume that the image can be pulled"),
    "*": _MOUNTS,
}
POD_SPEC: Table = {
    "containers": _CONTAINER,
    "initContainers": {
        **_CONTAINER,
        "restartPolicy": NotModelled("verdicts leave the sidecar out"),
    },
    "volumes": _VOLUME,
    **dict.fromkeys(("nodeSelector", "tolerations", "terminationGracePeriodSeconds", "restartPolicy"), _YES),
    "affinity": {
        "nodeAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": _YES,
            "preferredDuringSchedulingIgnoredDuringExecution": NotModelled(_PLACED_ANYWHERE),
        },
        "podAffinity": NotModelled(_PLACED_ANYWHERE),
        "podAntiAffinity": NotModelled("verdicts allow the Pods to share a Node"),
    },
    "topologySpreadConstraints": NotModelled(_PLACED_ANYWHERE),
    **dict.fromkeys(("priorityClassName", "priority", "preemptionPolicy"), NotModelled(_NO_PREEMPTION)),
    "schedulerName": NotModelled("verdicts use the rules of the default scheduler", ("default-scheduler",)),
    "nodeName": NotModelled("verdicts let the scheduler choose the Node"),
    "hostNetwork": NotModelled("verdicts assume that the ports are free on every Node"),
    "readinessGates": NotModelled("verdicts assume that the gates' conditions are true"),
    "schedulingGates": NotModelled("verdicts assume that the gates have been lifted"),
    "activeDeadlineSeconds": NotModelled("verdicts assume that the Pod is not ended by its deadline"),
    "runtimeClassName": NotModelled("verdicts count no overhead and allow any Node"),
    "overhead": NotModelled("verdicts do not count it as requested"),
    "resources": NotModelled("verdicts count what the containers request"),
    "resourceClaims": NotModelled("verdicts assume that the devices are there"),
    "serviceAccountName": Assumed("ServiceAccount", ""),
    "serviceAccount": Assumed("ServiceAccount", ""),
    **dict.fromkeys(("automountServiceAccountToken", "imagePullSecrets", "enableServiceLinks", "os"), _ANY),
    **dict.fromkeys(("dnsPolicy", "dnsConfig", "hostAliases", "hostname", "hostnameOverride", "subdomain"), _ANY),
    **dict.fromkeys(("setHostnameAsFQDN", "shareProcessNamespace", "hostPID", "hostIPC", "hostUsers"), _ANY),
    "securityContext": _ANY,
}
DEPLOYMENT: Table = {
    **dict.fromkeys(("apiVersion", "kind", "status"), _ANY),
    "metadata": _METADATA,
    "spec": {
        **dict.fromkeys(("replicas", "selector", "strategy", "minReadySeconds"), _YES),
        "revisionHistoryLimit": _ANY,  # how many empty ReplicaSets are kept
        "progressDeadlineSeconds": _ANY,  # a condition in the status; nothing acts on it
        "paused": NotModelled("verdicts assume that rollouts go on"),
        "template": {"metadata": _POD_METADATA, "spec": POD_SPEC},
    },
}
SERVICE: Table = {
    **dict.fromkeys(("apiVersion", "kind", "status"), _ANY),
    "metadata": {
        "annotations": {
            "service.kubernetes.io/topology-mode": NotModelled(_ROUTED_ANYWHERE, ("Disabled", "disabled")),
            "*": _ANY,
        },
        **_METADATA,
    },
    "spec": {
        **dict.fromkeys(("selector", "type", "publishNotReadyAddresses"), _YES),
        "ports": {
            **dict.fromkeys(("name", "port", "targetPort", "protocol"), _YES),
            **dict.fromkeys(("nodePort", "appProtocol"), _ANY),
        },
        "clusterIP": NotModelled(
            "verdicts treat the headless Service like one with an address",
            harmless=lambda address: address != "None",
        ),
        **dict.fromkeys(("clusterIPs", "ipFamilies", "ipFamilyPolicy", "externalIPs", "loadBalancerIP"), _ANY),
        **dict.fromkeys(("loadBalancerClass", "loadBalancerSourceRanges", "healthCheckNodePort"), _ANY),
        "allocateLoadBalancerNodePorts": _ANY,
        "externalName": NotModelled("there is no verdict for it: it has no endpoints"),
        "sessionAffinity": NotModelled(_ROUTED_ANYWHERE, ("None",)),
        "sessionAffinityConfig": _ANY,  # sessionAffinity itself has the note
        "externalTrafficPolicy": NotModelled(_ROUTED_ANYWHERE, ("Cluster",)),
        "internalTrafficPolicy": NotModelled(_ROUTED_ANYWHERE, ("Cluster",)),
        "trafficDistribution": NotModelled(_ROUTED_ANYWHERE),
    },
}


def _healthy(conditions: list[dict[str, Any] | None]) -> bool:
    """A Node's conditions are what they should be: Ready, and nothing else."""
    written = [condition or {} for condition in conditions]
    return all(each.get("status") == ("True" if each.get("type") == "Ready" else "False") for each in written)


NODE: Table = {
    **dict.fromkeys(("apiVersion", "kind"), _ANY),
    "metadata": {"labels": _YES, **_METADATA},
    "spec": {
        **dict.fromkeys(("taints", "unschedulable"), _YES),
        **dict.fromkeys(("podCIDR", "podCIDRs", "providerID", "externalID", "configSource"), _ANY),
    },
    "status": {
        **dict.fromkeys(("allocatable", "capacity"), _YES),
        "conditions": NotModelled("verdicts begin with a Node that is ready", harmless=_healthy),
        "*": _ANY,
    },
}
TABLES: dict[str, Table] = {
    "Deployment": DEPLOYMENT,
    "Service": SERVICE,
    "Node": NODE,
    "PersistentVolumeClaim": CLAIM,
    "StorageClass": STORAGE_CLASS,
}
"""The kinds that the model has."""

CANNOT_MATTER = frozenset(
    """APIService ClusterRole ClusterRoleBinding ConfigMap CustomResourceDefinition Event Namespace Role RoleBinding
    Secret ServiceAccount""".split()  # noqa: SIM905
)
"""Kinds that change no verdict: at most their absence would, and then the field that refers to them has the note."""

NOT_MODELLED_YET = {
    "HorizontalPodAutoscaler": "verdicts assume that nothing scales its target",
    "LimitRange": "verdicts assume that it neither changes nor rejects a Pod",
    "NetworkPolicy": "verdicts assume that it lets requests through",
    "PersistentVolume": "verdicts assume that volumes attach and mount",
    "PodDisruptionBudget": "verdicts on drains let evictions through that it would refuse",
    "ResourceQuota": "verdicts assume that it never rejects a Pod",
    **dict.fromkeys(
        ("CronJob", "DaemonSet", "Job", "Pod", "ReplicaSet", "ReplicationController", "StatefulSet"),
        "there is no verdict for it, and its Pods take no room on the Nodes",
    ),
    **dict.fromkeys(("Ingress", "IngressClass"), "verdicts end at the Service"),
}
"""What it means for verdicts that a kind is not modelled; for others, that they do not take it into account."""
