"""The options of kube-controller-manager that the node lifecycle controller obeys.

Source: pkg/controller/nodelifecycle/config/v1alpha1/defaults.go
"""

import msgspec


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The controller's options, with Kubernetes' defaults. Times are in seconds, rates in Nodes a second."""

    monitor_grace: int = 50
    """``--node-monitor-grace-period``: how long a Node may give no sign of life."""
    startup_grace: int = 60
    """``--node-startup-grace-period``: the same, for a Node that never posted a status."""
    eviction_rate: float = 0.1
    """``--node-eviction-rate``: how fast the Nodes of a zone are tainted."""
    secondary_eviction_rate: float = 0.01
    """``--secondary-node-eviction-rate``: the same, in a large zone that is partly disrupted."""
    large_cluster_threshold: int = 50
    """``--large-cluster-size-threshold``: a zone with more Nodes than this is large."""
    unhealthy_zone_threshold: float = 0.55
    """``--unhealthy-zone-threshold``: from which part of its Nodes not ready a zone is partly disrupted."""
