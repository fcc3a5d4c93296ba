"""DynamoDB's update expressions are parsed once each, and not once more for each step.

moto parses an expression twice for each update, and copies what it has parsed, node by node, before it works
on it: a pipeline writes the same few expressions all day.
"""

import pickle
from functools import lru_cache
from typing import Any

from moto.dynamodb.parsing import expressions, validators

_PARSER: Any = expressions.UpdateExpressionParser  # type: ignore[attr-defined]  # moto leaves it out of its types
_parse = _PARSER.make


@lru_cache(maxsize=256)
def _parsed(expression: str) -> bytes:
    return pickle.dumps(_parse(expression))


def _make(expression: str) -> Any:
    """Return the syntax tree of an expression; whoever asks may change it."""
    return pickle.loads(_parsed(expression))  # noqa: S301 - our own


def apply() -> None:
    """Replace how a syntax tree is made."""
    _PARSER.make = _make
    setattr(validators, "deepcopy", lambda tree: tree)  # noqa: B010 - it is no part of its types
