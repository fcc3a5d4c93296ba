"""A subset of metric math: IF, FILL with a number, AND, OR, comparisons and arithmetic.

Source: "Using math expressions with CloudWatch metrics" in the CloudWatch user guide. An expression on a
metric without data has no data, unless FILL supplies a value.
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
    """An expression uses unsupported syntax."""


class _NoDataError(Exception):
    """A metric in the expression has no data."""


def value_of(expression: str, metrics: Mapping[str, float | None]) -> float | None:
    """Return the value of an expression for one period, or None if data is missing.

    Raises:
        FormulaError: The expression is not supported.
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
