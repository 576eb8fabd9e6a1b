"""What the model represents of a StatefulSet."""

from kubeproof.manifests.coverage import Covered, NotModelled, Table
from kubeproof.manifests.tables.pod_template import METADATA, POD_TEMPLATE

_YES = Covered.REPRESENTED
_ANY = Covered.CANNOT_MATTER

STATEFUL_SET: Table = {
    **dict.fromkeys(("apiVersion", "kind", "status"), _ANY),
    "metadata": METADATA,
    "spec": {
        **dict.fromkeys(("replicas", "selector", "podManagementPolicy", "updateStrategy", "minReadySeconds"), _YES),
        "ordinals": _YES,
        "serviceName": _ANY,  # names in DNS
        "revisionHistoryLimit": _ANY,  # how many unused ControllerRevisions are kept
        "volumeClaimTemplates": NotModelled("verdicts assume that each Pod's claims are bound, attach and mount"),
        "persistentVolumeClaimRetentionPolicy": _YES,
        "template": POD_TEMPLATE,
    },
}
