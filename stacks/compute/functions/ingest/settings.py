"""Settings of the ingest function, from environment variables."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from shared.runtime.settings import CommonSettings, Environment


@dataclass(frozen=True, slots=True)
class IngestSettings:
    """Settings of the ingest function.

    Attributes:
        common: Environment, log level, pseudonym secret.
        transactions_table: Name of the table.
        transactions_time_to_live_days: Time to live of an item; 0 for no expiry.
        accepted_age_hours: Maximum age of a transaction.
        accepted_future_seconds: Maximum time of a transaction in the future, for clock skew.
    """

    common: CommonSettings
    transactions_table: str
    transactions_time_to_live_days: int
    accepted_age_hours: int
    accepted_future_seconds: int

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> Self:
        """Read the settings from environment variables.

        Raises:
            SettingsError: A variable is missing or wrong.
        """
        environment = Environment(variables, layer="compute")
        return cls(
            common=CommonSettings.read(environment),
            transactions_table=environment.text("TRANSACTIONS_TABLE"),
            transactions_time_to_live_days=environment.integer("TRANSACTIONS_TIME_TO_LIVE_DAYS", minimum=0),
            accepted_age_hours=environment.integer("ACCEPTED_AGE_HOURS", minimum=1),
            accepted_future_seconds=environment.integer("ACCEPTED_FUTURE_SECONDS", minimum=0),
        )
