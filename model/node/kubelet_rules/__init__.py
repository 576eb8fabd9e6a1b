"""The kubelet's rules, exactly: what it reports about a Pod, and what it does with the Pod's containers."""
