"""What the model represents of a PodDisruptionBudget."""

from kubeproof.manifests.coverage import Covered, Table
from kubeproof.manifests.tables.pod_template import METADATA

DISRUPTION_BUDGET: Table = {
    **dict.fromkeys(("apiVersion", "kind", "status"), Covered.CANNOT_MATTER),
    "metadata": METADATA,
    "spec": dict.fromkeys(
        ("selector", "minAvailable", "maxUnavailable", "unhealthyPodEvictionPolicy"), Covered.REPRESENTED
    ),
}
