"""Leader election: which of several candidates holds a Lease.

The Lease names one holder at most, since each write of it is refused if somebody else has written in between. But a
former leader may go on acting for a while: nothing stops its writes to other objects.

A candidate trusts no clock but its own: a Lease has run out when the candidate has not seen it change for as long as
the Lease says. All times are seconds on the clock of the candidate that wrote or saw them.

Left out: coordinated leader election, which is off by default.

Source: staging/src/k8s.io/client-go/tools/leaderelection/leaderelection.go
"""

from collections.abc import Generator
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

LEASE_DURATION = 15
"""Seconds; the default of ``--leader-elect-lease-duration``."""
RENEW_DEADLINE = 10
"""Seconds without a renewal after which a leader stops; the default of ``--leader-elect-renew-deadline``."""
RETRY_PERIOD = 2
"""Seconds between tries; the default of ``--leader-elect-retry-period``."""
RELEASED_LEASE_DURATION = 1
"""Seconds for which a Lease that was given up is written."""


class LeaderElectionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What a Lease says.

    Source: staging/src/k8s.io/client-go/tools/leaderelection/resourcelock/interface.go
    """

    holder: str = ""
    """Empty after the holder has given it up."""
    lease_duration: int = 0
    acquire_time: int | None = None
    renew_time: int | None = None
    transitions: int = 0


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """A Lease as the API server has it."""

    record: LeaderElectionRecord
    resource_version: int = 0
    """Counts the writes."""


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A process that takes part, with what it remembers; all but its identity is lost when it restarts.

    Source: staging/src/k8s.io/client-go/tools/leaderelection/leaderelection.go (LeaderElector)
    """

    identity: str
    lease_duration: int = LEASE_DURATION
    observed: LeaderElectionRecord = LeaderElectionRecord()
    """The record last seen or written."""
    observed_time: int | None = None
    """When that was."""
    read: LeaderElectionRecord | None = None
    """The record last read; what the candidate writes itself is not noted here."""
    resource_version: int | None = None
    """Of the Lease last read or written: what the next write carries. None: no Lease is known."""

    def is_leader(self) -> bool:
        """Whether it believes that it holds the Lease.

        Source: staging/src/k8s.io/client-go/tools/leaderelection/leaderelection.go (IsLeader)
        """
        return self.observed.holder == self.identity

    def is_lease_valid(self, now: int) -> bool:
        """Whether the Lease has not run out, by this candidate's clock.

        Source: staging/src/k8s.io/client-go/tools/leaderelection/leaderelection.go (isLeaseValid)
        """
        return self.observed_time is not None and self.observed_time + self.observed.lease_duration > now

    def observe(self, record: LeaderElectionRecord, now: int) -> "Candidate":
        """Note a record that is news to it.

        Source: staging/src/k8s.io/client-go/tools/leaderelection/leaderelection.go (setObservedRecord)
        """
        return replace(self, observed=record, observed_time=now)


class GetLease(msgspec.Struct, frozen=True):
    """GET of the Lease; the answer is the Lease, or None if there is none."""


class CreateLease(msgspec.Struct, frozen=True):
    """POST of the Lease; the answer is the Lease, or None if it is refused."""

    record: LeaderElectionRecord


class UpdateLease(msgspec.Struct, frozen=True):
    """PUT of the Lease; the answer is the Lease, or None if it is refused: somebody else has written it."""

    record: LeaderElectionRecord
    resource_version: int | None


Request: TypeAlias = GetLease | CreateLease | UpdateLease
Steps: TypeAlias = Generator[Request, Lease | None, tuple[bool, Candidate]]
"""One API call at each ``yield``; returns whether it succeeded, and the candidate after it."""


class Attempt(msgspec.Struct, frozen=True):
    """What came of a try to get, keep or give up the Lease while nobody else wrote it."""

    succeeded: bool
    candidate: Candidate
    lease: Lease | None


