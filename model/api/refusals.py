"""Why the API server refuses a write of a controller's.

Source: staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/types.go (StatusReason)
"""

from enum import Enum


class Refusal(Enum):
    """Why the API server refuses a write."""

    CONFLICT = "Conflict"
    ALREADY_EXISTS = "AlreadyExists"
    NOT_FOUND = "NotFound"
    NAMESPACE_TERMINATING = "NamespaceTerminating"
    FORBIDDEN = "Forbidden"
    """Any other reason: a quota, say, or an admission webhook."""
