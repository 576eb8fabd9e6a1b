"""How far one sync of a CronJob has come.

Source: pkg/controller/cronjob/cronjob_controllerv2.go
"""

import msgspec
from msgspec.structs import replace

from model.api.cron_jobs import CronJob
from model.api.refusals import Refusal


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """The CronJob as a sync sees it by now, and what the sync leads to."""

    cron_job: CronJob
    superseded: CronJob | None = None
    """The CronJob as it was when a fresh copy replaced it, if one did. A status update still writes this one, and
    is refused, since it is older than the fresh copy."""
    update_status: bool = False
    requeue_after: int | None = None
    """Milliseconds until the CronJob is synced again; None: at the next event."""
    error: Refusal | None = None
    """The refusal that ended the sync early."""

    def status_changed(self, cron_job: CronJob) -> "Progress":
        """Go on with this CronJob, whose status is to be written."""
        return replace(self, cron_job=cron_job, update_status=True)

    def refreshed(self, cron_job: CronJob) -> "Progress":
        """Go on with a copy that was read live."""
        return replace(self, cron_job=cron_job, superseded=self.superseded or self.cron_job)

    def failed(self, refusal: Refusal) -> "Progress":
        """End with an error; a changed status is written all the same."""
        return replace(self, error=refusal)

    def to_write(self) -> CronJob:
        """The CronJob whose status an update writes."""
        return self.superseded or self.cron_job