def try_acquire_or_renew_steps(candidate: Candidate, now: int) -> Steps:
    """Try once to get the Lease, or to keep it, call by call.

    A leader writes at once, on the strength of what it last saw. Everybody else, and a leader whose write is refused,
    reads the Lease first. The first one to see a Lease never takes it while it has a holder, however old it is.
    Source: staging/src/k8s.io/client-go/tools/leaderelection/leaderelection.go (tryAcquireOrRenew)
    """
    record = LeaderElectionRecord(
        holder=candidate.identity, lease_duration=candidate.lease_duration, acquire_time=now, renew_time=now
    )
    if candidate.is_leader() and candidate.is_lease_valid(now):
        renewed = _renewed(record, candidate.observed)
        lease = yield UpdateLease(renewed, candidate.resource_version)
        if lease is not None:
            return True, _written(candidate, lease, now)
    lease = yield GetLease()
    if lease is None:
        lease = yield CreateLease(record)
        return lease is not None, candidate if lease is None else _written(candidate, lease, now)
    candidate = _read(candidate, lease, now)
    if lease.record.holder and candidate.is_lease_valid(now) and not candidate.is_leader():
        return False, candidate
    if candidate.is_leader():
        record = _renewed(record, lease.record)
    else:
        record = replace(record, transitions=lease.record.transitions + 1)
    lease = yield UpdateLease(record, candidate.resource_version)
    return lease is not None, candidate if lease is None else _written(candidate, lease, now)


def release_steps(candidate: Candidate, now: int) -> Steps:
    """Give the Lease up, call by call, if the candidate believes that it holds it.

    It does not look whom the Lease names by now: one that believes so wrongly gives up another's.
    Source: staging/src/k8s.io/client-go/tools/leaderelection/leaderelection.go (release)
    """
    lease = yield GetLease()
    if lease is None:
        return False, candidate
    candidate = replace(candidate, resource_version=lease.resource_version)
    if not candidate.is_leader():
        return True, candidate
    record = LeaderElectionRecord(
        lease_duration=RELEASED_LEASE_DURATION,
        acquire_time=now,
        renew_time=now,
        transitions=lease.record.transitions,
    )
    lease = yield UpdateLease(record, candidate.resource_version)
    return lease is not None, candidate if lease is None else _written(candidate, lease, now)


def try_acquire_or_renew(candidate: Candidate, lease: Lease | None, now: int) -> Attempt:
    """Try once to get the Lease, or to keep it, while nobody else writes it. `lease` is None if there is none yet.

    Source: staging/src/k8s.io/client-go/tools/leaderelection/leaderelection.go (tryAcquireOrRenew)
    """
    return _attempt(try_acquire_or_renew_steps(candidate, now), lease)


def release(candidate: Candidate, lease: Lease | None, now: int) -> Attempt:
    """Give the Lease up while nobody else writes it; that fails only if there is none.

    Source: staging/src/k8s.io/client-go/tools/leaderelection/leaderelection.go (release)
    """
    return _attempt(release_steps(candidate, now), lease)


def answer(request: Request, lease: Lease | None) -> tuple[Lease | None, Lease | None]:
    """The API server's answer to a request, and the Lease after it.

    Source: staging/src/k8s.io/apiserver/pkg/registry/generic/registry/store.go (Create, Update)
    """
    match request:
        case CreateLease(record) if lease is None:
            lease = Lease(record=record)
            return lease, lease
        case UpdateLease(record, resource_version) if lease is not None and resource_version == lease.resource_version:
            lease = Lease(record=record, resource_version=lease.resource_version + 1)
            return lease, lease
        case GetLease():
            return lease, lease
        case _:
            return None, lease


def _attempt(steps: Steps, lease: Lease | None) -> Attempt:
    """Carry the steps out without anybody else's write in between."""
    answered: Lease | None = None
    while True:
        try:
            request = steps.send(answered)
        except StopIteration as done:
            succeeded, candidate = done.value
            return Attempt(succeeded, candidate, lease)
        answered, lease = answer(request, lease)


def _renewed(record: LeaderElectionRecord, held: LeaderElectionRecord) -> LeaderElectionRecord:
    """The record of a holder that stays: only the time of renewal is new."""
    return replace(record, acquire_time=held.acquire_time, transitions=held.transitions)


def _read(candidate: Candidate, lease: Lease, now: int) -> Candidate:
    """The candidate after it has read the Lease: another record than last time counts as a change seen now."""
    if lease.record != candidate.read:
        candidate = replace(candidate.observe(lease.record, now), read=lease.record)
    return replace(candidate, resource_version=lease.resource_version)


def _written(candidate: Candidate, lease: Lease, now: int) -> Candidate:
    """The candidate after it has written the Lease."""
    return replace(candidate.observe(lease.record, now), resource_version=lease.resource_version)
