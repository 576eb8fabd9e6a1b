"""What the model represents of a DaemonSet."""

from kubeproof.manifests.coverage import Covered, Table
from kubeproof.manifests.tables.pod_template import METADATA, POD_TEMPLATE

_YES = Covered.REPRESENTED
_ANY = Covered.CANNOT_MATTER

DAEMON_SET: Table = {
    **dict.fromkeys(("apiVersion", "kind", "status"), _ANY),
    "metadata": METADATA,
    "spec": {
        **dict.fromkeys(("selector", "updateStrategy", "minReadySeconds"), _YES),
        "revisionHistoryLimit": _ANY,  # how many unused ControllerRevisions are kept
        "template": POD_TEMPLATE,
    },
}
