"""What the model represents of claims, storage classes and quotas."""

from kubeproof.manifests.coverage import Covered, NotModelled, Table

_YES = Covered.REPRESENTED
_ANY = Covered.CANNOT_MATTER
_THERE = NotModelled("verdicts assume that the volume is there, with its contents")

CLAIM: Table = {
    **dict.fromkeys(("apiVersion", "kind", "metadata", "status"), _ANY),
    "spec": {
        **dict.fromkeys(("accessModes", "storageClassName"), _YES),
        **dict.fromkeys(("resources", "volumeMode", "volumeAttributesClassName"), _ANY),
        **dict.fromkeys(("volumeName", "selector", "dataSource", "dataSourceRef"), _THERE),
    },
}
QUOTA: Table = {
    **dict.fromkeys(("apiVersion", "kind", "metadata", "status"), _ANY),
    "spec": {
        "hard": {
            **dict.fromkeys(("pods", "count/pods", "cpu", "requests.cpu", "memory", "requests.memory"), _YES),
            "*": NotModelled("verdicts assume that it never rejects a Pod"),
        },
        "scopes": NotModelled("verdicts apply the quota to every Pod"),
        "scopeSelector": NotModelled("verdicts apply the quota to every Pod"),
    },
}
STORAGE_CLASS: Table = {
    "provisioner": _YES,
    "allowedTopologies": NotModelled("verdicts allow any Node that fits otherwise"),
    "*": _ANY,
}
