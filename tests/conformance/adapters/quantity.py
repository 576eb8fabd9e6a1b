"""Cases of k8s.io/apimachinery/pkg/api/resource."""

import msgspec

from model.api.quantity import Quantity, canonical, compare, milli_value, parse_quantity, value
from tests.conformance.registry import Case, adapter

MAX_MILLI_VALUE = (2**63 - 1) // 1000


def parsed(text: str) -> Quantity | None:
    try:
        return parse_quantity(text)
    except ValueError:
        return None


@adapter("quantity_parse_compare")
def parse_compare(given: Case, expected: Case) -> Case:
    quantity, other = parsed(given["text"]), parsed(given["other"])
    if quantity is None:
        return {"valid": False, "canonical": None, "value": None, "milli_value": None, "compare": None}
    answer = {"valid": True, "canonical": canonical(quantity), "compare": other and compare(quantity, other)}
    if other is not None and other.long:
        # comparing with a long decimal turns the left operand into one, in place; its value is asked for afterwards
        quantity = msgspec.structs.replace(quantity, long=True)
    fits = abs(value(quantity)) <= MAX_MILLI_VALUE
    return answer | {"value": value(quantity), "milli_value": milli_value(quantity) if fits else None}
