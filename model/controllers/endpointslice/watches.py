"""Which updates of a Pod wake the EndpointSlice controller.

Source: staging/src/k8s.io/endpointslice/util/controller_utils.go
"""

from model.api.objects import Pod


def endpoint_may_change(old: Pod, new: Pod) -> bool:
    """The update may change the Pod's endpoint.

    Any update of a Pod that is being deleted counts: pointers to its deletion time are compared, not times. A change of
    phase alone does not, so that the endpoint of a Pod that was not ready and fails stays until something else happens.
    Source: staging/src/k8s.io/endpointslice/util/controller_utils.go (podEndpointsChanged)
    """
    return old.deleting or new.deleting or old.ready != new.ready or old.ips != new.ips


def wakes(old: Pod, new: Pod, selected_before: bool, selected_now: bool) -> bool:
    """The update of a Pod wakes a Service that selects it, before the update and now.

    Source: staging/src/k8s.io/endpointslice/util/controller_utils.go (GetPodUpdateProjectionKey, GetServicesToUpdate)
    """
    moved = old.labels != new.labels or (old.hostname, old.subdomain) != (new.hostname, new.subdomain)
    if endpoint_may_change(old, new):
        return selected_now or (moved and selected_before)
    return moved and selected_before != selected_now
