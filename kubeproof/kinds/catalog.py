"""The kinds of objects that run Pods."""

from kubeproof.kinds.deployment import DEPLOYMENT
from kubeproof.kinds.kind import Kind

KINDS: tuple[Kind, ...] = (DEPLOYMENT,)
