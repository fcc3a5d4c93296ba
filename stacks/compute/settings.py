"""Settings of the compute layer; the values of an environment are in ``Pulumi.<environment>.yaml``."""

from dataclasses import dataclass
from typing import Self

from shared.infra.function import MINIMUM_RESERVED_CONCURRENCY
from shared.infra.naming import Names
from shared.infra.settings import SettingsReader
from shared.runtime.logs import LEVELS

MAXIMUM_RESERVED_CONCURRENCY = 10_000
TEN_YEARS_IN_HOURS = 10 * 366 * 24
ONE_DAY_IN_SECONDS = 24 * 3600
ACCOUNT_BURST_LIMIT = 5000


@dataclass(frozen=True)
class ComputeSettings:
    """Settings of an environment."""

    names: Names
    ingest_reserved_concurrency: int
    """At 1000 requests per second, 100 suffice for requests of up to 100 ms, 200 for up to 200 ms."""
    detector_reserved_concurrency: int
    verdicts_reserved_concurrency: int
    log_level: str
    accepted_age_hours: int
    """Maximum age of a transaction; local environments replay old files."""
    accepted_future_seconds: int
    """Maximum clock skew of a payment service."""
    allow_alone_days: int
    """Maximum duration of a suppression by one person, by the list `allow` or a snooze."""
    allow_alone_dollars: int
    """Maximum value of a payment that one person may suppress."""
    rules_published_by: str
    """`one` person, or `two`: a second one approves what the first publishes."""
    roles_that_name_people: tuple[str, ...]
    """Roles whose trust policy or identity provider sets the session name, besides Identity Center's. All
    sessions of any other role count as one person."""
    api_burst_limit: int
    """Burst limit; the rate is always 1000 requests per second."""
    traced_per_cent: int
    """Share of requests that X-Ray samples, besides the first of each second."""
    api_access_logs: bool
    """Requires the account's CloudWatch role for API Gateway, which no stack may own."""

    @classmethod
    def read(cls) -> Self:
        """Read the stack's configuration.

        Raises:
            SettingError: A setting is missing or invalid; names the key, the file and an example.
        """
        with SettingsReader("compute") as reader:

            def concurrency(key: str) -> int:
                return reader.integer(
                    key, minimum=MINIMUM_RESERVED_CONCURRENCY, maximum=MAXIMUM_RESERVED_CONCURRENCY
                )

            return cls(
                names=reader.names(),
                ingest_reserved_concurrency=concurrency("ingest_reserved_concurrency"),
                detector_reserved_concurrency=concurrency("detector_reserved_concurrency"),
                verdicts_reserved_concurrency=concurrency("verdicts_reserved_concurrency"),
                log_level=reader.choice("log_level", LEVELS),
                accepted_age_hours=reader.integer(
                    "accepted_age_hours", minimum=1, maximum=TEN_YEARS_IN_HOURS
                ),
                accepted_future_seconds=reader.integer(
                    "accepted_future_seconds", minimum=0, maximum=ONE_DAY_IN_SECONDS
                ),
                allow_alone_days=reader.integer("allow_alone_days", minimum=0, maximum=3650),
                allow_alone_dollars=reader.integer("allow_alone_dollars", minimum=0, maximum=1_000_000_000),
                rules_published_by=reader.choice("rules_published_by", ("one", "two")),
                roles_that_name_people=reader.texts(
                    "roles_that_name_people", example="analysts", may_be_empty=True
                ),
                api_burst_limit=reader.integer("api_burst_limit", minimum=1, maximum=ACCOUNT_BURST_LIMIT),
                traced_per_cent=reader.integer("traced_per_cent", minimum=0, maximum=100),
                api_access_logs=reader.flag("api_access_logs"),
            )
