"""The tables, read with the rights of a person's own credentials: queries of indexes, single items by key."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from shared.runtime.alerts import INDEX_KEYS as ALERT_KEYS
from shared.runtime.alerts import AlertStatus
from shared.runtime.changes import INDEX_KEYS as CHANGE_KEYS
from shared.runtime.changes import Changed
from shared.runtime.decisions import DECISION_ATTRIBUTE
from shared.runtime.dynamodb import UnsupportedValueError, from_item, to_item
from shared.runtime.events import StoredTransaction, alert_id_of, transaction_of_item
from shared.runtime.schema import transaction_schema
from tools.analyst.records.alert import Alert
from tools.analyst.records.place import Records
from tools.deploy.aws_errors import refused
from tools.deploy.outputs import OperatorError

_CONFIG: Final = Config(
    connect_timeout=5.0, read_timeout=20.0, retries={"mode": "standard", "total_max_attempts": 4}
)
_OF_A_PAYMENT: Final = (*transaction_schema()["properties"], "received_at", DECISION_ATTRIBUTE)
_ANYTHING: Final[Mapping[str, str]] = MappingProxyType({})


class _Index(NamedTuple):
    table: str
    name: str
    keys: tuple[str, str]


class Tables:
    """What the records of an environment say.

    Args:
        place: Where they are.
        session: Whose credentials to use.
    """

    def __init__(self, place: Records, session: Session) -> None:
        self.place = place
        self.unreadable: set[str] = set()
        self._dynamodb: Any = session.create_client("dynamodb", region_name=place.region, config=_CONFIG)

    def alerts(
        self, status: AlertStatus, *, since: int = 0, having: Mapping[str, str] = _ANYTHING
    ) -> Iterator[Alert]:
        """Yield the records of a status that the pipeline received since a time, the latest first.

        Those that are not readable are left out, and noted in `unreadable`.

        Args:
            status: What people know of them.
            since: Epoch milliseconds.
            having: Attributes and the values that they must have.

        Raises:
            OperatorError: AWS refuses.
        """
        index = _Index(self.place.alerts_table_name, self.place.alerts_index_name, ALERT_KEYS)
        for item in self._query(index, status, since, having):
            try:
                yield Alert.of_item(item)
            except (ArithmeticError, KeyError, TypeError, ValueError):
                self.unreadable.add(str(item.get("alert_id")))

    def unreadable_told(self) -> str:
        """Return what to say of records that are not ones that we write; empty where there are none."""
        if not self.unreadable:
            return ""
        return f"{len(self.unreadable)} alert records are unreadable, including {min(self.unreadable)}"

    def changes(self, changed: Changed, *, since: int = 0) -> Iterator[dict[str, Any]]:
        """Yield the items by which people decided something, the latest first.

        Raises:
            OperatorError: AWS refuses.
        """
        index = _Index(self.place.profiles_table_name, self.place.profiles_index_name, CHANGE_KEYS)
        return self._query(index, changed, since, _ANYTHING)

    def alert(self, alert_id: str) -> Alert | None:
        """Return a whole record, None where there is none.

        Raises:
            OperatorError: AWS refuses.
        """
        item = self._get(self.place.alerts_table_name, {"alert_id": alert_id})
        return None if item is None else Alert.of_item(item)

    def record(self, alert_id: str) -> dict[str, Any] | None:
        """Return all that the alerts table holds under a key.

        Raises:
            OperatorError: AWS refuses.
        """
        return self._get(self.place.alerts_table_name, {"alert_id": alert_id})

    def profile(self, profile_id: str) -> dict[str, Any] | None:
        """Return an item of the table of profiles, None where there is none.

        Raises:
            OperatorError: AWS refuses.
        """
        return self._get(self.place.profiles_table_name, {"profile_id": profile_id})

    def transactions(self, transaction_id: str) -> list[StoredTransaction]:
        """Return the stored transactions with an id, the latest first.

        Raises:
            OperatorError: AWS refuses.
        """
        return [transaction_of_item(to_item(item)) for item in self.transaction_items(transaction_id)]

    def transaction_items(self, transaction_id: str) -> list[dict[str, Any]]:
        """Return the items of the transactions with an id, the latest first.

        Raises:
            OperatorError: AWS refuses.
        """
        answer = self._call(
            "query",
            TableName=self.place.transactions_table_name,
            KeyConditionExpression="transaction_id = :id",
            ExpressionAttributeValues=to_item({":id": transaction_id}),
            ScanIndexForward=False,
        )
        return [from_item(item) for item in answer["Items"]]

    def alert_of(self, transaction_id: str) -> Alert | None:
        """Return the record about the latest transaction with an id, None where there is none.

        Raises:
            OperatorError: AWS refuses.
        """
        for found in self.transactions(transaction_id):
            if record := self.alert(alert_id_of(transaction_id, found.timestamp)):
                return record
        return None

    def decided_transactions(self, *, since: int = 0) -> Iterator[dict[str, Any]]:
        """Yield every transaction that was received since a time with its decision, in no order.

        The table is read whole, since it has no other order: about 0.016 USD for a million transactions.

        Raises:
            OperatorError: AWS refuses.
        """
        names = {f"#{place}": name for place, name in enumerate(_OF_A_PAYMENT)}
        arguments: dict[str, Any] = {
            "TableName": self.place.transactions_table_name,
            "ProjectionExpression": ", ".join(names),
            "ExpressionAttributeNames": names,
        }
        if since:
            place = _OF_A_PAYMENT.index("received_at")
            arguments["FilterExpression"] = f"#{place} >= :since"
            arguments["ExpressionAttributeValues"] = to_item({":since": since})
        while True:
            answer = self._call("scan", **arguments)
            yield from map(from_item, answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            arguments["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _query(
        self, index: _Index, first: str, since: int, having: Mapping[str, str]
    ) -> Iterator[dict[str, Any]]:
        names = {"#first": index.keys[0], "#second": index.keys[1]}
        values: dict[str, Any] = {":first": str(first), ":since": since}
        arguments: dict[str, Any] = {}
        if having:
            names |= {f"#{name}": name for name in having}
            values |= {f":{name}": value for name, value in having.items()}
            arguments["FilterExpression"] = " AND ".join(f"#{name} = :{name}" for name in having)
        while True:
            answer = self._call(
                "query",
                TableName=index.table,
                IndexName=index.name,
                KeyConditionExpression="#first = :first AND #second >= :since",
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=to_item(values),
                ScanIndexForward=False,
                **arguments,
            )
            yield from map(from_item, answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            arguments["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _get(self, table: str, key: Mapping[str, str]) -> dict[str, Any] | None:
        answer = self._call("get_item", TableName=table, Key=to_item(key), ConsistentRead=True)
        try:
            return from_item(answer["Item"]) if "Item" in answer else None
        except UnsupportedValueError as error:
            raise OperatorError(f"the item {key} is not in a known format: {error}") from None

    def _call(self, method: str, **arguments: Any) -> Any:
        try:
            return getattr(self._dynamodb, method)(**arguments)
        except (BotoCoreError, ClientError) as error:
            what = f"could not read {arguments['TableName']}"
            raise refused(what, error, self.place.environment) from None
