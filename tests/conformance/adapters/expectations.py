"""Cases about what a controller expects to see."""

from typing import Any

from model.controllers.expectations import ControllerExpectations
from tests.conformance.registry import Case, adapter

UPSTREAM_TIMEOUT = 30
"""Seconds that Kubernetes' own test waits."""


def apply(expectations: ControllerExpectations, step: Case, now: Any) -> ControllerExpectations:
    match step["op"]:
        case "set":
            return expectations.set_expectations(step["adds"], step["dels"], now)
        case "expect_creations":
            return expectations.expect_creations(step["n"], now)
        case "expect_deletions":
            return expectations.expect_deletions(step["uids"], now)
        case "creations_observed":
            return repeat(expectations, ControllerExpectations.creation_observed, step["n"])
        case "deletions_observed":
            return repeat(expectations, ControllerExpectations.any_deletion_observed, step["n"])
        case "deletion_observed":
            return expectations.deletion_observed(step["uid"])
        case "delete_expectations":
            return expectations.delete_expectations()
    raise ValueError(f"no such operation: {step['op']}")


def repeat(expectations: ControllerExpectations, operation: Any, times: int) -> ControllerExpectations:
    for _ in range(times):
        expectations = operation(expectations)
    return expectations


@adapter("controller_expectations")
def checks(given: Case, expected: Case) -> Case:
    expectations, now, answers = ControllerExpectations(), 0, []
    timeout = given.get("timeout_s", UPSTREAM_TIMEOUT)
    for step in given["ops"]:
        if step["op"] == "advance":
            now += step["seconds"]
        elif step["op"] == "check":
            remaining = [expectations.creations, expectations.deletions]
            recorded = expectations.set_at is not None
            answers.append(
                {
                    "satisfied": expectations.satisfied(now, timeout),
                    "remaining": remaining if recorded else None,
                }
            )
        else:
            expectations = apply(expectations, step, now)
    if "timeout_s" not in given:
        # In Kubernetes' own cases null means that the counts were not looked at.
        for answer, wanted in zip(answers, expected["checks"], strict=True):
            answer["remaining"] = answer["remaining"] if wanted["remaining"] is not None else None
    return {"checks": answers}
