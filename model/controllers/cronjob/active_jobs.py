"""The list of running Jobs in a CronJob's status, and which Jobs are its own.

Source: pkg/controller/cronjob/utils.go
"""

from collections.abc import Sequence

from msgspec.structs import replace

from model.api.cron_jobs import ChildJob, CronJob, JobReference


def jobs_to_be_reconciled(cron_job: CronJob, jobs: Sequence[ChildJob]) -> tuple[ChildJob, ...]:
    """The Jobs of the namespace whose controlling owner has the CronJob's name. Its uid is not compared.

    Source: pkg/controller/cronjob/cronjob_controllerv2.go (getJobsToBeReconciled)
    """
    return tuple(job for job in jobs if job.namespace == cron_job.namespace and job.controller_name == cron_job.name)


def in_active_list(cron_job: CronJob, uid: str) -> bool:
    """Whether the status refers to the Job with this uid.

    Source: pkg/controller/cronjob/utils.go (inActiveList)
    """
    return any(reference.uid == uid for reference in cron_job.active)


def in_active_list_by_name(cron_job: CronJob, name: str) -> bool:
    """Whether the status refers to a Job of this name.

    Source: pkg/controller/cronjob/utils.go (inActiveListByName)
    """
    return any(reference.name == name for reference in cron_job.active)


def add_to_active_list(cron_job: CronJob, job: ChildJob) -> CronJob:
    """The CronJob with a reference to the Job at the end of its status.

    Source: pkg/controller/cronjob/cronjob_controllerv2.go (syncCronJob)
    """
    return replace(cron_job, active=(*cron_job.active, JobReference(job.name, job.uid)))


def delete_from_active_list(cron_job: CronJob, uid: str) -> CronJob:
    """The CronJob without references to the Job with this uid.

    Source: pkg/controller/cronjob/utils.go (deleteFromActiveList)
    """
    return replace(cron_job, active=tuple(each for each in cron_job.active if each.uid != uid))
