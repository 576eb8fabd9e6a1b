"""What the model represents of a Job."""

from kubeproof.manifests.coverage import Covered, NotModelled, Table
from kubeproof.manifests.tables.pod_template import METADATA, POD_TEMPLATE

_YES = Covered.REPRESENTED
_ANY = Covered.CANNOT_MATTER

JOB: Table = {
    **dict.fromkeys(("apiVersion", "kind", "status"), _ANY),
    "metadata": METADATA,
    "spec": {
        **dict.fromkeys(("parallelism", "completions", "completionMode", "suspend"), _YES),
        **dict.fromkeys(("backoffLimit", "backoffLimitPerIndex", "maxFailedIndexes", "podFailurePolicy"), _YES),
        **dict.fromkeys(("successPolicy", "podReplacementPolicy"), _YES),
        **dict.fromkeys(("activeDeadlineSeconds", "ttlSecondsAfterFinished"), _YES),  # may be over at any moment
        **dict.fromkeys(("selector", "manualSelector"), _ANY),  # its Pods are its own
        "managedBy": NotModelled("verdicts let Kubernetes' own controller run it", ("kubernetes.io/job-controller",)),
        "template": POD_TEMPLATE,
    },
}
