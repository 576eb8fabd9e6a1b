"""Mutants of a module: its source, changed in one place as a slip would change it."""

import ast
import copy
from collections.abc import Iterator
from typing import Any

import msgspec

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {ast.Add: ast.Sub, ast.Sub: ast.Add}


class Mutant(msgspec.Struct, frozen=True):
    """One changed source; `line` is where, `change` is what, as ``old -> new``."""

    line: int
    change: str
    source: str


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a module, in source order: one for each place and way to change it."""
    tree = ast.parse(source)
    _mark_unevaluated(tree)
    found = [
        Mutant(_line(node), f"{_text(node)} -> {_text(replacement)}", ast.unparse(_replaced(tree, number, way)))
        for number, node in enumerate(ast.walk(tree))
        for way, replacement in enumerate(_replacements(node))
    ]
    yield from sorted(found, key=lambda mutant: mutant.line)


def _line(node: ast.AST) -> int:
    return int(getattr(node.iter if isinstance(node, ast.comprehension) else node, "lineno", 0))


def _replaced(tree: ast.Module, number: int, way: int) -> ast.Module:
    """A copy of the tree in which the node with that number in walking order is replaced."""
    mutated = copy.deepcopy(tree)
    target = list(ast.walk(mutated))[number]
    replacement = list(_replacements(target))[way]
    parent = next(parent for parent in ast.walk(mutated) if target in ast.iter_child_nodes(parent))
    for name, value in ast.iter_fields(parent):
        if value is target:
            setattr(parent, name, replacement)
        elif isinstance(value, list):
            setattr(parent, name, [replacement if item is target else item for item in value])
    return ast.fix_missing_locations(mutated)


def _replacements(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in a node's place."""
    if getattr(node, "unevaluated", False):
        return
    match node:
        case ast.Compare(ops=[operator]) if type(operator) in _COMPARISONS:
            yield _with(node, ops=[_COMPARISONS[type(operator)]()])
            if isinstance(node.comparators[0], ast.Tuple) and isinstance(operator, ast.In | ast.NotIn):
                yield from (_with(node, comparators=[each]) for each in _one_less(node.comparators[0], "elts"))
        case ast.BoolOp():
            yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
            yield from (less.values[0] if len(less.values) == 1 else less for less in _one_less(node, "values"))
        case ast.UnaryOp(op=ast.Not()):
            yield node.operand
        case ast.BinOp(op=operation) if type(operation) in _ARITHMETIC:
            yield _with(node, op=_ARITHMETIC[type(operation)]())
        case ast.Constant(value=bool()):
            yield _with(node, value=not node.value)
        case ast.Constant(value=int() as number):
            yield _with(node, value=number + 1)
            yield _with(node, value=number - 1)
        case ast.If(orelse=[]) | ast.IfExp():
            yield _with(node, test=_negated(node.test))
            yield _with(node, test=ast.Constant(True))
            yield _with(node, test=ast.Constant(False))
        case ast.Call(func=ast.Name(id="any" | "all" as name)):
            yield _with(node, func=ast.Name("all" if name == "any" else "any", ast.Load()))
        case ast.Call():
            yield from _one_less(node, "keywords")
        case ast.comprehension(ifs=[_, *_]):
            yield from _one_less(node, "ifs")
        case ast.Return(value=None) | ast.Continue():
            yield ast.Pass()


def _mark_unevaluated(tree: ast.Module) -> None:
    """Leave alone what decides nothing: annotations, decorators, class keywords, assertions, f-strings."""
    for node in ast.walk(tree):
        dead: list[ast.AST | None] = []
        match node:
            case ast.FunctionDef():
                dead = [node.returns, *[each.annotation for each in node.args.args], *node.decorator_list]
            case ast.ClassDef():
                dead = [*node.keywords, *node.decorator_list]
            case ast.AnnAssign():
                dead = [node.annotation]
            case ast.Assert() | ast.JoinedStr():
                dead = [node]
        for root in dead:
            for each in ast.walk(root) if root is not None else ():
                each.unevaluated = True  # type: ignore[attr-defined]


def _one_less(node: ast.AST, field: str) -> Iterator[Any]:
    """The node with one item less in a list, for each item."""
    items = getattr(node, field)
    for index in range(len(items)):
        yield _with(node, **{field: [*items[:index], *items[index + 1 :]]})


def _negated(test: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), test)


def _with(node: ast.AST, **changes: object) -> ast.AST:
    changed = copy.copy(node)
    for name, value in changes.items():
        setattr(changed, name, value)
    return changed


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.If):
        return f"if {ast.unparse(node.test)}"
    if isinstance(node, ast.comprehension):
        return ast.unparse(node).strip()
    return ast.unparse(node)
