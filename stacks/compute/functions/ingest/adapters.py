"""The transactions table, behind one conditional write."""

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from shared.runtime.clients import AWS_ERRORS, create_client, error_code
from shared.runtime.dynamodb import from_item, to_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Two attempts of at most 1.7 s, with a pause of at most 1 s, end before the function's timeout of 5 s.
_CONNECT_SECONDS: Final = 0.5
_READ_SECONDS: Final = 1.2
_ATTEMPTS: Final = 2

_CONFLICT: Final = "ConditionalCheckFailedException"
_BUSY: Final = frozenset(
    {
        "ConnectTimeoutError",
        "ConnectionClosedError",
        "EndpointConnectionError",
        "ProvisionedThroughputExceededException",
        "ReadTimeoutError",
        "RequestLimitExceeded",
        "ThrottlingException",
    }
)


class Outcome(Enum):
    """What a conditional write found."""

    STORED = "stored"
    ALREADY_STORED = "already stored"
    DIFFERENT = "different"


class TableBusyError(Exception):
    """DynamoDB throttles us or does not answer in time: the same request may succeed a little later."""


class TableFailedError(Exception):
    """DynamoDB refused the write; the text is the error's code alone."""


def create_dynamodb() -> "DynamoDBClient":
    """Return a client whose attempts all end within the function's timeout."""
    client: DynamoDBClient = create_client(
        "dynamodb", connect_seconds=_CONNECT_SECONDS, read_seconds=_READ_SECONDS, attempts=_ATTEMPTS
    )
    return client


class TransactionsTable:
    """The table of transactions, keyed by `transaction_id` and `timestamp`."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self._client = client
        self._name = name

    def put(self, item: Mapping[str, Any]) -> Outcome:
        """Store an item unless its key is taken; tell whether the one that is there has the same content.

        Raises:
            TableBusyError: Try again later.
            TableFailedError: Somebody must look at it.
        """
        try:
            self._client.put_item(
                TableName=self._name,
                Item=to_item(item),
                ConditionExpression="attribute_not_exists(transaction_id)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except AWS_ERRORS as error:
            code = error_code(error)
            if code == _CONFLICT:
                stored = from_item(getattr(error, "response", {}).get("Item", {}))
                same = stored.get("body_hash") == item["body_hash"]
                return Outcome.ALREADY_STORED if same else Outcome.DIFFERENT
            raise (TableBusyError if code in _BUSY else TableFailedError)(code) from None
        return Outcome.STORED
