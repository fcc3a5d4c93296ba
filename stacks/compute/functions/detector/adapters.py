"""The tables of transactions and profiles, and the queue of suspicious transactions."""

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from shared.runtime.clients import CONDITION_UNMET, CONFLICT_CODES, AwsError, create_client
from shared.runtime.decisions import DECISION_ATTRIBUTE, RecordedDecision, decision_of_item
from shared.runtime.dynamodb import to_attribute
from shared.runtime.events import TRACE_HEADER_ATTRIBUTE, StoredTransaction, SuspiciousTransaction
from shared.runtime.fields import EventError
from stacks.compute.functions.detector.controls_table import ControlsTable
from stacks.compute.functions.detector.ports import DetectorError, Profiles
from stacks.compute.functions.detector.scoring import (
    NO_CONTROLS,
    AccountProfile,
    Controls,
    MerchantProfile,
    PaymentControls,
)
from stacks.compute.functions.profiles.items import (
    UNREADABLE_ERRORS,
    StoredProfile,
    UnreadableProfileError,
    account_key,
    aside_key,
    merchant_key,
)
from stacks.compute.functions.profiles.reading import NotReadError, read_items, read_what_it_gives
from stacks.compute.functions.profiles.rules_item import CHALLENGER_KEY, RULES_KEY

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient

_STORED_AND_UNDECIDED: Final = "attribute_exists(transaction_id) AND attribute_not_exists(#decision)"


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

    def __init__(self, client: "DynamoDBClient", name: str, controls: ControlsTable) -> None:
        self._client = client
        self._name = name
        self._controls = controls

    def read(self, account_id: str, merchant_id: str, *, as_last_written: bool = True) -> Profiles:
        """Read both profiles in one request, and what is known of their controls; see `ProfileStore`."""
        account_id, merchant_id = account_key(account_id), merchant_key(merchant_id)
        keys = [{"profile_id": each} for each in (account_id, merchant_id)]
        try:
            found, unread = read_what_it_gives(self._client, {self._name: keys}, consistent=as_last_written)
        except NotReadError as error:
            raise DetectorError(f"the profiles were not read: {error}") from None
        items = {item["profile_id"]: item for item in found[self._name]}
        missing = {key["profile_id"] for key in unread}
        if account_id in missing:
            raise DetectorError("the account's profile was not read: unprocessed after each attempt")
        account, revision, damaged = _account(account_id, items.get(account_id))
        merchant = _merchant(merchant_id, items.get(merchant_id))
        listed = [self._controls.of(account_id), self._controls.of(merchant_id)]
        without_merchant = merchant is None or merchant_id in missing
        without_controls = None in listed or self._controls.fault is not None
        return Profiles(
            account=account,
            revision=revision,
            merchant=merchant or MerchantProfile(),
            # That there are none, the usual case, is told by `NO_CONTROLS` itself.
            controls=PaymentControls(*(each or Controls() for each in listed))
            if any(listed)
            else NO_CONTROLS,
            damaged=damaged,
            left_out=("merchant",) * without_merchant + ("controls",) * without_controls,
        )

    def set_aside(self, account_id: str) -> None:
        """Copy the account's item to a key of its own, then begin a new profile; see `ProfileStore`."""
        key = {"profile_id": to_attribute(account_key(account_id))}
        try:
            answer = self._client.batch_get_item(
                RequestItems={self._name: {"Keys": [key], "ConsistentRead": True}}
            )
            for item in answer["Responses"].get(self._name, []):
                self._replace_by_new(account_key(account_id), item)
        except AwsError as error:
            if error.code in CONFLICT_CODES:
                return
            raise DetectorError(f"the damaged profile was not set aside: {error.code}") from None

    def _replace_by_new(self, profile_id: str, item: Mapping[str, Any]) -> None:
        digest = hashlib.sha256(json.dumps(item, sort_keys=True, default=repr).encode()).hexdigest()
        self._client.put_item(
            TableName=self._name,
            Item={**item, "profile_id": to_attribute(aside_key(profile_id, digest))},
        )
        # Every write changes the revision: the same revision means no write since.
        revision = item.get("revision")
        condition: Any = (
            {"ConditionExpression": "attribute_not_exists(revision)"}
            if revision is None
            else {
                "ConditionExpression": "revision = :revision",
                "ExpressionAttributeValues": {":revision": revision},
            }
        )
        began = StoredProfile(profile_id, revision=int(revision["N"]) if revision and "N" in revision else 0)
        put = began.put(self._name, AccountProfile().to_state(), expires_at=None)
        self._client.put_item(**{**put, **condition})

    def write(
        self, account_id: str, profile: AccountProfile, *, revision: int, expires_at: int | None
    ) -> bool:
        """Replace the account's profile of this revision; False on a conflicting write.

        Raises:
            DetectorError: DynamoDB refuses the write.
        """
        stored = StoredProfile(account_key(account_id), revision=revision)
        try:
            self._client.put_item(**stored.put(self._name, profile.to_state(), expires_at=expires_at))
        except AwsError as error:
            if error.code in CONFLICT_CODES:
                return False
            raise DetectorError(f"the profile was not written: {error.code}") from None
        return True


