"""What the model represents of a HorizontalPodAutoscaler."""

from kubeproof.manifests.coverage import Covered, NotModelled, Table
from kubeproof.manifests.tables.pod_template import METADATA

_YES = Covered.REPRESENTED
_ANY = Covered.CANNOT_MATTER

AUTOSCALER: Table = {
    **dict.fromkeys(("apiVersion", "kind", "status"), _ANY),
    "metadata": METADATA,
    "spec": {
        **dict.fromkeys(("minReplicas", "maxReplicas", "targetCPUUtilizationPercentage", "behavior"), _YES),
        "metrics": {
            **dict.fromkeys(("type", "resource", "containerResource", "pods"), _YES),
            **dict.fromkeys(
                ("object", "external"), NotModelled("verdicts let it follow the load that the Deployment's Pods share")
            ),
        },
        "scaleTargetRef": {
            "kind": NotModelled("verdicts assume that nothing scales its target", ("Deployment",)),
            "name": _YES,
            "apiVersion": _ANY,
        },
    },
}
