"""Where an environment keeps what analysts work with, and what they must be allowed for it."""

from dataclasses import dataclass
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
    "compute": ("verdicts_url",),
}
"""What is read of each layer."""

_VERDICT_METHOD: Final = "PUT"


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

    def rights(self, *, decides: bool) -> dict[str, Any]:
        """Return the IAM policy of who reads the records, and who also decides.

        Args:
            decides: Also gives verdicts by the API, and edits lists, snoozes and rules.

        Raises:
            OperatorError: The URL of verdicts names no API.
        """
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
            {
                **_allow("ReadEncryptedItems", ["kms:Decrypt"], [self.key_arn]),
                "Condition": {"StringEquals": {"kms:ViaService": f"dynamodb.{self.region}.amazonaws.com"}},
            },
        ]
        return {"Version": "2012-10-17", "Statement": [*statements, *(self._deciding() if decides else ())]}

    def _deciding(self) -> list[dict[str, Any]]:
        url = self.verdicts_url.replace("{transaction_id}", "*")
        return [
            _allow(
                "GiveVerdicts",
                ["execute-api:Invoke"],
                [execute_api_arn(url, _VERDICT_METHOD, region=self.region, account_id=self.account_id)],
            ),
            {
                **_allow("EditListsSnoozesAndRules", ["dynamodb:PutItem"], [self.profiles_table_arn]),
                "Condition": {
                    "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["controls#*", "rules#*"]},
                    # ForAllValues alone holds for a call that names no key.
                    "Null": {"dynamodb:LeadingKeys": "false"},
                },
            },
        ]


def _allow(sid: str, actions: list[str], resources: list[str]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources}
