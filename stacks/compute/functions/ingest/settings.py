"""What the compute stack tells the ingest function."""

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
        transactions_time_to_live_days: How long an item is kept; 0 keeps it for ever.
        accepted_age_hours: How old a transaction may be.
        accepted_future_seconds: How far a transaction may lie in the future, for clocks that are not exact.
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
