"""Whether a Pod's sandbox can be used.

Source: pkg/kubelet/kuberuntime/util/util.go (PodSandboxChanged)
"""

from collections.abc import Sequence

from model.node.kubelet_rules.runtime import Sandbox


def needs_new_sandbox(sandboxes: Sequence[Sandbox], *, host_network: bool = False) -> bool:
    """The newest sandbox is not the only one that is ready, has another network than the Pod asks for, or no address.

    `sandboxes`: the newest first. `host_network`: the Pod uses the node's addresses.
    """
    if not sandboxes or sum(sandbox.ready for sandbox in sandboxes) > 1:
        return True
    newest = sandboxes[0]
    return not newest.ready or newest.network_mode_changed or not (newest.has_ip or host_network)


def sandbox_attempt(sandboxes: Sequence[Sandbox], *, host_network: bool = False) -> int:
    """The number of the sandbox to use: the newest one's, or the next if that cannot be used."""
    if not sandboxes:
        return 0
    return sandboxes[0].attempt + needs_new_sandbox(sandboxes, host_network=host_network)
