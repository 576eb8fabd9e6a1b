"""Label selectors in their text form, as ``kubectl get -l`` and the query of a LIST take them.

Source: staging/src/k8s.io/apimachinery/pkg/labels/selector.go (Parse)
"""

import re

from model.api.labels import Operator, Requirement, Selector, new_requirement

_TOKEN = re.compile(r"[ \t\r\n]*(==|!=|[=!(),<>]|[^ \t\r\n=!(),<>]+|\Z)")
_SYMBOLS = ("==", "!=", "=", "!", "(", ")", ",", "<", ">", "")
_BINARY_OPERATORS = {
    "in": Operator.IN,
    "notin": Operator.NOT_IN,
    "=": Operator.EQUALS,
    "==": Operator.DOUBLE_EQUALS,
    "!=": Operator.NOT_EQUALS,
    ">": Operator.GREATER_THAN,
    "<": Operator.LESS_THAN,
}


class _Tokens:
    """The tokens of a selector, read one after another; the last is empty."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.rest = [found.group(1) for found in _TOKEN.finditer(text)]

    def next(self) -> str:
        """The next token, without reading it."""
        return self.rest[0]

    def read(self) -> str:
        """Read the next token; the end can be read for ever."""
        return self.rest.pop(0) if len(self.rest) > 1 else self.rest[0]

    def read_name(self) -> str:
        """Read a key or a value."""
        if self.next() in _SYMBOLS:
            raise ValueError(f"selector {self.text!r}: expected a key or value, not {self.next() or 'the end'!r}")
        return self.read()

    def expect(self, *tokens: str) -> str:
        """Read one of `tokens`."""
        if self.next() not in tokens:
            raise ValueError(f"selector {self.text!r}: expected one of {tokens}, not {self.next() or 'the end'!r}")
        return self.read()


def parse_selector(text: str) -> Selector:
    """The requirements that `text` spells, by key, each with its distinct values in order.

    Raises ValueError if `text` is malformed. The empty text matches everything.
    Source: staging/src/k8s.io/apimachinery/pkg/labels/selector.go (Parse)
    """
    tokens = _Tokens(text)
    requirements: list[Requirement] = []
    while requirements or tokens.next():
        requirements.append(_requirement(tokens))
        if not tokens.expect(",", ""):
            break
    return tuple(sorted(requirements, key=lambda requirement: requirement.key))


def _requirement(tokens: _Tokens) -> Requirement:
    """Read ``key``, ``!key`` or ``key operator values``."""
    if tokens.next() == "!":
        tokens.read()
        return new_requirement(tokens.read_name(), Operator.DOES_NOT_EXIST)
    key = tokens.read_name()
    if tokens.next() in (",", ""):
        return new_requirement(key, Operator.EXISTS)
    operator = _BINARY_OPERATORS[tokens.expect(*_BINARY_OPERATORS)]
    if operator in (Operator.IN, Operator.NOT_IN):
        return new_requirement(key, operator, _values(tokens))
    return new_requirement(key, operator, [_value(tokens, end=(",", ""))])


def _values(tokens: _Tokens) -> list[str]:
    """Read ``(a, b, c)``; a value may be left out, which is the empty value."""
    tokens.expect("(")
    values = {_value(tokens, end=(",", ")"))}
    while tokens.expect(",", ")") == ",":
        values.add(_value(tokens, end=(",", ")")))
    return sorted(values)


def _value(tokens: _Tokens, end: tuple[str, str]) -> str:
    """Read a value, which is empty if one of the `end` tokens follows at once."""
    return "" if tokens.next() in end else tokens.read_name()
