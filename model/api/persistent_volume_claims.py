"""PersistentVolumeClaim: a request for storage, as the StatefulSet controller creates and owns it.

Source: https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/persistent-volume-claim-v1/
"""

from collections.abc import Mapping

import msgspec

from model.api.owner_references import OwnerReference


class PersistentVolumeClaim(msgspec.Struct, frozen=True, kw_only=True):
    """A PersistentVolumeClaim, or a template of one."""

    name: str
    labels: Mapping[str, str] = {}
    owners: tuple[OwnerReference, ...] = ()
    deleting: bool = False
    """``metadata.deletionTimestamp`` is set."""
