"""Single items of the profiles table, as operators' commands read and write them: each with its audit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from shared.runtime.dynamodb import UnsupportedValueError, from_item, to_item
from tools.deploy.outputs import Needed, OperatorError, Outputs

EARLIER_CHANGES: Final = 10
"""So many changes before the last one stay in the item."""

NEEDED: Final[Needed] = {
    "network": ("key_arn",),
    "data": ("profiles_table_name", "profiles_table_arn"),
}
"""What is read of each layer."""

_CONFLICT: Final = "ConditionalCheckFailedException"
_NOT_AUDITED: Final = frozenset({"profile_id", "earlier", "rules", "sha256", "changed"})
_CONFIG: Final = Config(
    connect_timeout=5.0, read_timeout=10.0, retries={"mode": "standard", "total_max_attempts": 3}
)


@dataclass(frozen=True)
class Place:
    """Where an environment keeps its profiles. Attributes without an explanation are outputs of that name."""

    environment: str
    key_arn: str
    profiles_table_name: str
    profiles_table_arn: str

    @classmethod
    def of(cls, outputs: Outputs) -> Self:
        """Read what the layers export.

        Raises:
            OperatorError: An output is missing; names it and the command that provides it.
        """
        return cls(environment=outputs.environment, **outputs.values(NEEDED))

    @property
    def region(self) -> str:
        """The region, as the table's ARN names it."""
        return self.profiles_table_arn.split(":")[3]

    def rights(self, keys: str) -> dict[str, Any]:
        """Return the IAM policy of who reads and writes the items whose keys match, and no others."""
        return {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "ReadAndWriteItems",
                    "Effect": "Allow",
                    "Action": ["dynamodb:GetItem", "dynamodb:PutItem"],
                    "Resource": [self.profiles_table_arn],
                    "Condition": {
                        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": [keys]},
                        # ForAllValues alone holds for a call that names no key.
                        "Null": {"dynamodb:LeadingKeys": "false"},
                    },
                },
                {
                    "Sid": "UseTheKeyThroughDynamoDB",
                    "Effect": "Allow",
                    "Action": ["kms:Decrypt"],
                    "Resource": [self.key_arn],
                    "Condition": {
                        "StringEquals": {"kms:ViaService": f"dynamodb.{self.region}.amazonaws.com"}
                    },
                },
            ],
        }


@dataclass(frozen=True)
class Change:
    """Who changes an item, and why.

    Attributes:
        by: In their own words.
        at: Epoch milliseconds.
        note: Why, None where they do not say.
    """

    by: str
    at: int
    note: str | None


class Items:
    """Items of the table, with the rights of a session.

    Args:
        place: The table.
        session: Whose credentials to use.
        command: What to run for the rights that are needed.
    """

    def __init__(self, place: Place, session: Session, command: str) -> None:
        self._place = place
        self._session = session
        self._command = command
        self._dynamodb: Any = self._client("dynamodb")

    def get(self, profile_id: str) -> dict[str, Any] | None:
        """Return the plain values of an item as last written, None where there is none.

        Raises:
            OperatorError: AWS refuses, or it has values that nobody of us writes.
        """
        try:
            answer = self._dynamodb.get_item(
                TableName=self._place.profiles_table_name,
                Key=to_item({"profile_id": profile_id}),
                ConsistentRead=True,
            )
            return from_item(answer["Item"]) if "Item" in answer else None
        except (BotoCoreError, ClientError) as error:
            raise self._refused("read", profile_id, error) from None
        except UnsupportedValueError as error:
            raise OperatorError(f"the item {profile_id} is not one that we write: {error}") from None

    def replace(
        self, profile_id: str, before: Mapping[str, Any] | None, values: Mapping[str, Any], change: Change
    ) -> dict[str, Any]:
        """Write an item in place of the one that was read; return its plain values.

        Args:
            profile_id: Its key.
            before: The item that was read.
            values: What it is to hold besides its audit.
            change: Who changes it.

        Raises:
            OperatorError: AWS refuses, or somebody else has changed it since it was read.
        """
        known = before or {}
        item = {
            "profile_id": profile_id,
            **values,
            "by": change.by,
            "at": change.at,
            "note": change.note,
            "identity": self._identity(),
            "revision": int(known.get("revision", 0)) + 1,
            "earlier": _earlier(known) or None,
        }
        item = {name: value for name, value in item.items() if value is not None}
        arguments = {
            "TableName": self._place.profiles_table_name,
            "Item": to_item(item),
            **_unchanged(before),
        }
        try:
            self._dynamodb.put_item(**arguments)
        except (BotoCoreError, ClientError) as error:
            if isinstance(error, ClientError) and error.response["Error"]["Code"] == _CONFLICT:
                raise OperatorError(
                    f"somebody else has changed {profile_id} just now: look at it and run this again"
                ) from None
            raise self._refused("write", profile_id, error) from None
        return item

    def keep(self, profile_id: str, item: Mapping[str, Any]) -> None:
        """Write a copy of an item that is about to be replaced; the same again changes nothing.

        Raises:
            OperatorError: AWS refuses.
        """
        copy = {**item, "profile_id": profile_id}
        try:
            self._dynamodb.put_item(TableName=self._place.profiles_table_name, Item=to_item(copy))
        except (BotoCoreError, ClientError) as error:
            raise self._refused("write", profile_id, error) from None

    def _identity(self) -> str:
        try:
            return str(self._client("sts").get_caller_identity()["Arn"])
        except (BotoCoreError, ClientError) as error:
            raise OperatorError(f"AWS does not say who is asking: {error}") from None

    def _refused(self, what: str, profile_id: str, error: Exception) -> OperatorError:
        return OperatorError(
            f"could not {what} {profile_id} in {self._place.profiles_table_name}: {error}\n"
            f"What the caller must be allowed: {self._command} ENV={self._place.environment} ARGS=--rights"
        )

    def _client(self, service: str) -> Any:
        return self._session.create_client(service, region_name=self._place.region, config=_CONFIG)


def _unchanged(before: Mapping[str, Any] | None) -> dict[str, Any]:
    """The condition that the item is still the one that was read."""
    if before is None:
        return {"ConditionExpression": "attribute_not_exists(profile_id)"}
    if "revision" not in before:
        # Somebody has put it by hand.
        return {"ConditionExpression": "attribute_not_exists(revision)"}
    return {
        "ConditionExpression": "revision = :revision",
        "ExpressionAttributeValues": to_item({":revision": before["revision"]}),
    }


def _earlier(before: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The changes that lead to an item, its own last."""
    own = {name: value for name, value in before.items() if name not in _NOT_AUDITED}
    return [*before.get("earlier", ()), *([own] if own else [])][-EARLIER_CHANGES:]
