"""References to slots: what an action is bound to, and how rows refer to each other."""

from typing import Annotated

from checker.state import SlotOf

PodSlot = Annotated[int, SlotOf("pods")]
NodeSlot = Annotated[int, SlotOf("nodes")]
DeploymentSlot = Annotated[int, SlotOf("deployments")]
ReplicaSetSlot = Annotated[int, SlotOf("replica_sets")]
StatefulSetSlot = Annotated[int, SlotOf("stateful_sets")]
DaemonSetSlot = Annotated[int, SlotOf("daemon_sets")]
JobSlot = Annotated[int, SlotOf("jobs")]
CronJobSlot = Annotated[int, SlotOf("cron_jobs")]
ChildJobSlot = Annotated[int, SlotOf("child_jobs")]
AutoscalerSlot = Annotated[int, SlotOf("autoscalers")]
ClaimSlot = Annotated[int, SlotOf("claims")]
VolumeSlot = Annotated[int, SlotOf("volumes")]
DisruptionBudgetSlot = Annotated[int, SlotOf("disruption_budgets")]
