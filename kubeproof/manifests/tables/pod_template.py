"""What the model represents of objects' metadata and of Pod templates, whatever kind they belong to."""

from kubeproof.manifests.coverage import Assumed, Covered, NotModelled, Table

_YES = Covered.REPRESENTED
_ANY = Covered.CANNOT_MATTER

_PLACED_ANYWHERE = "verdicts allow any Node that fits otherwise"
_STARTS = "verdicts assume that it neither fails nor delays the start"
_NO_PREEMPTION = "verdicts assume that no Pod is preempted"
_MOUNTS = NotModelled("verdicts assume that the volume attaches and mounts")
_ON_NODE = NotModelled("verdicts assume that the volume mounts on every Node")

METADATA: Table = {
    "ownerReferences": NotModelled("verdicts assume that its owner neither changes nor deletes it"),
    "deletionTimestamp": NotModelled("verdicts begin with an object that is not being deleted"),
    "*": _ANY,
}
POD_METADATA: Table = {
    "labels": _YES,
    "annotations": {
        "controller.kubernetes.io/pod-deletion-cost": NotModelled("verdicts let the other rules order deletions"),
        "*": _ANY,
    },
    "*": _ANY,
}
_CONTAINER: Table = {
    **dict.fromkeys(("name", "image", "readinessProbe", "startupProbe"), _YES),
    **dict.fromkeys(("command", "args", "workingDir", "imagePullPolicy", "securityContext", "resizePolicy"), _ANY),
    **dict.fromkeys(("terminationMessagePath", "terminationMessagePolicy", "stdin", "stdinOnce", "tty"), _ANY),
    **dict.fromkeys(("volumeMounts", "volumeDevices"), _ANY),  # the volumes themselves have the notes
    "env": {
        "valueFrom": {"configMapKeyRef": Assumed("ConfigMap"), "secretKeyRef": Assumed("Secret"), "*": _ANY},
        "*": _ANY,
    },
    "envFrom": {"configMapRef": Assumed("ConfigMap"), "secretRef": Assumed("Secret"), "*": _ANY},
    "ports": {
        **dict.fromkeys(("name", "containerPort", "protocol"), _YES),
        "hostPort": NotModelled("verdicts assume that the port is free on every Node"),
        "hostIP": _ANY,
    },
    "resources": {
        "requests": _YES,
        "limits": _YES,
        "claims": NotModelled("verdicts assume that the devices are there"),
    },
    "lifecycle": {"preStop": _YES, "stopSignal": _ANY, "postStart": NotModelled(_STARTS)},
    "livenessProbe": NotModelled("verdicts assume that it never fails"),
    "restartPolicy": NotModelled("verdicts treat the container like the others of its kind"),
    "restartPolicyRules": NotModelled("verdicts restart the container after every exit"),
}
_VOLUME: Table = {
    "name": _ANY,
    "emptyDir": _ANY,
    "downwardAPI": _ANY,
    "configMap": Assumed("ConfigMap"),
    "secret": Assumed("Secret", "secretName"),
    "projected": {
        "sources": {"configMap": Assumed("ConfigMap"), "secret": Assumed("Secret"), "*": _ANY},
        "defaultMode": _ANY,
    },
    "persistentVolumeClaim": Assumed("PersistentVolumeClaim", "claimName"),
    "hostPath": _ON_NODE,
    "image": NotModelled("verdicts assume that the image can be pulled"),
    "*": _MOUNTS,
}
POD_SPEC: Table = {
    "containers": _CONTAINER,
    "initContainers": {
        **_CONTAINER,
        "restartPolicy": NotModelled("verdicts leave the sidecar out"),
    },
    "volumes": _VOLUME,
    **dict.fromkeys(("nodeSelector", "tolerations", "terminationGracePeriodSeconds", "restartPolicy"), _YES),
    "affinity": {
        "nodeAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": _YES,
            "preferredDuringSchedulingIgnoredDuringExecution": NotModelled(_PLACED_ANYWHERE),
        },
        "podAffinity": NotModelled(_PLACED_ANYWHERE),
        "podAntiAffinity": NotModelled("verdicts allow the Pods to share a Node"),
    },
    "topologySpreadConstraints": NotModelled(_PLACED_ANYWHERE),
    **dict.fromkeys(("priorityClassName", "priority", "preemptionPolicy"), NotModelled(_NO_PREEMPTION)),
    "schedulerName": NotModelled("verdicts use the rules of the default scheduler", ("default-scheduler",)),
    "nodeName": NotModelled("verdicts let the scheduler choose the Node"),
    "hostNetwork": NotModelled("verdicts assume that the ports are free on every Node"),
    "readinessGates": NotModelled("verdicts assume that the gates' conditions are true"),
    "schedulingGates": NotModelled("verdicts assume that the gates have been lifted"),
    "activeDeadlineSeconds": NotModelled("verdicts assume that the Pod is not ended by its deadline"),
    "runtimeClassName": NotModelled("verdicts count no overhead and allow any Node"),
    "overhead": NotModelled("verdicts do not count it as requested"),
    "resources": NotModelled("verdicts count what the containers request"),
    "resourceClaims": NotModelled("verdicts assume that the devices are there"),
    "serviceAccountName": Assumed("ServiceAccount", ""),
    "serviceAccount": Assumed("ServiceAccount", ""),
    **dict.fromkeys(("automountServiceAccountToken", "imagePullSecrets", "enableServiceLinks", "os"), _ANY),
    **dict.fromkeys(("dnsPolicy", "dnsConfig", "hostAliases", "hostname", "hostnameOverride", "subdomain"), _ANY),
    **dict.fromkeys(("setHostnameAsFQDN", "shareProcessNamespace", "hostPID", "hostIPC", "hostUsers"), _ANY),
    "securityContext": _ANY,
}
POD_TEMPLATE: Table = {"metadata": POD_METADATA, "spec": POD_SPEC}
