"""What candidates do with a Lease that others write in between, and by which limiter a key waits."""

from msgspec.structs import replace

from model.control_plane.leader_election import (
    Candidate,
    GetLease,
    LeaderElectionRecord,
    Lease,
    UpdateLease,
    answer,
    release,
    try_acquire_or_renew,
    try_acquire_or_renew_steps,
)
from model.control_plane.queues import ItemExponentialFailureRateLimiter

FIRST = Candidate(identity="a")
SECOND = Candidate(identity="b")


def test_of_two_that_find_the_lease_run_out_only_the_first_to_write_gets_it() -> None:
    lease = Lease(record=LeaderElectionRecord(holder="gone", lease_duration=15))
    seen = [try_acquire_or_renew(candidate, lease, 0).candidate for candidate in (FIRST, SECOND)]
    tries = [try_acquire_or_renew_steps(candidate, 15) for candidate in seen]
    assert [next(each) for each in tries] == [GetLease(), GetLease()]
    writes = [each.send(lease) for each in tries]
    taken, lease_after = answer(writes[0], lease)
    assert taken is not None
    assert answer(writes[1], lease_after) == (None, lease_after)


def test_a_leader_whose_write_is_refused_reads_the_lease_and_finds_another_holder() -> None:
    held = try_acquire_or_renew(FIRST, None, 0)
    assert held.lease is not None
    other = replace(held.lease, record=replace(held.lease.record, holder="b"), resource_version=7)
    steps = try_acquire_or_renew_steps(held.candidate, 5)
    assert isinstance(next(steps), UpdateLease)
    assert steps.send(None) == GetLease()
    attempt = try_acquire_or_renew(held.candidate, other, 5)
    assert (attempt.succeeded, attempt.lease, attempt.candidate.is_leader()) == (False, other, False)


def test_a_leader_that_does_not_know_better_gives_up_the_lease_of_another() -> None:
    held = try_acquire_or_renew(FIRST, None, 0)
    assert held.lease is not None
    other = replace(held.lease, record=replace(held.lease.record, holder="b"), resource_version=7)
    released = release(held.candidate, other, 60)
    assert released.lease is not None
    assert (released.succeeded, released.lease.record.holder) == (True, "")


def test_a_lease_that_was_given_up_is_taken_at_once() -> None:
    held = try_acquire_or_renew(FIRST, None, 0)
    released = release(held.candidate, held.lease, 1)
    taken = try_acquire_or_renew(SECOND, released.lease, 1)
    assert taken.lease is not None
    assert (taken.succeeded, taken.lease.record.holder, taken.lease.record.transitions) == (True, "b", 1)


def test_a_controllers_key_waits_from_five_milliseconds_to_a_thousand_seconds() -> None:
    limiter = ItemExponentialFailureRateLimiter()
    delays = []
    for _ in range(20):
        delay, limiter = limiter.when("key")
        delays.append(delay)
    assert (delays[0], delays[17], delays[18]) == (5, 655_360, 1_000_000)
