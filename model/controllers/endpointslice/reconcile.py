"""One reconciliation of a Service's EndpointSlices, as a pure function of what the controller's caches show.

Left out: hints by the share of each zone in the cluster (the annotation ``service.kubernetes.io/topology-mode``), which
need the allocatable cpu of all nodes; slices of a Service that asks for them keep what hints they have.

Source: staging/src/k8s.io/endpointslice/reconciler.go
"""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from model.api.objects import Pod
from model.controllers.endpointslice.endpoint import AddressType, in_endpoints, pod_to_endpoint
from model.controllers.endpointslice.hints import CLOSE, hints_enabled, reconcile_hints
from model.controllers.endpointslice.packing import Changes, Slices, pack
from model.controllers.endpointslice.ports import EndpointPort, PodPorts, endpoint_ports, ports_key
from model.controllers.endpointslice.slices import (
    EndpointSlice,
    ServiceSpec,
    SliceEndpoint,
    address_types,
    is_placeholder,
    new_slice,
    owned_by,
)

MOST_ENDPOINTS = 100
"""Endpoints in a slice (``--max-endpoints-per-slice``)."""


class SelectedPod(msgspec.Struct, frozen=True, kw_only=True):
    """A Pod that the Service selects."""

    pod: Pod
    ports: PodPorts = PodPorts()
    node_found: bool = True
    """Its Node exists."""
    zone: str | None = None
    """Of its Node."""


class Reconciliation(msgspec.Struct, frozen=True, kw_only=True):
    """What is written for one address family, in this order; the first refused write ends it."""

    changes: Changes
    skipped: tuple[str, ...] = ()
    """Pods left out because their Node does not exist (yet); if there are any, the Service is requeued."""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """The endpoints of Pods with equal ports."""

    ports: tuple[EndpointPort, ...]
    endpoints: tuple[SliceEndpoint, ...] = ()


def reconcile(
    service: ServiceSpec, pods: Sequence[SelectedPod], slices: Sequence[EndpointSlice], most: int = MOST_ENDPOINTS
) -> tuple[Reconciliation, ...]:
    """The reconciliation of each address family, which Kubernetes does in any order, then of the families given up.

    An error in one does not keep the others from being done.
    Source: staging/src/k8s.io/endpointslice/reconciler.go (Reconcile)
    """
    families = address_types(service)
    obsolete = tuple(each for each in slices if each.address_type not in families)
    return (
        *(
            reconcile_family(service, pods, [each for each in slices if each.address_type is family], family, most)
            for family in families
        ),
        Reconciliation(changes=Changes(delete=obsolete)),
    )


def reconcile_family(
    service: ServiceSpec,
    pods: Sequence[SelectedPod],
    slices: Sequence[EndpointSlice],
    family: AddressType,
    most: int = MOST_ENDPOINTS,
) -> Reconciliation:
    """What is written so that slices of one address family show the Pods.

    Source: staging/src/k8s.io/endpointslice/reconciler.go (reconcileByAddressType)
    """
    groups, skipped = desired_groups(service, pods, family)
    changes = slice_changes(service, groups, slices, family, most)
    return Reconciliation(changes=finalized(service, with_hints(service, changes, slices)), skipped=skipped)


def desired_groups(
    service: ServiceSpec, pods: Sequence[SelectedPod], family: AddressType
) -> tuple[tuple[Group, ...], tuple[str, ...]]:
    """The endpoints that there should be, by their ports, and the Pods that are left out for want of their Node.

    Pods of other families make a group, too, albeit an empty one.
    Source: staging/src/k8s.io/endpointslice/reconciler.go (reconcileByAddressType)
    """
    groups: dict[object, Group] = {}
    skipped: tuple[str, ...] = ()
    for each in pods:
        if not in_endpoints(each.pod):
            continue
        ports = endpoint_ports(service.ports, each.ports)
        group = groups.setdefault(ports_key(ports), Group(ports=ports))
        if not each.node_found and not service.service.publish_not_ready_addresses:
            skipped += (each.pod.name,)
            continue
        endpoint = pod_to_endpoint(each.pod, service.service, family, each.zone if each.node_found else None)
        if endpoint.addresses:
            entry = SliceEndpoint(endpoint=endpoint, pod=each.pod.name, pod_uid=each.pod.uid)
            groups[ports_key(ports)] = replace(group, endpoints=(*group.endpoints, entry))
    return tuple(groups.values()), skipped


def slice_changes(
    service: ServiceSpec, groups: Sequence[Group], slices: Sequence[EndpointSlice], family: AddressType, most: int
) -> Changes:
    """The changes to the slices, group by group; in the end there is one slice at least.

    Source: staging/src/k8s.io/endpointslice/reconciler.go (reconcileByAddressType)
    """
    create: Slices = ()
    update: Slices = ()
    delete: Slices = tuple(each for each in slices if not owned_by(each, service))
    own = [each for each in slices if owned_by(each, service)]
    for group in groups:
        same_ports = tuple(each for each in own if ports_key(each.ports) == ports_key(group.ports))
        template = new_slice(service, family, group.ports)
        changes = pack(service, same_ports, group.endpoints, template, most)
        create, update, delete = create + changes.create, update + changes.update, delete + changes.delete
    desired = [ports_key(group.ports) for group in groups]
    delete += tuple(each for each in own if ports_key(each.ports) not in desired)
    if len(delete) == len(slices) and not create:
        placeholder = new_slice(service, family)
        if len(delete) == 1 and is_placeholder(delete[0], placeholder):
            delete = ()
        else:
            create = (placeholder,)
    return Changes(create=create, update=update, delete=delete)


def with_hints(service: ServiceSpec, changes: Changes, slices: Sequence[EndpointSlice]) -> Changes:
    """The changes with hints set as the Service's ``trafficDistribution`` says, or removed if it says nothing.

    Source: staging/src/k8s.io/endpointslice/reconciler.go (reconcileByAddressType)
    """
    if hints_enabled(service.annotations):
        return changes
    touched = [each.name for each in changes.update + changes.delete]
    unchanged = tuple(each for each in slices if each.name not in touched)
    wanted = service.traffic_distribution if service.traffic_distribution in CLOSE else None
    create, update, _ = reconcile_hints(wanted, changes.create, changes.update, unchanged)
    return Changes(create=create, update=update, delete=changes.delete)


def finalized(service: ServiceSpec, changes: Changes) -> Changes:
    """The writes: rather than deleting one slice and creating another, the first becomes the second.

    For a Service that is being deleted nothing is created.
    Source: staging/src/k8s.io/endpointslice/reconciler.go (finalize)
    """
    create, update = list(changes.create), list(changes.update)
    delete: Slices = ()
    for old in changes.delete:
        if create and old.address_type is create[-1].address_type and owned_by(old, service):
            update.append(replace(create.pop(), name=old.name))
        else:
            delete += (old,)
    return Changes(create=() if service.deleting else tuple(create), update=tuple(update), delete=delete)
