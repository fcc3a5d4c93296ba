"""The detector function's settings, from the compute stack."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from shared.runtime.settings import CommonSettings, Environment


@dataclass(frozen=True, slots=True)
class DetectorSettings:
    """Settings of the detector function.

    Attributes:
        common: Environment, log level, pseudonym secret.
        function_name: The function's own; Lambda sets it.
        transactions_table: Name of the table that decisions are kept in.
        profiles_table: Name of the table.
        profiles_index: Name of its index of what people change.
        profiles_time_to_live_days: How long an idle account's profile is kept; 0 for ever.
        suspicious_queue_url: Where suspicious transactions go.
    """

    common: CommonSettings
    function_name: str
    transactions_table: str
    profiles_table: str
    profiles_index: str
    profiles_time_to_live_days: int
    suspicious_queue_url: str

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> Self:
        """Read the settings from environment variables.

        Raises:
            SettingsError: A variable is missing or wrong.
        """
        environment = Environment(variables, layer="compute")
        return cls(
            common=CommonSettings.read(environment),
            function_name=environment.text("AWS_LAMBDA_FUNCTION_NAME"),
            transactions_table=environment.text("TRANSACTIONS_TABLE"),
            profiles_table=environment.text("PROFILES_TABLE"),
            profiles_index=environment.text("PROFILES_INDEX"),
            profiles_time_to_live_days=environment.integer("PROFILES_TIME_TO_LIVE_DAYS", minimum=0),
            suspicious_queue_url=environment.text("SUSPICIOUS_QUEUE_URL"),
        )
