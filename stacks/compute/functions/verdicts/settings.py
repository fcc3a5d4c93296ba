"""Settings of the verdicts function, from environment variables."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from shared.runtime.settings import CommonSettings, Environment
from stacks.compute.functions.verdicts.second_person import Limits

PUBLISHERS: Final = ("one", "two")
"""Number of people needed to publish rules."""


@dataclass(frozen=True, slots=True)
class VerdictsSettings:
    """Settings of the verdicts function.

    Attributes:
        common: Environment, log level, pseudonym secret.
        transactions_table: Name of the transactions table.
        alerts_table: Name of the table of alert records.
        alerts_time_to_live_days: Time to live of a record from its last verdict on; 0 for no expiry.
        profiles_table: Name of the table of profiles.
        profiles_time_to_live_days: Time to live of a profile from its last change on; 0 for no expiry.
        limits: Limits of changes by one person.
    """

    common: CommonSettings
    transactions_table: str
    alerts_table: str
    alerts_time_to_live_days: int
    profiles_table: str
    profiles_time_to_live_days: int
    limits: Limits

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
            alerts_table=environment.text("ALERTS_TABLE"),
            alerts_time_to_live_days=environment.integer("ALERTS_TIME_TO_LIVE_DAYS", minimum=0),
            profiles_table=environment.text("PROFILES_TABLE"),
            profiles_time_to_live_days=environment.integer("PROFILES_TIME_TO_LIVE_DAYS", minimum=0),
            limits=Limits(
                allow_alone_days=environment.integer("ALLOW_ALONE_DAYS", minimum=0),
                allow_alone_dollars=environment.integer("ALLOW_ALONE_DOLLARS", minimum=0),
                rules_alone=environment.choice("RULES_PUBLISHED_BY", PUBLISHERS) == PUBLISHERS[0],
                roles_that_name_people=environment.texts("ROLES_THAT_NAME_PEOPLE"),
            ),
        )
