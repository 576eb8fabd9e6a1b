"""What the model represents of each kind, field by field; every other field that is set gets a note.

A field that no table has is not modelled either; `notes` says so in general words. Kubernetes gets new fields.
"""

from typing import Any

from kubeproof.manifests.coverage import Covered, NotModelled, Table
from kubeproof.manifests.tables.autoscaler import AUTOSCALER
from kubeproof.manifests.tables.cron_job import CRON_JOB
from kubeproof.manifests.tables.daemon_set import DAEMON_SET
from kubeproof.manifests.tables.disruption_budget import DISRUPTION_BUDGET
from kubeproof.manifests.tables.job import JOB
from kubeproof.manifests.tables.namespace import CLAIM, QUOTA, STORAGE_CLASS
from kubeproof.manifests.tables.pod_template import METADATA, POD_TEMPLATE
from kubeproof.manifests.tables.stateful_set import STATEFUL_SET

_YES = Covered.REPRESENTED
_ANY = Covered.CANNOT_MATTER

_ROUTED_ANYWHERE = "verdicts send requests to any ready endpoint"

DEPLOYMENT: Table = {
    **dict.fromkeys(("apiVersion", "kind", "status"), _ANY),
    "metadata": METADATA,
    "spec": {
        **dict.fromkeys(("replicas", "selector", "strategy", "minReadySeconds"), _YES),
        **dict.fromkeys(("revisionHistoryLimit", "progressDeadlineSeconds", "paused"), _YES),
        "template": POD_TEMPLATE,
    },
}
SERVICE: Table = {
    **dict.fromkeys(("apiVersion", "kind", "status"), _ANY),
    "metadata": {
        "annotations": {
            "service.kubernetes.io/topology-mode": NotModelled(_ROUTED_ANYWHERE, ("Disabled", "disabled")),
            "*": _ANY,
        },
        **METADATA,
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
    "metadata": {"labels": _YES, **METADATA},
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
    "StatefulSet": STATEFUL_SET,
    "DaemonSet": DAEMON_SET,
    "CronJob": CRON_JOB,
    "Job": JOB,
    "HorizontalPodAutoscaler": AUTOSCALER,
    "PodDisruptionBudget": DISRUPTION_BUDGET,
    "Service": SERVICE,
    "Node": NODE,
    "PersistentVolumeClaim": CLAIM,
    "StorageClass": STORAGE_CLASS,
    "ResourceQuota": QUOTA,
}
"""The kinds that the model has."""

CANNOT_MATTER = frozenset(
    """APIService ClusterRole ClusterRoleBinding ConfigMap CustomResourceDefinition Event Namespace Role RoleBinding
    Secret ServiceAccount""".split()  # noqa: SIM905
)
"""Kinds that change no verdict: at most their absence would, and then the field that refers to them has the note."""

NOT_MODELLED_YET = {
    "LimitRange": "verdicts assume that it neither changes nor rejects a Pod",
    "NetworkPolicy": "verdicts assume that it lets requests through",
    "PersistentVolume": "verdicts assume that volumes attach and mount",
    **dict.fromkeys(
        ("Pod", "ReplicaSet", "ReplicationController"),
        "there is no verdict for it, and its Pods take no room on the Nodes",
    ),
    **dict.fromkeys(("Ingress", "IngressClass"), "verdicts end at the Service"),
}
"""What it means for verdicts that a kind is not modelled; for others, that they do not take it into account."""
