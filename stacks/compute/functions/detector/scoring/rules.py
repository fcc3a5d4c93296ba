"""The rules' settings, typed; `rules_file` reads them from the file."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Baseline:
    """How an account's usual amount is learnt.

    Attributes:
        assumed_spread: Standard deviation that is assumed before there is history, as a share of the mean.
        assumed_weight: How many transactions of history that assumption is worth.
        cap_deviations: An amount enters the mean as at most this many deviations above it.
    """

    assumed_spread: float
    assumed_weight: float
    cap_deviations: float


@dataclass(frozen=True, slots=True)
class AmountLimit:
    """An amount from which on a payment is suspicious, whoever makes it.

    Attributes:
        weight: The rule's greatest contribution.
        limits: Limit by currency.
        other_currencies: Limit in every other currency, None for none.
    """

    weight: float
    limits: Mapping[str, float]
    other_currencies: float | None


@dataclass(frozen=True, slots=True)
class AmountDeviation:
    """An amount far above the account's own, in standard deviations."""

    weight: float
    deviations: float
    minimum_history: int


@dataclass(frozen=True, slots=True)
class VelocityWindow:
    """So many transactions in so many minutes are suspicious."""

    minutes: int
    transactions: int


@dataclass(frozen=True, slots=True)
class Velocity:
    """Many transactions in a short time, both in number and against the account's own pace."""

    weight: float
    times_usual: float
    windows: tuple[VelocityWindow, ...]


@dataclass(frozen=True, slots=True)
class FirstUse:
    """Something that the account never did in `minimum_history` transactions or more."""

    weight: float
    minimum_history: int


@dataclass(frozen=True, slots=True)
class ImprobableTravel:
    """Two positions that nobody travels between in the time."""

    weight: float
    kilometres_per_hour: float
    minimum_kilometres: float


@dataclass(frozen=True, slots=True)
class WatchedMerchant:
    """A merchant that people put on watch."""

    weight: float


@dataclass(frozen=True, slots=True)
class Rules:
    """All settings of the scoring core.

    Attributes:
        version: The file's version and the first digits of its SHA-256: "1+0a1b2c3d".
        alert_threshold: A transaction with this score or more is suspicious.
    """

    version: str
    alert_threshold: float
    baseline: Baseline
    amount_limit: AmountLimit
    amount_deviation: AmountDeviation
    velocity: Velocity
    new_merchant_category: FirstUse
    new_country: FirstUse
    improbable_travel: ImprobableTravel
    watched_merchant: WatchedMerchant
