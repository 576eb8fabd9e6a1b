"""Hypothesis strategies for Kubernetes manifests: valid ones, and valid ones broken in one place.

>>> from hypothesis import given
>>> @given(manifests())
... def test_my_tool_reads_what_kubernetes_accepts(text: str) -> None: ...
"""

from kubeproof.manifests.broken import broken_manifests
from kubeproof.manifests.valid import manifests, objects

__all__ = ["broken_manifests", "manifests", "objects"]
