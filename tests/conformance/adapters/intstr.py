"""Cases of k8s.io/apimachinery/pkg/util/intstr."""

from typing import Any

from model.api.intstr import parse_int_or_percent, parse_int_or_string, scaled_value
from tests.conformance.registry import Case, adapter


@adapter("intstr_parse")
def parse(given: Case, expected: Case) -> Case:
    value = parse_int_or_string(given["text"])
    return {"type": "int" if isinstance(value, int) else "string", "value": value}


@adapter("intstr_parse_percent")
def parse_percent(given: Case, expected: Case) -> Case:
    try:
        number, is_percent = parse_int_or_percent(given["value"])
    except ValueError:
        return {"error": True}
    answer: dict[str, Any] = {"error": False, "number": number, "is_percent": is_percent}
    return {key: answer[key] for key in expected}


@adapter("intstr_scaled_value")
def scaled(given: Case, expected: Case) -> Case:
    if given.get("value") is None:
        return {"error": True}
    try:
        result = scaled_value(given["value"], given["total"], round_up=given["round_up"])
    except ValueError:
        return {"error": True}
    return {key: answer for key, answer in {"error": False, "result": result}.items() if key in expected}
