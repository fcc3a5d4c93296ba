"""The rules' settings, typed, each with its range; `rules_file` reads the file by these definitions."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from stacks.compute.functions.detector.scoring.setting_kinds import (
    AmountList,
    Amounts,
    Windows,
    number,
    other,
    whole,
)

REMEMBERED_TRANSACTIONS: Final = 24
"""A profile remembers so many transactions one by one; a limit above it could never be passed."""

SHORTEST_REST_DAYS: Final = 7
"""A profile notices no shorter rest."""

_MINUTES_PER_WEEK: Final = 7 * 24 * 60


class Mode(StrEnum):
    """What a rule's reasons are for."""

    ALERT = "alert"
    SHADOW = "shadow"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Rule:
    """What every rule has.

    Attributes:
        mode: Whether its reasons count, are only reported, or are not sought.
        weight: Its greatest contribution to the score.
    """

    mode: Mode
    weight: float


@dataclass(frozen=True, slots=True)
class Baseline:
    """How an account's usual amount is learnt.

    Attributes:
        assumed_spread: Standard deviation as a share of the mean, until the population has taught a better.
        assumed_weight: How many transactions that assumption is worth.
        cap_deviations: An amount enters the mean as at most this many deviations above it.
        memory: How many transactions the mean looks back.
    """

    assumed_spread: float = number(0.01, 10)
    assumed_weight: float = number(0.1, 1000)
    cap_deviations: float = number(0.5, 100)
    memory: int = whole(10, 100_000)


@dataclass(frozen=True, slots=True)
class AmountLimit(Rule):
    """An amount from which on a payment is suspicious, whoever makes it.

    Attributes:
        limits: Limit by currency; a currency without one has none.
    """

    limits: Mapping[str, float] = other(Amounts())


@dataclass(frozen=True, slots=True)
class AmountDeviation(Rule):
    """An amount far above the account's own.

    Attributes:
        deviations: Standard deviations of the logarithm that make half the weight. Where the population's
            amounts vary more than that suits, the threshold is what `share` of all payments exceed.
        share: See above.
        most_deviations: The threshold is never above this.
        minimum_history: Transactions of the account, below which the rule is silent.
        suspicion_lowers: What recent suspicious payments of the account take off the threshold, at most
            `most_lowered` deviations, wearing off over days.
    """

    deviations: float = number(1, 100)
    share: float = number(0.0001, 0.05)
    most_deviations: float = number(1, 1000)
    minimum_history: int = whole(1, 1000)
    suspicion_lowers: float = number(0, 10)
    most_lowered: float = number(0, 10)


@dataclass(frozen=True, slots=True)
class CategoryAmountDeviation(Rule):
    """As `amount_deviation`, against what the account pays in that merchant category.

    Attributes:
        minimum_history: Transactions of the account in the category, below which it counts as any other.
    """

    minimum_history: int = whole(1, 1000)


@dataclass(frozen=True, slots=True)
class ExtremeAmount(Rule):
    """An amount that hardly anybody pays in that currency, and that is unusual for the account too.

    Attributes:
        share: The limit is the amount that this share of the population's payments exceed.
        own_deviations: For an account of large payments the limit is this far above its own mean.
        minimum_samples: Payments known of the currency, below which the population gives no limit.
        limits_until_known: Limit by currency until then; a currency without one has none.
    """

    share: float = number(0.0001, 0.05)
    own_deviations: float = number(0, 100)
    minimum_samples: int = whole(20, 100_000)
    limits_until_known: Mapping[str, float] = other(Amounts())


class Window(NamedTuple):
    """So many transactions in so many minutes."""

    minutes: int
    transactions: int


@dataclass(frozen=True, slots=True)
class Velocity(Rule):
    """Many transactions in a short time, both in number and against the account's own pace."""

    times_usual: float = number(1, 1000)
    windows: tuple[Window, ...] = other(Windows())


@dataclass(frozen=True, slots=True)
class CardTesting(Rule):
    """Small payments in a row, as thieves try a card out, and a large one after them.

    Attributes:
        small: A payment of at most this share of the account's mean is small.
        payments: So many small ones make half the weight.
        minutes: Within this time.
        large: A payment of this multiple of the mean after the small ones counts as one of them doubled.
        minimum_history: Transactions of the account, below which the rule is silent.
    """

    small: float = number(0.001, 1)
    payments: int = whole(2, REMEMBERED_TRANSACTIONS)
    minutes: int = whole(1, _MINUTES_PER_WEEK)
    large: float = number(0.5, 1000)
    minimum_history: int = whole(1, 1000)


