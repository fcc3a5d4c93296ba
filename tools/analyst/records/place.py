"""Where an environment keeps what analysts work with."""

from dataclasses import dataclass
from typing import Final, Self

from tools.deploy.outputs import Needed, Outputs

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
