"""Settings of the data layer; the values of an environment are in ``Pulumi.<environment>.yaml``."""

from dataclasses import dataclass
from typing import Self

from shared.infra.naming import Names
from shared.infra.settings import SettingsReader

TEN_YEARS = 3653
TABLE_CLASSES = ("STANDARD", "STANDARD_INFREQUENT_ACCESS")
"""DynamoDB's table classes."""


@dataclass(frozen=True)
class DataSettings:
    """Settings of an environment; a time to live of 0 days means no expiry."""

    names: Names
    transactions_time_to_live_days: int
    profiles_time_to_live_days: int
    alerts_time_to_live_days: int
    transactions_table_class: str
    """STANDARD_INFREQUENT_ACCESS has cheaper storage and dearer writes; it pays off after four months."""
    point_in_time_recovery: bool
    """Allows restoring each table to any second of the last 35 days; billed per GB stored."""

    @classmethod
    def read(cls) -> Self:
        """Read the stack's configuration.

        Raises:
            SettingError: A setting is missing or invalid; names the key, the file and an example.
        """
        with SettingsReader("data") as reader:

            def days(key: str) -> int:
                return reader.integer(key, minimum=0, maximum=TEN_YEARS)

            return cls(
                names=reader.names(),
                transactions_time_to_live_days=days("transactions_time_to_live_days"),
                profiles_time_to_live_days=days("profiles_time_to_live_days"),
                alerts_time_to_live_days=days("alerts_time_to_live_days"),
                transactions_table_class=reader.choice("transactions_table_class", TABLE_CLASSES),
                point_in_time_recovery=reader.flag("point_in_time_recovery"),
            )
