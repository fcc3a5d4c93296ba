"""Where an environment keeps what analysts work with, and what they must be allowed for it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Self

from tools.deploy.outputs import Needed, Outputs
from tools.deploy.target import execute_api_arn

NEEDED: Final[Needed] = {
    "network": ("account_id", "key_arn"),
    "data": (
        "transactions_table_name",
        "transactions_table_arn",
        "profiles_table_name",
        "profiles_table_arn",
        "profiles_index_name",
        "alerts_table_name",
        "alerts_table_arn",
        "alerts_index_name",
    ),
    "compute": ("verdicts_url", "controls_url", "rules_url", "approvals_url"),
}
"""What is read of each layer."""

_METHOD: Final = "PUT"


class Work(StrEnum):
    """What an analyst does; each has the rights of those before it but the last."""

    LOOKS = "looks"
    DECIDES = "decides"
    """Verdicts, lists, snoozes and rules."""
    APPROVES = "approves"
    """What others decided and a second person must confirm."""


@dataclass(frozen=True)
class Records:
    """Where the records of an environment are. Attributes without an explanation are outputs of that name."""

    environment: str
    account_id: str
    key_arn: str
    transactions_table_name: str
    transactions_table_arn: str
    profiles_table_name: str
    profiles_table_arn: str
    profiles_index_name: str
    alerts_table_name: str
    alerts_table_arn: str
    alerts_index_name: str
    verdicts_url: str
    controls_url: str
    rules_url: str
    approvals_url: str

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
        return self.alerts_table_arn.split(":")[3]

    def rights(self, work: Work) -> dict[str, Any]:
        """Return the IAM policy of an analyst: to read, and to put to the signed API; nobody writes a table.

        Raises:
            OperatorError: A URL names no API.
        """
        puts = {
            Work.LOOKS: (),
            Work.DECIDES: (
                ("GiveVerdicts", self.verdicts_url),
                ("SetListsAndSnoozes", self.controls_url),
                ("PublishRules", self.rules_url),
            ),
            Work.APPROVES: (("ApproveChanges", self.approvals_url),),
        }[work]
        statements = [
            _allow(
                "ListAlertsAndChanges",
                ["dynamodb:Query"],
                [
                    f"{self.alerts_table_arn}/index/{self.alerts_index_name}",
                    f"{self.profiles_table_arn}/index/{self.profiles_index_name}",
                ],
            ),
            _allow("FindTransactions", ["dynamodb:Query"], [self.transactions_table_arn]),
            _allow("ReadRecords", ["dynamodb:GetItem"], [self.alerts_table_arn, self.profiles_table_arn]),
            self._decrypting(),
            *(self._putting(sid, url) for sid, url in puts),
            *(self._measuring()[:1] if work is Work.DECIDES else []),
        ]
        return {"Version": "2012-10-17", "Statement": statements}

    def rights_on(self, keys: str, sid: str, url: str) -> dict[str, Any]:
        """Return the IAM policy of who reads the items whose keys match, and changes them by the API.

        Args:
            keys: Pattern of the keys.
            sid: Names what is put.
            url: Where it is put.

        Raises:
            OperatorError: The URL names no API.
        """
        reading = {
            **_allow("ReadItems", ["dynamodb:GetItem"], [self.profiles_table_arn]),
            "Condition": {
                "ForAllValues:StringLike": {"dynamodb:LeadingKeys": [keys]},
                # ForAllValues alone holds for a call that names no key.
                "Null": {"dynamodb:LeadingKeys": "false"},
            },
        }
        statements = [reading, self._decrypting(), self._putting(sid, url)]
        return {"Version": "2012-10-17", "Statement": statements}

    def publishers_rights(self, keys: str) -> dict[str, Any]:
        """Return the IAM policy of who publishes rules, and reads the payments that they are tried on.

        Args:
            keys: Pattern of the keys of the items of rules.

        Raises:
            OperatorError: The URL names no API.
        """
        policy = self.rights_on(keys, "PublishRules", self.rules_url)
        policy["Statement"] += self._measuring()
        return policy

    def _measuring(self) -> list[dict[str, Any]]:
        """To read what was decided about all payments, and the verdicts."""
        return [
            _allow("ReadDecisions", ["dynamodb:Scan"], [self.transactions_table_arn]),
            _allow(
                "ReadVerdicts",
                ["dynamodb:Query"],
                [f"{self.alerts_table_arn}/index/{self.alerts_index_name}"],
            ),
        ]

    def _decrypting(self) -> dict[str, Any]:
        return {
            **_allow("ReadEncryptedItems", ["kms:Decrypt"], [self.key_arn]),
            "Condition": {"StringEquals": {"kms:ViaService": f"dynamodb.{self.region}.amazonaws.com"}},
        }

    def _putting(self, sid: str, url: str) -> dict[str, Any]:
        method = url.replace("{transaction_id}", "*")
        arn = execute_api_arn(method, _METHOD, region=self.region, account_id=self.account_id)
        return _allow(sid, ["execute-api:Invoke"], [arn])


def _allow(sid: str, actions: list[str], resources: list[str]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources}
