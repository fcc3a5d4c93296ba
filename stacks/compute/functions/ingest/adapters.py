"""AWS adapter: conditional writes to the transactions table."""

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from shared.runtime.clients import CONDITION_UNMET, AwsError, create_client
from shared.runtime.dynamodb import from_item, to_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_CONNECT_SECONDS: Final = 0.5
_READ_SECONDS: Final = 1.2
LONGEST_WRITE_SECONDS: Final = _CONNECT_SECONDS + _READ_SECONDS
"""Maximum duration of a write attempt."""

_IS_NEW: Final = "attribute_not_exists(transaction_id)"
_NEVER: Final = "body_hash = :no_hash"


class Outcome(Enum):
    """Result of a conditional write."""

    STORED = "stored"
    ALREADY_STORED = "already stored"
    DIFFERENT = "different"
    ABSENT = "absent"


class TableBusyError(Exception):
    """DynamoDB throttles, fails or times out; a retry may succeed."""


class TableFailedError(Exception):
    """DynamoDB refused the write; the text is only the error code."""


def create_dynamodb() -> "DynamoDBClient":
    """Return a client without retries: `Storing` retries each item while there is time."""
    client: DynamoDBClient = create_client(
        "dynamodb", connect_seconds=_CONNECT_SECONDS, read_seconds=_READ_SECONDS, attempts=1
    )
    return client


class TransactionsTable:
    """The table of transactions, keyed by `transaction_id` and `timestamp`."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self._client = client
        self._name = name

    def put(self, item: Mapping[str, Any]) -> Outcome:
        """Store an item unless its key exists; return whether an existing one has the same content.

        Raises:
            TableBusyError: Try again later.
            TableFailedError: Somebody must look at it.
        """
        stored = self._write(item, ConditionExpression=_IS_NEW)
        return Outcome.STORED if stored is None else _compare(stored, item)

    def find(self, item: Mapping[str, Any]) -> Outcome:
        """Return whether the item is already stored, without writing.

        It is a write whose condition is never satisfied, so that the function needs no read permission.

        Raises:
            TableBusyError: Try again later.
            TableFailedError: Somebody must look at it.
        """
        stored = self._write(
            item, ConditionExpression=_NEVER, ExpressionAttributeValues={":no_hash": {"S": "none"}}
        )
        return _compare(stored, item) if stored else Outcome.ABSENT

    def _write(self, item: Mapping[str, Any], **condition: Any) -> Mapping[str, Any] | None:
        """Write an item conditionally; if the condition fails, return the existing item, if any."""
        try:
            self._client.put_item(
                TableName=self._name,
                Item=to_item(item),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **condition,
            )
        except AwsError as error:
            if error.code == CONDITION_UNMET:
                return from_item(error.details.get("Item", {}))
            raise (TableBusyError if error.may_pass else TableFailedError)(error.code) from None
        return None


def _compare(stored: Mapping[str, Any], item: Mapping[str, Any]) -> Outcome:
    same = stored.get("body_hash") == item["body_hash"]
    return Outcome.ALREADY_STORED if same else Outcome.DIFFERENT
