"""PersistentVolumeClaims that one node at a time can mount, in front of the model."""

from kubeproof.kinds.member import Member
from kubeproof.manifests.fields import field, mapping
from kubeproof.manifests.manifest import Manifest, Manifests
from model.controllers.attachdetach.volumes import multi_attach_allowed
from model.rows.volume import AccessMode, VolumeSpec

_LOCAL = "kubernetes.io/no-provisioner"
"""The provisioner of storage classes whose volumes are disks of nodes."""


def volumes_of(manifests: Manifests, namespace: str, members: tuple[Member, ...]) -> tuple[VolumeSpec, ...]:
    """The volumes that the members' Pods mount and that not every node can mount at once.

    A claim that is not in the input is left out; a note says so.
    """
    wanted = {claim for member in members for claim in member.claims}
    found = [
        _volume(manifest, manifests)
        for manifest in manifests.of_kind("PersistentVolumeClaim")
        if manifest.namespace == namespace and manifest.name in wanted
    ]
    return tuple(volume for volume in found if not multi_attach_allowed(volume.access_modes))


def _volume(manifest: Manifest, manifests: Manifests) -> VolumeSpec:
    spec = mapping(manifest.data, "spec")
    local = {
        storage_class.name
        for storage_class in manifests.of_kind("StorageClass")
        if field(storage_class.data, "provisioner") == _LOCAL
    }
    return VolumeSpec(
        claim=manifest.name,
        access_modes=tuple(AccessMode(mode) for mode in spec.get("accessModes") or ()),
        local=spec.get("storageClassName") in local,
    )
