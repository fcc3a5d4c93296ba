"""The profiles table and the queue of suspicious transactions."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from shared.runtime.backoff import pause
from shared.runtime.clients import AWS_ERRORS, create_client, error_code
from shared.runtime.dynamodb import from_item, to_item
from shared.runtime.events import TRACE_HEADER_ATTRIBUTE, SuspiciousTransaction
from stacks.compute.functions.detector.ports import DetectorError, Profiles
from stacks.compute.functions.detector.scoring import AccountProfile, MerchantProfile, ProfileError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient

_READ_ATTEMPTS: Final = 4
_CONFLICT: Final = "ConditionalCheckFailedException"


def create_dynamodb() -> "DynamoDBClient":
    """Return a client of DynamoDB."""
    client: DynamoDBClient = create_client("dynamodb")
    return client


def create_sqs() -> "SQSClient":
    """Return a client of SQS."""
    client: SQSClient = create_client("sqs")
    return client


class ProfilesTable:
    """The table of profiles: the detector writes `account#<id>`, people write `merchant#<id>`."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self._client = client
        self._name = name

    def read(self, account_id: str, merchant_id: str) -> Profiles:
        """Read both profiles in one consistent request.

        Raises:
            DetectorError: DynamoDB does not give them now, or a profile is not readable.
        """
        account_key, merchant_key = f"account#{account_id}", f"merchant#{merchant_id}"
        items = self._read_items([account_key, merchant_key])
        account, merchant = items.get(account_key), items.get(merchant_key, {})
        try:
            profile = (
                AccountProfile()
                if account is None
                else AccountProfile.from_state(json.loads(account["state"]))
            )
        except (KeyError, ValueError) as error:
            reason = str(error) if isinstance(error, ProfileError) else type(error).__name__
            raise DetectorError(f"the account's profile is not readable: {reason}") from None
        return Profiles(
            account=profile,
            revision=0 if account is None else int(account["revision"]),
            merchant=MerchantProfile(watched_until=int(merchant.get("watched_until", 0))),
        )

    def write(
        self, account_id: str, profile: AccountProfile, *, revision: int, expires_at: int | None
    ) -> bool:
        """Replace the account's profile of this revision; False where somebody else was faster.

        Raises:
            DetectorError: DynamoDB refuses the write.
        """
        item = {
            "profile_id": f"account#{account_id}",
            "revision": revision + 1,
            "state": json.dumps(profile.to_state(), separators=(",", ":")),
            "expires_at": expires_at,
        }
        try:
            if revision:
                self._client.put_item(
                    TableName=self._name,
                    Item=to_item(item),
                    ConditionExpression="revision = :revision",
                    ExpressionAttributeValues={":revision": {"N": str(revision)}},
                )
            else:
                self._client.put_item(
                    TableName=self._name,
                    Item=to_item(item),
                    ConditionExpression="attribute_not_exists(profile_id)",
                )
        except AWS_ERRORS as error:
            if isinstance(error, ClientError) and error_code(error) == _CONFLICT:
                return False
            raise DetectorError(f"the profile was not written: {error_code(error)}") from None
        return True

    def _read_items(self, profile_ids: list[str]) -> Mapping[str, Mapping[str, Any]]:
        wanted: Any = {
            self._name: {
                "Keys": [{"profile_id": {"S": profile_id}} for profile_id in profile_ids],
                "ConsistentRead": True,
            }
        }
        items: list[dict[str, Any]] = []
        for attempt in range(_READ_ATTEMPTS):
            if attempt:
                pause(attempt)
            try:
                answer = self._client.batch_get_item(RequestItems=wanted)
            except AWS_ERRORS as error:
                raise DetectorError(f"the profiles were not read: {error_code(error)}") from None
            items += [from_item(item) for item in answer["Responses"].get(self._name, [])]
            wanted = answer.get("UnprocessedKeys")
            if not wanted:
                return {item["profile_id"]: item for item in items}
        raise DetectorError(f"the profiles were not read: unprocessed after {_READ_ATTEMPTS} attempts")


class SuspiciousQueue:
    """The queue to the notifier."""

    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def send(self, suspicious: SuspiciousTransaction) -> None:
        """Send one message, with the trace header that X-Ray follows.

        Raises:
            DetectorError: The queue did not take it.
        """
        try:
            self._client.send_message(
                QueueUrl=self._url,
                MessageBody=suspicious.to_json(),
                MessageSystemAttributes={
                    TRACE_HEADER_ATTRIBUTE: {"DataType": "String", "StringValue": suspicious.trace_header}
                },
            )
        except AWS_ERRORS as error:
            raise DetectorError(f"the message was not sent: {error_code(error)}") from None
