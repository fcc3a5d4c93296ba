"""The limits of an environment, and their utilisation by a load. Pure.

The concurrency of a function is its rate times its duration (Little's law). Durations, units and calls come
from `make cost-usage`, reserved concurrency from the programs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from shared.infra import stems
from shared.runtime.schema import MAXIMUM_BATCH
from stacks.compute.functions.detector.scoring import SHARDS
from tools.operate.cost.model import SECONDS_OF_A_CALL, billed_seconds
from tools.operate.cost.peak import WRITES_OF_A_NEW_TABLE
from tools.operate.cost.setting import Setting
from tools.operate.cost.usage import TABLES, Usage, Use

SECONDS_IN_A_DAY: Final = 86_400
PEAK_FACTOR: Final = 5.0
"""The busiest second over the mean of the day, where nobody says otherwise: payments follow the sun."""
WRITES_OF_AN_ITEM: Final = 1000
"""Write units a second that DynamoDB takes on one item ("Best practices for designing partition keys")."""
PUT_EVENTS_A_SECOND: Final = 10_000
"""Of EventBridge in us-east-1 ("Amazon EventBridge quotas")."""
MAILS_A_SECOND: Final = 10
"""That SNS delivers to one address ("Amazon SNS endpoints and quotas")."""
CALLS_OF_A_LEARNT_PAYMENT: Final = 2
"""A payment reads its account's profile and writes it: another one of the account waits for that."""


@dataclass(frozen=True)
class Limit:
    """A limit and its utilisation.

    Attributes:
        name: Name of the limit.
        needed: Amount that the load needs.
        available: Available amount.
        unit: Unit of both.
        remedy: How to raise the limit.
    """

    name: str
    needed: float
    available: float
    unit: str
    remedy: str

    @property
    def share(self) -> float:
        """The utilisation; above 1 the limit is exceeded."""
        return self.needed / self.available


@dataclass(frozen=True)
class Load:
    """The load in the busiest second.

    Attributes:
        per_second: Transactions per second.
        alerts: Share of suspicious transactions.
        batched: Whether they are sent in arrays of maximum length.
        hottest_account: Transactions per second of the most active account.
    """

    per_second: float
    alerts: float = 0.001
    batched: bool = False
    hottest_account: float = 1.0


def limits(setting: Setting, usage: Usage, load: Load) -> list[Limit]:
    """Return all limits, highest utilisation first."""
    found = [*_api(setting, usage, load), *_functions(setting, usage, load), *_storage(usage, load)]
    found += [
        Limit(
            "EventBridge, PutEvents",
            load.per_second,
            PUT_EVENTS_A_SECOND,
            "events a second",
            "request a quota increase",
        ),
        Limit(
            "SNS mails to one address",
            load.per_second * load.alerts,
            MAILS_A_SECOND,
            "mails a second",
            "group alerts for longer (alert_grouping_seconds)",
        ),
    ]
    return sorted(found, key=lambda limit: -limit.share)


def _use(usage: Usage, load: Load) -> Use:
    return usage.batched if load.batched else usage.single


def _api(setting: Setting, usage: Usage, load: Load) -> Iterator[Limit]:
    yield Limit(
        "API, requests",
        load.per_second * _use(usage, load).api_requests,
        setting.requests_per_second,
        "requests a second",
        f"post arrays of up to {MAXIMUM_BATCH}: the API's limit is fixed",
    )


def _functions(setting: Setting, usage: Usage, load: Load) -> Iterator[Limit]:
    alerts = load.per_second * load.alerts
    for stem, use, rate in (
        (stems.INGEST, _use(usage, load), load.per_second),
        (stems.DETECTOR, _use(usage, load), load.per_second),
        (stems.NOTIFIER, usage.suspicious, alerts),
    ):
        function = use.functions[stem]
        seconds = billed_seconds(function.cpu_milliseconds, function.calls, setting.memory_megabytes[stem])
        yield Limit(
            f"{stem}, concurrency",
            rate * seconds,
            setting.reserved_concurrency[stem],
            "executions at once",
            f"raise {stem}_reserved_concurrency; make preflight checks the account's quota",
        )


def _storage(usage: Usage, load: Load) -> Iterator[Limit]:
    use = _use(usage, load)
    for table in TABLES:
        quiet, loud = use.write_units[table], usage.suspicious.write_units[table]
        writes = load.per_second * ((1 - load.alerts) * quiet + load.alerts * loud)
        yield Limit(
            f"table {table}, when new",
            writes,
            WRITES_OF_A_NEW_TABLE,
            "write units a second",
            "raise traffic over half an hour, or pre-warm the table: on-demand serves twice its previous "
            "peak",
        )
    yield Limit(
        "population item of a shard",
        load.per_second / SHARDS,
        WRITES_OF_AN_ITEM,
        "writes a second at most, if every payment were sampled",
        "nothing: sampling becomes rarer as the population grows",
    )
    yield Limit(
        "one account's profile",
        load.hottest_account,
        1 / (CALLS_OF_A_LEARNT_PAYMENT * SECONDS_OF_A_CALL),
        "payments a second",
        "nothing: above it, payments are retried and decided later",
    )
