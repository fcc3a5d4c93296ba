"""Several items in one request, asked for again where DynamoDB left some out."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from shared.runtime.backoff import pause
from shared.runtime.clients import AwsError
from shared.runtime.dynamodb import UnsupportedValueError, from_attribute, from_item, to_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_ATTEMPTS: Final = 4


class Unreadable:
    """Stands for an attribute of a type that we do not write: whoever reads the item finds it damaged."""


class NotReadError(Exception):
    """DynamoDB does not give the items now; the text is a code."""


def read_items(
    client: "DynamoDBClient", keys: Mapping[str, Sequence[Mapping[str, Any]]], *, consistent: bool = True
) -> dict[str, list[dict[str, Any]]]:
    """Return the items that there are, by table, of plain values.

    Args:
        client: Of DynamoDB.
        keys: Table -> the wanted items' keys, of plain values; perhaps none.
        consistent: As `read_what_it_gives` has it.

    Raises:
        NotReadError: DynamoDB refuses, or still leaves some out after the last attempt.
    """
    found, unread = read_what_it_gives(client, keys, consistent=consistent)
    if unread:
        raise NotReadError(f"unprocessed after {_ATTEMPTS} attempts")
    return found


def read_what_it_gives(
    client: "DynamoDBClient", keys: Mapping[str, Sequence[Mapping[str, Any]]], *, consistent: bool = True
) -> tuple[dict[str, list[dict[str, Any]]], list[Mapping[str, Any]]]:
    """Return the items as `read_items` does, and the keys that DynamoDB left out at each attempt.

    Args:
        client: Of DynamoDB.
        keys: Table -> the wanted items' keys, of plain values; perhaps none.
        consistent: Whether every write that was answered before must show; costs twice as much.

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
    """Return plain values of an item, of whatever types it is."""
    return {name: _value(attribute) for name, attribute in item.items()}


def _value(attribute: Mapping[str, Any]) -> Any:
    try:
        return from_attribute(attribute)
    except UnsupportedValueError:
        return Unreadable()
