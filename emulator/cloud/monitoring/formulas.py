"""Metric math, as far as alarms here use it: IF, FILL with a number, AND, OR, comparisons and arithmetic.

Source: "Using math expressions with CloudWatch metrics" in the CloudWatch user guide. An expression over a
metric without data has no data, unless FILL says what it counts for.
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

_OPERATORS: Final[Mapping[type, Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_WORDS: Final = {"AND": "and", "OR": "or", "IF": "IF_"}


class FormulaError(ValueError):
    """An expression uses what is not calculated here."""


class _NoDataError(Exception):
    """A metric of the expression has no data."""


def value_of(expression: str, metrics: Mapping[str, float | None]) -> float | None:
    """Return what an expression gives for one period; None for no data.

    Raises:
        FormulaError: It is not read here.
    """
    text = re.sub(r"\b(AND|OR|IF)\b", lambda word: _WORDS[word.group()], expression)
    try:
        return float(_value(ast.parse(text.strip(), mode="eval").body, metrics))
    except SyntaxError as error:
        raise FormulaError(f"{expression!r} is no expression") from error
    except _NoDataError:
        return None


def _value(node: ast.AST, metrics: Mapping[str, float | None]) -> float:  # noqa: PLR0911 - one each
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name) if name in metrics:
            found = metrics[name]
            if found is None:
                raise _NoDataError
            return found
        case ast.Call(func=ast.Name(id="FILL"), args=[ast.Name(id=name), filling]) if name in metrics:
            found = metrics[name]
            return _value(filling, metrics) if found is None else found
        case ast.Call(func=ast.Name(id="IF_"), args=[condition, then, otherwise]):
            return _value(then if _value(condition, metrics) else otherwise, metrics)
        case ast.BoolOp(op=op, values=values):
            truths = [bool(_value(each, metrics)) for each in values]
            return float(all(truths) if isinstance(op, ast.And) else any(truths))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return float(_OPERATORS[type(op)](_value(left, metrics), _value(right, metrics)))
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _OPERATORS:
            return float(_OPERATORS[type(op)](_value(left, metrics), _value(right, metrics)))
    raise FormulaError(f"{ast.unparse(node)!r} is not calculated here")
