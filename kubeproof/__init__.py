"""kubeproof: model checking for Kubernetes workloads.

>>> import kubeproof
>>> report = kubeproof.verify("web.yaml", scenarios=["rollout"])  # doctest: +SKIP
>>> [verdict.outcome for verdict in report.verdicts]  # doctest: +SKIP
"""

from checker.verdict import Outcome, Verdict
from kubeproof.manifests.errors import BadManifest, BadManifests, Note
from kubeproof.verification import Report, UsageError, verify

__all__ = ["BadManifest", "BadManifests", "Note", "Outcome", "Report", "UsageError", "Verdict", "verify"]
