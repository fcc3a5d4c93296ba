"""DynamoDB's update expressions are parsed once each, and not once more for each step.

moto parses an expression twice for each update, copies what it has parsed, node by node, before it works on
it, and counts its clauses each time: a pipeline writes the same few expressions all day.
"""

import pickle
from functools import lru_cache
from typing import Any

from moto.dynamodb.parsing import expressions, validators

from emulator.cloud.replacing import replaces

_PARSER: Any = expressions.UpdateExpressionParser  # type: ignore[attr-defined]  # moto leaves it out of its types
_parse = _PARSER.make
_count_actions = validators.ActionCountValidator.traverse


@lru_cache(maxsize=256)
def _parsed(expression: str) -> bytes:
    return pickle.dumps(_count_actions(validators.ActionCountValidator(), _parse(expression)))


@replaces(_PARSER, "make")
def _make(expression: str) -> Any:
    """Return the syntax tree of an expression; whoever asks may change it."""
    return pickle.loads(_parsed(expression))  # noqa: S301 - our own


replaces(validators, "deepcopy")(lambda tree: tree)
replaces(validators.ActionCountValidator, "traverse")(lambda _, tree: tree)
