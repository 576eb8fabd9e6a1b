"""The PersistentVolumeClaims of a StatefulSet's Pod: one for each template, under a name of its own.

Source: pkg/controller/statefulset/stateful_set_utils.go
"""

from msgspec.structs import replace

from model.api.objects import Pod
from model.api.persistent_volume_claims import PersistentVolumeClaim
from model.api.stateful_sets import StatefulSet
from model.controllers.statefulset.identity import ordinal_of


def claim_name(stateful_set: StatefulSet, template: PersistentVolumeClaim, ordinal: int) -> str:
    """The name of the claim that the Pod with that ordinal has from `template`.

    Source: pkg/controller/statefulset/stateful_set_utils.go (getPersistentVolumeClaimName)
    """
    return f"{template.name}-{stateful_set.name}-{ordinal}"


def claims_of(stateful_set: StatefulSet, pod: Pod) -> dict[str, PersistentVolumeClaim]:
    """The claims that the Pod is to have, by the name of their template, with the selector's labels.

    Source: pkg/controller/statefulset/stateful_set_utils.go (getPersistentVolumeClaims)
    """
    ordinal = ordinal_of(pod)
    return {
        template.name: replace(
            template,
            name=claim_name(stateful_set, template, ordinal),
            labels={**template.labels, **stateful_set.match_labels},
        )
        for template in stateful_set.volume_claim_templates
    }


def storage_matches(stateful_set: StatefulSet, pod: Pod) -> bool:
    """Whether the Pod has a volume for each of its claims.

    Source: pkg/controller/statefulset/stateful_set_utils.go (storageMatches)
    """
    return ordinal_of(pod) >= 0 and all(
        pod.claims.get(volume) == claim.name for volume, claim in claims_of(stateful_set, pod).items()
    )


def with_storage(stateful_set: StatefulSet, pod: Pod) -> Pod:
    """The Pod with a volume for each of its claims; they replace volumes of the same name.

    Source: pkg/controller/statefulset/stateful_set_utils.go (updateStorage)
    """
    wanted = {volume: claim.name for volume, claim in claims_of(stateful_set, pod).items()}
    return replace(pod, claims={**pod.claims, **wanted})
