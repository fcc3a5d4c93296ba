"""The profiles table and the queue of suspicious transactions."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from shared.runtime.clients import AWS_ERRORS, CONFLICT_CODES, create_client, error_code
from shared.runtime.events import TRACE_HEADER_ATTRIBUTE, SuspiciousTransaction
from stacks.compute.functions.detector.ports import DetectorError, Profiles
from stacks.compute.functions.detector.scoring import (
    NO_CONTROLS,
    AccountProfile,
    Controls,
    MerchantProfile,
    PaymentControls,
)
from stacks.compute.functions.profiles.items import (
    StoredProfile,
    account_key,
    controls_key,
    merchant_key,
)
from stacks.compute.functions.profiles.reading import NotReadError, read_items
from stacks.compute.functions.profiles.rules_item import RULES_KEY, published_text

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient


def create_dynamodb() -> "DynamoDBClient":
    """Return a client of DynamoDB."""
    client: DynamoDBClient = create_client("dynamodb")
    return client


def create_sqs() -> "SQSClient":
    """Return a client of SQS."""
    client: SQSClient = create_client("sqs")
    return client


class ProfilesTable:
    """The table of profiles: the detector writes accounts', verdicts also merchants', people controls."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self._client = client
        self._name = name

    def read(self, account_id: str, merchant_id: str) -> Profiles:
        """Read both profiles and both controls in one consistent request.

        Raises:
            DetectorError: DynamoDB does not give them now, or one is not readable.
        """
        account_id, merchant_id = account_key(account_id), merchant_key(merchant_id)
        controls = [controls_key(account_id), controls_key(merchant_id)]
        keys = {self._name: [{"profile_id": each} for each in (account_id, merchant_id, *controls)]}
        try:
            items = {item["profile_id"]: item for item in read_items(self._client, keys)[self._name]}
        except NotReadError as error:
            raise DetectorError(f"the profiles were not read: {error}") from None
        try:
            account = StoredProfile.of_item(account_id, items.get(account_id))
            merchant = StoredProfile.of_item(merchant_id, items.get(merchant_id))
            return Profiles(
                account=AccountProfile.from_state(account.state) if account.revision else AccountProfile(),
                revision=account.revision,
                merchant=MerchantProfile.from_state(merchant.state)
                if merchant.revision
                else MerchantProfile(),
                controls=_controls([items.get(each) for each in controls]),
            )
        except ValueError as error:
            raise DetectorError(f"a profile is not readable: {error}") from None

    def write(
        self, account_id: str, profile: AccountProfile, *, revision: int, expires_at: int | None
    ) -> bool:
        """Replace the account's profile of this revision; False where somebody else was faster.

        Raises:
            DetectorError: DynamoDB refuses the write.
        """
        stored = StoredProfile(account_key(account_id), revision=revision)
        try:
            self._client.put_item(**stored.put(self._name, profile.to_state(), expires_at=expires_at))
        except AWS_ERRORS as error:
            if isinstance(error, ClientError) and error_code(error) in CONFLICT_CODES:
                return False
            raise DetectorError(f"the profile was not written: {error_code(error)}") from None
        return True


def _controls(items: Sequence[Mapping[str, Any] | None]) -> PaymentControls:
    """Return the controls; the usual case, that there are none, is told by `NO_CONTROLS` itself."""
    return PaymentControls(*map(Controls.from_item, items)) if any(items) else NO_CONTROLS


class PublishedRules:
    """The item of the profiles table that operators publish rules in; see `RulesStore`."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self._client = client
        self._name = name

    def published(self) -> str | None:
        """Return the text of the published rules file, None where there is none.

        Raises:
            DetectorError: DynamoDB does not give it now.
            UnreadableRulesError: It is not one that we publish.
        """
        try:
            items = read_items(self._client, {self._name: [{"profile_id": RULES_KEY}]})[self._name]
        except NotReadError as error:
            raise DetectorError(f"the published rules were not read: {error}") from None
        return published_text(items[0] if items else None)


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
