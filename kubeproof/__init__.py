"""kubeproof: model checking for Kubernetes workloads.

>>> import kubeproof
>>> report = kubeproof.verify("web.yaml", scenarios=["rollout"])  # doctest: +SKIP
>>> [verdict.outcome for verdict in report.verdicts]  # doctest: +SKIP
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from checker.checkpoint import BadCheckpoint
    from checker.verdict import Outcome, Verdict
    from kubeproof.counterexample import from_builtins, take_again
    from kubeproof.manifests.errors import BadManifest, BadManifests, Note
    from kubeproof.options import UsageError
    from kubeproof.runs import BadRun
    from kubeproof.verification import Report, resume, verify

_MODULES = {
    "checker.checkpoint": ["BadCheckpoint"],
    "checker.verdict": ["Outcome", "Verdict"],
    "kubeproof.counterexample": ["from_builtins", "take_again"],
    "kubeproof.manifests.errors": ["BadManifest", "BadManifests", "Note"],
    "kubeproof.options": ["UsageError"],
    "kubeproof.runs": ["BadRun"],
    "kubeproof.verification": ["Report", "resume", "verify"],
}
"""Where each name is: imported when it is asked for, because the engine takes a while."""

__all__ = [
    "BadCheckpoint",
    "BadManifest",
    "BadManifests",
    "BadRun",
    "Note",
    "Outcome",
    "Report",
    "UsageError",
    "Verdict",
    "from_builtins",
    "resume",
    "take_again",
    "verify",
]


def __getattr__(name: str) -> Any:
    for module, names in _MODULES.items():
        if name in names:
            return getattr(importlib.import_module(module), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
