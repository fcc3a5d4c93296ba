"""DynamoDB transactions: check all conditions before writing, without copying tables.

Moto writes while it checks and, to be able to roll back, copies every item of every table in the transaction
under its lock. It also ignores client request tokens, so that a retry is applied twice ("Idempotency" in
"Amazon DynamoDB Transactions: How it works").
"""

import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from moto.dynamodb.comparisons import create_condition_expression_parser
from moto.dynamodb.exceptions import (
    MockValidationException,
    MultipleTransactionsException,
    TooManyTransactionsException,
    TransactionCanceledException,
    TransactWriteSingleOpException,
)
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.responses import DynamoHandler

from emulator.cloud.replacing import replaces

MAXIMUM_ITEMS = 100

_Reason = tuple[str | None, str | None, Any]
_NONE: _Reason = (None, None, None)


class _Write(NamedTuple):
    """One write of a transaction."""

    kind: str
    table: str
    key: Mapping[str, Any]
    request: Mapping[str, Any]

    @property
    def expressions(self) -> tuple[str | None, dict[str, Any], dict[str, Any]]:
        """The condition expression with its names and values."""
        return (
            self.request.get("ConditionExpression"),
            self.request.get("ExpressionAttributeNames") or {},
            self.request.get("ExpressionAttributeValues") or {},
        )


_REMEMBERED_SECONDS = 600
_answered: dict[str, tuple[float, Any]] = {}
"""Client request token -> time and response of completed transactions, oldest first."""

_answer = DynamoHandler.transact_write_items


@replaces(DynamoHandler, "transact_write_items")
def _answer_once(self: DynamoHandler) -> Any:
    token, now = self.body.get("ClientRequestToken"), time.monotonic()
    while _answered and next(iter(_answered.values()))[0] < now - _REMEMBERED_SECONDS:
        del _answered[next(iter(_answered))]
    if token in _answered:
        return _answered[token][1]
    answer = _answer(self)
    if token:
        _answered[token] = now, answer
    return answer


@replaces(DynamoDBBackend, "transact_write_items")
def _transact(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
    if len(transact_items) > MAXIMUM_ITEMS:
        raise TooManyTransactionsException
    writes = [_read(self, item) for item in transact_items]
    if len({(write.table, str(sorted(write.key.items()))) for write in writes}) < len(writes):
        raise MultipleTransactionsException
    reasons = [_refusal(self, write) for write in writes]
    if any(code is not None for code, _, _ in reasons):
        raise TransactionCanceledException(reasons)
    for write in writes:
        _apply(self, write)


def _read(backend: DynamoDBBackend, item: dict[str, Any]) -> _Write:
    if len(item) != 1:
        raise TransactWriteSingleOpException
    [(kind, request)] = item.items()
    if kind not in {"ConditionCheck", "Put", "Delete", "Update"}:
        raise MockValidationException(f"Unsupported transaction operation {kind}")
    table = backend.get_table(request["TableName"])
    content = request["Item"] if kind == "Put" else request["Key"]
    key = {name: content[name] for name in (table.hash_key_attr, table.range_key_attr) if name}
    return _Write(kind, table.name, key, request)


def _refusal(backend: DynamoDBBackend, write: _Write) -> _Reason:
    current = backend.get_item(write.table, dict(write.key))
    if create_condition_expression_parser(*write.expressions).parse().expr(current):
        return _NONE
    shown = write.request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and current is not None
    item = current.to_json()["Attributes"] if shown and current is not None else None
    return "ConditionalCheckFailed", "The conditional request failed", item


def _apply(backend: DynamoDBBackend, write: _Write) -> None:
    _, names, values = write.expressions
    if write.kind == "Put":
        backend.put_item(write.table, write.request["Item"])
    elif write.kind == "Delete":
        backend.delete_item(write.table, dict(write.key), names, values)
    elif write.kind == "Update":
        backend.update_item(write.table, dict(write.key), write.request["UpdateExpression"], names, values)
