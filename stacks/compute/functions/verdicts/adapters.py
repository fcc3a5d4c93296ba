"""AWS adapters: the transactions, alerts and profiles tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from shared.runtime.clients import AwsError, create_client
from shared.runtime.dynamodb import assignments, to_item
from shared.runtime.events import StoredTransaction, transaction_of_item
from stacks.compute.functions.profiles.items import StoredProfile, UnreadableProfileError
from stacks.compute.functions.profiles.reading import NotReadError, read_items
from stacks.compute.functions.verdicts.ports import BusyError, Change, Known, Put, RefusedByTableError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Three calls of two attempts of 1.5 s can exceed the timeout of 8 s if all are slow: the service begins no
# write without enough time left.
_CONNECT_SECONDS: Final = 0.5
_READ_SECONDS: Final = 1.0
_ATTEMPTS: Final = 2

_MAXIMUM_FOUND: Final = 10
_FIRST: Final = "attribute_not_exists(verdict_revision)"
_STILL: Final = "verdict_revision = :revision"
_ABSENT: Final = "attribute_not_exists(profile_id)"

_CANCELLED: Final = "TransactionCanceledException"
_FASTER: Final = frozenset({"ConditionalCheckFailed", "TransactionConflict"})
_BUSY_REASONS: Final = frozenset({"ProvisionedThroughputExceeded", "ThrottlingError"})


@dataclass(frozen=True, slots=True)
class TableNames:
    """Names of the tables."""

    transactions: str
    alerts: str
    profiles: str


def create_dynamodb() -> "DynamoDBClient":
    """Return a DynamoDB client, whose transactions have a token that makes retries idempotent."""
    client: DynamoDBClient = create_client(
        "dynamodb", connect_seconds=_CONNECT_SECONDS, read_seconds=_READ_SECONDS, attempts=_ATTEMPTS
    )
    return client


class DynamoTables:
    """Implements `Tables` on DynamoDB."""

    def __init__(self, client: "DynamoDBClient", names: TableNames) -> None:
        self._client = client
        self._names = names

    def find(self, transaction_id: str, timestamp: int | None) -> Sequence[StoredTransaction]:
        """Find transactions, latest first; see `Tables`."""
        query: dict[str, Any] = {
            "KeyConditionExpression": "transaction_id = :id",
            "ExpressionAttributeValues": {":id": {"S": transaction_id}},
        }
        if timestamp is not None:
            query["KeyConditionExpression"] += " AND #timestamp = :timestamp"
            query["ExpressionAttributeNames"] = {"#timestamp": "timestamp"}
            query["ExpressionAttributeValues"][":timestamp"] = {"N": str(timestamp)}
        try:
            answer = self._client.query(
                TableName=self._names.transactions,
                ConsistentRead=True,
                ScanIndexForward=False,
                Limit=_MAXIMUM_FOUND,
                **query,
            )
        except AwsError as error:
            raise _failure(error) from None
        return [transaction_of_item(item) for item in answer["Items"]]

    def read(self, alert_id: str, profile_ids: Sequence[str]) -> Known:
        """Read record and profiles in a strongly consistent request; see `Tables`."""
        names = self._names
        keys = {
            names.alerts: [{"alert_id": alert_id}],
            names.profiles: [{"profile_id": each} for each in profile_ids],
        }
        try:
            found = read_items(self._client, keys)
            items = {item["profile_id"]: item for item in found[names.profiles]}
            profiles = {each: StoredProfile.of_item(each, items.get(each)) for each in profile_ids}
        except NotReadError as error:
            raise BusyError(str(error)) from None
        except UnreadableProfileError as error:
            raise RefusedByTableError(str(error)) from None
        return Known(next(iter(found[names.alerts]), None), profiles)

    def write(self, change: Change) -> bool:
        """Write record and profiles in a transaction; see `Tables`."""
        puts = [
            {"Put": new.stored.put(self._names.profiles, new.state, expires_at=new.expires_at)}
            for new in change.profiles
        ]
        entry = {
            "TableName": self._names.profiles,
            "Item": to_item(change.history),
            "ConditionExpression": _ABSENT,
        }
        return _transacted(self._client, [{"Update": self._record(change)}, *puts, {"Put": entry}])

    def _record(self, change: Change) -> Mapping[str, Any]:
        update = assignments(change.values, change.defaults)
        if change.revision:
            update["ExpressionAttributeValues"][":revision"] = {"N": str(change.revision)}
        return {
            "TableName": self._names.alerts,
            "Key": {"alert_id": {"S": change.alert_id}},
            "ConditionExpression": _STILL if change.revision else _FIRST,
            **update,
        }


class ChangesTable:
    """Implements `ChangedItems` on the profiles table."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client, self._table = client, table

    def read(self, keys: Sequence[str]) -> Mapping[str, Mapping[str, Any] | None]:
        """Read items in a strongly consistent request; see `ChangedItems`."""
        try:
            found = read_items(self._client, {self._table: [{"profile_id": key} for key in keys]})
        except NotReadError as error:
            raise BusyError(str(error)) from None
        items = {str(item["profile_id"]): item for item in found[self._table]}
        return {key: items.get(key) for key in keys}

    def write(self, puts: Sequence[Put]) -> bool:
        """Write items in a transaction; see `ChangedItems`."""
        return _transacted(self._client, [{"Put": self._put(each)} for each in puts])

    def _put(self, put: Put) -> dict[str, Any]:
        arguments = {"TableName": self._table, "Item": to_item(put.item)}
        if put.before is None:
            return {**arguments, "ConditionExpression": _ABSENT}
        if "revision" in put.before:
            still, values = "revision = :revision", {":revision": put.before["revision"]}
        elif "at" in put.before:
            still, values = "attribute_not_exists(revision) AND #at = :at", {":at": put.before["at"]}
            arguments["ExpressionAttributeNames"] = {"#at": "at"}
        else:
            # The item was written by hand, before this function was the only writer.
            return {**arguments, "ConditionExpression": "attribute_not_exists(revision)"}
        return {**arguments, "ConditionExpression": still, "ExpressionAttributeValues": to_item(values)}


def _transacted(client: "DynamoDBClient", writes: Sequence[Mapping[str, Any]]) -> bool:
    """Write all or nothing; return False after a concurrent change.

    Raises:
        BusyError: A retry may succeed.
        RefusedByTableError: DynamoDB refuses permanently.
    """
    items: Any = list(writes)
    try:
        client.transact_write_items(TransactItems=items)
    except AwsError as error:
        reasons = _cancellation_reasons(error)
        if reasons and reasons <= _FASTER:
            return False
        if reasons and reasons <= _FASTER | _BUSY_REASONS:
            raise BusyError(",".join(sorted(reasons))) from None
        if reasons:
            raise RefusedByTableError(",".join(sorted(reasons))) from None
        raise _failure(error) from None
    return True


def _cancellation_reasons(error: AwsError) -> frozenset[str]:
    """Return the cancellation codes of a transaction's items; empty for other errors."""
    if error.code != _CANCELLED:
        return frozenset()
    reasons: Sequence[Mapping[str, Any]] = error.details.get("CancellationReasons", [])
    return frozenset(str(each.get("Code")) for each in reasons) - {"None"} or frozenset({_CANCELLED})


def _failure(error: AwsError) -> Exception:
    return (BusyError if error.may_pass else RefusedByTableError)(error.code)
