"""Update items despite transaction conflicts."""

from typing import TYPE_CHECKING, Any, Final

from shared.runtime.backoff import pause
from shared.runtime.clients import IN_TRANSACTION, AwsError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_ATTEMPTS: Final = 4


def update_item(client: "DynamoDBClient", **update: Any) -> Any:
    """Update an item, with retries on transaction conflicts, and return the response."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return client.update_item(**update)
        except AwsError as error:
            if error.code != IN_TRANSACTION or attempt == _ATTEMPTS:
                raise
            pause(attempt)
    raise AssertionError("the last attempt either answers or raises")
