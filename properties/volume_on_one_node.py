"""A volume that one node at a time may mount is really used on one."""

from collections.abc import Iterator

from checker.vocabulary import never
from model.cluster import Cluster, claimed_volumes
from model.rows.pod import Container

_RUNS = (Container.RUNNING, Container.SERVING, Container.STOPPING)


@never("volume_on_one_node")
def volumes_in_use_twice(state: Cluster) -> Iterator[str]:
    """Containers on two nodes never use a volume at once that only one node may mount.

    Relied on by every database on such a volume: two writers destroy its file system. What breaks it is a forced
    detach from a node that could not be heard of and still runs the Pod.
    Source: https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes,
    https://kubernetes.io/docs/concepts/cluster-administration/node-shutdown/#storage-force-detach-on-timeout
    """
    for slot, spec in enumerate(state.constants.volumes):
        users = [
            pod.node
            for pod in state.pods
            if slot in claimed_volumes(state, pod) and any(container in _RUNS for container in pod.containers)
        ]
        if any(node != users[0] for node in users):
            yield f"PersistentVolumeClaim {spec.claim}: containers on two nodes use its volume"