def _account(profile_id: str, item: Mapping[str, Any] | None) -> tuple[AccountProfile, int, str | None]:
    """Return the account's profile, its revision, and why it is not readable where it is not."""
    try:
        stored = StoredProfile.of_item(profile_id, item)
        if item is not None and stored.revision < 1:
            raise UnreadableProfileError(f"a profile has the revision {stored.revision}")
        profile = AccountProfile.from_state(stored.state) if stored.revision else AccountProfile()
    except UNREADABLE_ERRORS as error:
        return AccountProfile(), 0, str(error) if isinstance(error, ValueError) else type(error).__name__
    return profile, stored.revision, None


def _merchant(profile_id: str, item: Mapping[str, Any] | None) -> MerchantProfile | None:
    """Return the merchant's profile, None where it is not readable."""
    try:
        stored = StoredProfile.of_item(profile_id, item)
        return MerchantProfile.from_state(stored.state) if stored.revision else MerchantProfile()
    except UNREADABLE_ERRORS:
        return None


class PublishedRules:
    """The items of the profiles table that operators publish rules in; see `RulesStore`."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self._client = client
        self._name = name

    def published(self) -> Mapping[str, Mapping[str, Any]]:
        """Read both items in one request; see `RulesStore`."""
        keys = [{"profile_id": each} for each in (RULES_KEY, CHALLENGER_KEY)]
        try:
            items = read_items(self._client, {self._name: keys})[self._name]
        except NotReadError as error:
            raise DetectorError(f"the published rules were not read: {error}") from None
        return {str(item["profile_id"]): item for item in items}


class TransactionsTable:
    """The table of transactions, which the detector adds decisions to; see `DecisionStore`."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self._client = client
        self._name = name

    def record(self, stored: StoredTransaction, decision: RecordedDecision) -> RecordedDecision | None:
        """Keep the decision unless there is one, and return the one that stands; see `DecisionStore`."""
        try:
            self._client.update_item(
                TableName=self._name,
                Key={
                    "transaction_id": to_attribute(stored.transaction_id),
                    "timestamp": to_attribute(stored.timestamp),
                },
                UpdateExpression="SET #decision = :decision",
                ConditionExpression=_STORED_AND_UNDECIDED,
                ExpressionAttributeNames={"#decision": DECISION_ATTRIBUTE},
                ExpressionAttributeValues={":decision": to_attribute(decision.values())},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except AwsError as error:
            if error.code != CONDITION_UNMET:
                raise DetectorError(f"the decision was not recorded: {error.code}") from None
            return _decision_that_stands(error.details.get("Item"))
        return decision


def _decision_that_stands(item: Mapping[str, Any] | None) -> RecordedDecision | None:
    try:
        return decision_of_item(item) if item else None
    except EventError as error:
        raise DetectorError(f"the recorded decision is not readable: {error}") from None


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
        except AwsError as error:
            raise DetectorError(f"the message was not sent: {error.code}") from None
