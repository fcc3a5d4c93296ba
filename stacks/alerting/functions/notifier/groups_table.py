"""AWS adapters: groups in the alerts table, and the queue for closing messages."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from shared.runtime.alerts import group_key
from shared.runtime.clients import CONDITION_UNMET, AwsError, create_client
from shared.runtime.dynamodb import assignments, from_item, to_item
from shared.runtime.events import TRACE_HEADER_ATTRIBUTE
from stacks.alerting.functions.notifier.close_request import CloseRequest
from stacks.alerting.functions.notifier.group import AlertGroup, GroupState
from stacks.alerting.functions.notifier.ports import GROUPED, PENDING, NotifierError
from stacks.alerting.functions.notifier.updating import update_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient

# A finished group without a summary is replaced by the next alert, but not by a redelivery of the alert that
# opened it: two groups with one name could not be distinguished.
_NONE_OR_OVER: Final = (
    "attribute_not_exists(revision) OR "
    "(opened_by <> :by AND (group_state = :closed OR (closes_at <= :now AND grouped = :none)))"
)
_STILL: Final = "opened_by = :by AND revision = :seen AND group_state = :open"
_TO_BE_CLOSED: Final = (
    "opened_by = :by AND (group_state = :open OR (group_state = :closing AND lease_until < :now))"
)
_CONDITION_FAILED: Final = "ConditionalCheckFailed"
_FASTER: Final = frozenset({"None", _CONDITION_FAILED, "TransactionConflict"})


def create_sqs() -> "SQSClient":
    """Return a client of SQS."""
    client: SQSClient = create_client("sqs")
    return client


class GroupsTable:
    """The groups in the alerts table, at most one per account; see `AlertGroups`."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self._client = client
        self._name = name

    def open(self, group: AlertGroup, *, now: int) -> AlertGroup | None:
        """Store a new group, or return the existing one."""
        update = assignments(group.to_values())
        update["ExpressionAttributeValues"] |= to_item(
            {":by": group.opened_by, ":closed": GroupState.CLOSED, ":now": now, ":none": 0}
        )
        try:
            self._update(group.account_id, condition=_NONE_OR_OVER, **update)
        except _ConflictError as conflict:
            return conflict.group
        return None

    def change(self, group: AlertGroup) -> bool:
        """Store a group's next revision; return False after a concurrent change."""
        try:
            self._update(group.account_id, **_next(group))
        except _ConflictError:
            return False
        return True

    def join(self, group: AlertGroup, alert_id: str, *, now: int) -> bool:
        """Store a group's next revision and mark the alert as grouped, in a transaction; see `AlertGroups`.

        The client retries an attempt whose response was lost; if it had succeeded, the alert is not PENDING.
        """
        alert = {
            "UpdateExpression": "SET mail_status = :grouped, grouped_with = :by, grouped_at = :now "
            "REMOVE lease_until",
            "ConditionExpression": "mail_status = :pending",
            "ExpressionAttributeValues": to_item(
                {":grouped": GROUPED, ":pending": PENDING, ":by": group.opened_by, ":now": now}
            ),
        }
        counted = _next(group)
        counted["ConditionExpression"] = counted.pop("condition")
        items: Any = [
            {"Update": {"TableName": self._name, "Key": _key(group.account_id), **counted}},
            {"Update": {"TableName": self._name, "Key": {"alert_id": {"S": alert_id}}, **alert}},
        ]
        try:
            self._client.transact_write_items(TransactItems=items)
        except AwsError as error:
            codes = _cancelled_for(error)
            if codes and codes[-1] == _CONDITION_FAILED:
                return True
            if codes and set(codes) <= _FASTER:
                return False
            raise NotifierError(f"the alert was not grouped: {error.code}") from None
        return True

    def begin_closing(self, request: CloseRequest, *, now: int, lease_until: int) -> AlertGroup | None:
        """Begin to close a group and return it under a lease, or None if it is closed."""
        states = {":open": GroupState.OPEN, ":closing": GroupState.CLOSING}
        numbers = {":by": request.opened_by, ":now": now, ":lease": lease_until, ":one": 1}
        try:
            answer = self._update(
                request.account_id,
                condition=_TO_BE_CLOSED,
                UpdateExpression="SET group_state = :closing, lease_until = :lease, "
                "revision = revision + :one",
                ExpressionAttributeValues=to_item({**states, **numbers}),
                ReturnValues="ALL_NEW",
            )
        except _ConflictError as conflict:
            found = conflict.group
            if found and found.opened_by == request.opened_by and found.group_state is GroupState.CLOSING:
                raise NotifierError("another invocation is summarising this group") from None
            return None
        return AlertGroup.from_values(from_item(answer["Attributes"]))

    def finish_closing(self, group: AlertGroup, *, message_id: str, now: int) -> None:
        """Mark a group as closed."""
        self._while_closing(
            group,
            "SET group_state = :closed, summary_message_id = :message_id, closed_at = :now",
            {":closed": GroupState.CLOSED, ":message_id": message_id, ":now": now},
        )

    def release_closing(self, group: AlertGroup) -> None:
        """Release the lease of a group whose summary was not sent, so that it accepts alerts again."""
        self._while_closing(
            group, "SET lease_until = :none, group_state = :open", {":none": 0, ":open": GroupState.OPEN}
        )

    def _while_closing(self, group: AlertGroup, expression: str, values: Mapping[str, Any]) -> None:
        try:
            self._update(
                group.account_id,
                condition="opened_by = :by AND group_state = :closing",
                UpdateExpression=expression,
                ExpressionAttributeValues=to_item(
                    {**values, ":by": group.opened_by, ":closing": GroupState.CLOSING}
                ),
            )
        except _ConflictError:
            raise NotifierError("the group is another's by now") from None

    def _update(self, account_id: str, *, condition: str, **update: Any) -> Any:
        try:
            return update_item(
                self._client,
                TableName=self._name,
                Key=_key(account_id),
                ConditionExpression=condition,
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **update,
            )
        except AwsError as error:
            if error.code != CONDITION_UNMET:
                raise NotifierError(f"the group was not updated: {error.code}") from None
            raise _ConflictError(from_item(error.details.get("Item", {}))) from None


