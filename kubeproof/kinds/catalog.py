"""The kinds of objects that run Pods."""

from kubeproof.kinds.cron_job import CRON_JOB
from kubeproof.kinds.daemon_set import DAEMON_SET
from kubeproof.kinds.deployment import DEPLOYMENT
from kubeproof.kinds.job import JOB
from kubeproof.kinds.kind import Kind
from kubeproof.kinds.stateful_set import STATEFUL_SET

KINDS: tuple[Kind, ...] = (DEPLOYMENT, STATEFUL_SET, DAEMON_SET, CRON_JOB, JOB)
