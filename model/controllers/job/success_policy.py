"""When enough indexes of a Job have succeeded (``spec.successPolicy``).

Source: pkg/controller/job/success_policy.go
"""

from collections.abc import Sequence

from model.api.jobs import SuccessPolicyRule
from model.controllers.job.indexes import Intervals, parse, total


def match_success_policy(
    rules: Sequence[SuccessPolicyRule] | None, completions: int, succeeded: Intervals
) -> int | None:
    """The position of the first rule that the succeeded indexes meet, or None.

    Source: pkg/controller/job/success_policy.go (matchSuccessPolicy)
    """
    if not succeeded:
        return None
    return next((index for index, rule in enumerate(rules or ()) if met(rule, completions, succeeded)), None)


def met(rule: SuccessPolicyRule, completions: int, succeeded: Intervals) -> bool:
    """Whether all of the rule's indexes, or as many of them as it asks for, succeeded.

    A rule without indexes asks for a number of any. One whose text spells no index is never met.
    """
    if rule.succeeded_indexes is None:
        return rule.succeeded_count is not None and total(succeeded) >= rule.succeeded_count
    required = parse(rule.succeeded_indexes, completions)
    if not required:
        return False
    common = total_in_common(required, succeeded)
    return common == total(required) or (rule.succeeded_count is not None and common >= rule.succeeded_count)


def total_in_common(required: Intervals, succeeded: Intervals) -> int:
    """How many indexes are in both sets, which ascend.

    Source: pkg/controller/job/success_policy.go (matchSucceededIndexesRule)
    """
    common = one = other = 0
    while one < len(required) and other < len(succeeded):
        wanted, got = required[one], succeeded[other]
        common += max(min(wanted.last, got.last) - max(wanted.first, got.first) + 1, 0)
        one += wanted.last <= got.last
        other += got.last <= wanted.last
    return common
