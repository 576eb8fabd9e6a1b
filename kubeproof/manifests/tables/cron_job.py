"""What the model represents of a CronJob. Its Jobs are wholes: how one comes to its end is left open."""

from kubeproof.manifests.coverage import Covered, NotModelled, Table
from kubeproof.manifests.tables.pod_template import METADATA

_YES = Covered.REPRESENTED
_ANY = Covered.CANNOT_MATTER

CRON_JOB: Table = {
    **dict.fromkeys(("apiVersion", "kind", "status"), _ANY),
    "metadata": METADATA,
    "spec": {
        **dict.fromkeys(("schedule", "timeZone", "concurrencyPolicy", "startingDeadlineSeconds", "suspend"), _YES),
        **dict.fromkeys(("successfulJobsHistoryLimit", "failedJobsHistoryLimit"), _YES),
        "jobTemplate": {
            "metadata": _ANY,
            "spec": {
                "suspend": NotModelled("verdicts let its Jobs run"),
                "managedBy": NotModelled("verdicts let its Jobs run and end as Kubernetes' own do"),
                "ttlSecondsAfterFinished": _YES,
                "*": _ANY,  # a Job may end at any moment, in either way
            },
        },
    },
}