@dataclass(frozen=True, slots=True)
class Structuring(Rule):
    """Payments kept just under a limit, again and again.

    Attributes:
        limits: Limits to watch by currency. Beside them every 1, 2, 3 or 5 followed by zeros counts, where
            it is large for the population.
        band: A payment is just under a limit from this share of it on.
        payments: So many within the time make half the weight.
        hours: The time.
        own_deviations: The limit must be this far above the account's mean.
    """

    limits: Mapping[str, tuple[float, ...]] = other(AmountList())
    band: float = number(0.5, 0.999)
    payments: int = whole(2, REMEMBERED_TRANSACTIONS)
    hours: int = whole(1, 24 * 31)
    own_deviations: float = number(0, 100)


@dataclass(frozen=True, slots=True)
class UnusualHour(Rule):
    """An hour of the day at which the account hardly ever pays.

    Attributes:
        share: An hour is unusual where it and its neighbours hold less than this share of the payments.
        minimum_history: Transactions of the account, below which the rule is silent.
    """

    share: float = number(0.0001, 0.125)
    minimum_history: int = whole(5, 1000)


@dataclass(frozen=True, slots=True)
class FirstUse(Rule):
    """Something that the account did not do before the last `new_for_hours`.

    Attributes:
        minimum_history: Transactions of the account that carried the field, below which the rule is silent.
        new_for_hours: So long after the first use it still counts as new.
        usual_share: An account with so great a share of first uses is used to them; half of it halves the
            contribution.
    """

    minimum_history: int = whole(1, 1000)
    new_for_hours: int = whole(0, 24 * 31)
    usual_share: float = number(0.01, 1)


@dataclass(frozen=True, slots=True)
class ImprobableTravel(Rule):
    """Two positions that nobody travels between in the time."""

    kilometres_per_hour: float = number(1, 10_000)
    minimum_kilometres: float = number(1, 20_000)


@dataclass(frozen=True, slots=True)
class DormantAccount(Rule):
    """An account that pays again after a long rest.

    Attributes:
        times_usual: The rest in units of the usual time between payments, which makes half the weight.
        minimum_days: Of the rest.
        awake_hours: So long after the first payment the account still counts as just awakened.
        minimum_history: Transactions of the account, below which the rule is silent.
    """

    times_usual: float = number(1, 10_000)
    minimum_days: float = number(SHORTEST_REST_DAYS, 3650)
    awake_hours: int = whole(0, 24 * 31)
    minimum_history: int = whole(2, 1000)


@dataclass(frozen=True, slots=True)
class PlaceAtRisk(Rule):
    """A merchant, or an account, with confirmed frauds that nothing else explains.

    Attributes:
        minimum_probability: A lower probability of fraud is not a reason.
    """

    minimum_probability: float = number(0.001, 1)


@dataclass(frozen=True, slots=True)
class Listed(Rule):
    """An account or a merchant that people put on the watch or the deny list."""


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Every rule; the field's name is the rule's code."""

    amount_limit: AmountLimit
    amount_deviation: AmountDeviation
    category_amount_deviation: CategoryAmountDeviation
    extreme_amount: ExtremeAmount
    velocity: Velocity
    card_testing: CardTesting
    structuring: Structuring
    unusual_hour: UnusualHour
    new_merchant: FirstUse
    new_merchant_category: FirstUse
    new_country: FirstUse
    new_device: FirstUse
    improbable_travel: ImprobableTravel
    dormant_account: DormantAccount
    merchant_at_risk: PlaceAtRisk
    account_at_risk: PlaceAtRisk
    watched_merchant: Listed
    watched_account: Listed
    denied: Listed


@dataclass(frozen=True, slots=True)
class Rules:
    """All settings of the scoring core.

    Attributes:
        version: The file's version and the first digits of its SHA-256: "2+0a1b2c3d".
        alert_threshold: A transaction with this score or more is suspicious.
        expected_hits: A rule that hits a greater share of all payments loses weight in proportion.
        baseline: How an account's usual amount is learnt.
        rules: Every rule.
    """

    version: str
    alert_threshold: float
    expected_hits: float
    baseline: Baseline
    rules: RuleSet
