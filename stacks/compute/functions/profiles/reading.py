"""Read several items in one request, with retries for unprocessed keys."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from shared.runtime.backoff import pause
from shared.runtime.clients import AwsError
from shared.runtime.dynamodb import UnsupportedValueError, from_attribute, from_item, to_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_ATTEMPTS: Final = 4


class Unreadable:
    """Placeholder for an attribute of an unsupported type, which marks the item as damaged."""


class NotReadError(Exception):
    """DynamoDB did not return the items; the text is an error code."""


def read_items(
    client: "DynamoDBClient", keys: Mapping[str, Sequence[Mapping[str, Any]]], *, consistent: bool = True
) -> dict[str, list[dict[str, Any]]]:
    """Return the existing items by table, as plain values.

    Args:
        client: DynamoDB client.
        keys: Table -> keys as plain values; may be empty.
        consistent: As in `read_what_it_gives`.

    Raises:
        NotReadError: DynamoDB refuses, or leaves keys unprocessed after the last attempt.
    """
    found, unread = read_what_it_gives(client, keys, consistent=consistent)
    if unread:
        raise NotReadError(f"unprocessed after {_ATTEMPTS} attempts")
    return found


def read_what_it_gives(
    client: "DynamoDBClient", keys: Mapping[str, Sequence[Mapping[str, Any]]], *, consistent: bool = True
) -> tuple[dict[str, list[dict[str, Any]]], list[Mapping[str, Any]]]:
    """Return the items as `read_items` does, and the keys that stay unprocessed.

    Args:
        client: DynamoDB client.
        keys: Table -> keys as plain values; may be empty.
        consistent: Whether to use strongly consistent reads, which cost twice as much.

    Raises:
        NotReadError: DynamoDB refuses.
    """
    wanted: Any = {
        table: {"Keys": [to_item(key) for key in of_table], "ConsistentRead": consistent}
        for table, of_table in keys.items()
        if of_table
    }
    found: dict[str, list[dict[str, Any]]] = {table: [] for table in keys}
    for attempt in range(_ATTEMPTS):
        if attempt:
            pause(attempt)
        try:
            answer = client.batch_get_item(RequestItems=wanted)
        except AwsError as error:
            raise NotReadError(error.code) from None
        for table, items in answer["Responses"].items():
            found[table] += [plain_item(item) for item in items]
        wanted = answer.get("UnprocessedKeys")
        if not wanted:
            return found, []
    return found, [from_item(key) for of_table in wanted.values() for key in of_table["Keys"]]


def plain_item(item: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the plain values of an item of any types."""
    return {name: _value(attribute) for name, attribute in item.items()}


def _value(attribute: Mapping[str, Any]) -> Any:
    try:
        return from_attribute(attribute)
    except UnsupportedValueError:
        return Unreadable()
