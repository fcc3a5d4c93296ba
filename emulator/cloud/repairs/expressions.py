"""DynamoDB: cache parsed update expressions.

For each update, moto parses the expression twice, copies the syntax tree node by node and counts its clauses;
a pipeline uses the same few expressions all the time.
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
    """Return the syntax tree of an expression, which the caller may modify."""
    return pickle.loads(_parsed(expression))  # noqa: S301 - our own


replaces(validators, "deepcopy")(lambda tree: tree)
replaces(validators.ActionCountValidator, "traverse")(lambda _, tree: tree)
