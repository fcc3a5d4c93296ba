"""AWS adapters: the alerts table and the fraud alerts topic."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from shared.runtime.alerts import AlertStatus
from shared.runtime.clients import CONDITION_UNMET, AwsError, create_client
from shared.runtime.dynamodb import assignments, from_item, to_item
from stacks.alerting.functions.notifier.ports import PENDING, SENT, Claim, NotifierError
from stacks.alerting.functions.notifier.updating import update_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sns import SNSClient

_NEW_OR_LEASE_RUN_OUT: Final = (
    "attribute_not_exists(mail_status) OR (mail_status = :pending AND lease_until < :now)"
)
_PENDING: Final = {":pending": {"S": PENDING}}


def create_dynamodb() -> "DynamoDBClient":
    """Return a client of DynamoDB."""
    client: DynamoDBClient = create_client("dynamodb", attempts=3)
    return client


PUBLISH_SECONDS: Final = 10.0
"""Read timeout of SNS, which usually responds within 0.1 s."""


def create_sns() -> "SNSClient":
    """Return an SNS client with a long timeout and no retries, since a retry may send a second mail."""
    client: SNSClient = create_client("sns", read_seconds=PUBLISH_SECONDS)
    return client


class AlertsTable:
    """The table of alert records, keyed by `alert_id`."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self._client = client
        self._name = name

    def claim(self, record: Mapping[str, Any], *, now: int, lease_until: int) -> Claim:
        """Claim the record; see `AlertRecords`."""
        own = {name: value for name, value in record.items() if name != "alert_id"}
        changes = assignments(
            {**own, "mail_status": PENDING, "lease_until": lease_until}, {"status": AlertStatus.OPEN}
        )
        changes["ExpressionAttributeValues"] |= {**_PENDING, ":now": {"N": str(now)}}
        try:
            self._write(
                Key={"alert_id": {"S": record["alert_id"]}},
                ConditionExpression=_NEW_OR_LEASE_RUN_OUT,
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **changes,
            )
        except AwsError as error:
            if error.code != CONDITION_UNMET:
                raise NotifierError(f"the alert was not recorded: {error.code}") from None
            found = from_item(error.details.get("Item", {}))
            return Claim.HELD_BY_ANOTHER if found.get("mail_status") == PENDING else Claim.DONE
        return Claim.OURS

    def mark_sent(self, alert_id: str, *, message_id: str, now: int) -> None:
        """Mark the mail as sent; see `AlertRecords`."""
        self._update(
            alert_id,
            "SET mail_status = :sent, message_id = :message_id, sent_at = :now REMOVE lease_until",
            {":sent": SENT, ":message_id": message_id, ":now": now},
        )

    def release(self, alert_id: str) -> None:
        """Release the lease; see `AlertRecords`."""
        self._update(alert_id, "SET lease_until = :none", {":none": 0})

    def _update(self, alert_id: str, expression: str, values: Mapping[str, Any]) -> None:
        try:
            self._write(
                Key={"alert_id": {"S": alert_id}},
                UpdateExpression=expression,
                ConditionExpression="mail_status = :pending",
                ExpressionAttributeValues={**to_item(values), **_PENDING},
            )
        except AwsError as error:
            raise NotifierError(f"the alert record was not updated: {error.code}") from None

    def _write(self, **update: Any) -> None:
        update_item(self._client, TableName=self._name, **update)


class FraudAlertsTopic:
    """The topic that mails the security team."""

    def __init__(self, client: "SNSClient", arn: str) -> None:
        self._client = client
        self._arn = arn

    def publish(self, subject: str, body: str) -> str:
        """Publish a mail and return its message id; see `Mailer`."""
        try:
            answer = self._client.publish(TopicArn=self._arn, Subject=subject, Message=body)
        except AwsError as error:
            raise NotifierError(f"the mail was not published: {error.code}") from None
        return answer["MessageId"]