class _ConflictError(Exception):
    """The condition of a write failed; carries the stored group."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__("condition not met")
        self.group = AlertGroup.from_values(values) if values else None


def _key(account_id: str) -> Mapping[str, Any]:
    return {"alert_id": {"S": group_key(account_id)}}


def _next(group: AlertGroup) -> dict[str, Any]:
    """Return the update of a group, conditional on the previous revision."""
    update = assignments(group.to_values())
    update["ExpressionAttributeValues"] |= to_item(
        {":by": group.opened_by, ":seen": group.revision - 1, ":open": GroupState.OPEN}
    )
    return {"condition": _STILL, **update}


def _cancelled_for(error: AwsError) -> list[str]:
    """Return the cancellation code of each item of a transaction; empty for other errors."""
    if error.code != "TransactionCanceledException":
        return []
    reasons: Any = error.details.get("CancellationReasons", [])
    return [str(reason.get("Code")) for reason in reasons]


class ClosingQueue:
    """The notifier's own queue, for delayed closing messages; see `Closings`."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def request(self, request: CloseRequest, *, delay_seconds: int) -> None:
        """Send a closing message with a delay."""
        try:
            self._client.send_message(
                QueueUrl=self._url,
                MessageBody=request.to_json(),
                DelaySeconds=delay_seconds,
                MessageSystemAttributes={
                    TRACE_HEADER_ATTRIBUTE: {"DataType": "String", "StringValue": request.trace_header}
                },
            )
        except AwsError as error:
            raise NotifierError(f"the closing was not requested: {error.code}") from None
