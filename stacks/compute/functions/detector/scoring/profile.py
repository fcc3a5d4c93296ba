"""What is known of an account and of a merchant: small, bounded, learnt in constant time.

Every part is the same in whatever order the transactions arrive, save that the cap on an amount depends on
what was usual when it came. The last `RECENT_TRANSACTIONS` are remembered one by one, which makes two
things exact:

- a duplicate is recognised, because what is no longer remembered is older than everything remembered, and
- so late an arrival is not learnt at all.
"""

from base64 import urlsafe_b64encode
from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field
from hashlib import blake2b
from math import sqrt
from typing import Any, Final, NamedTuple, Self

from stacks.compute.functions.detector.scoring.rules import Baseline, Rules

PROFILE_VERSION: Final = 1
RECENT_TRANSACTIONS: Final = 32
REMEMBERED_CURRENCIES: Final = 4
REMEMBERED_CATEGORIES: Final = 16
REMEMBERED_COUNTRIES: Final = 16

MILLISECONDS_PER_DAY: Final = 86_400_000
_AFTER_ANY_KEY: Final = "~"


class ProfileError(ValueError):
    """A stored profile cannot be read by this version of the code."""


class Transaction(NamedTuple):
    """What the rules see of a transaction. Time in epoch milliseconds, position in degrees."""

    transaction_id: str
    timestamp: int
    account_id: str
    merchant_id: str
    amount: float
    currency: str
    merchant_category: str | None = None
    country: str | None = None
    channel: str | None = None
    device_id: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    card_present: bool | None = None


@dataclass(slots=True)
class Uses:
    """Which values of a field an account has used, the latest `remembered` of them.

    Attributes:
        remembered: How many values are kept.
        count: How many transactions carried the field.
        last_days: Value -> epoch day of its last use.
    """

    remembered: int
    count: int = 0
    last_days: dict[str, int] = field(default_factory=dict)

    def learn(self, value: str | None, day: int) -> None:
        """Add one transaction's value, if it carries one."""
        if value is None:
            return
        self.count += 1
        days = self.last_days
        days[value] = max(days.get(value, day), day)
        if len(days) > self.remembered:
            del days[min(days, key=lambda known: (days[known], known))]

    def latest(self, number: int) -> list[str]:
        """Return the values used last, the latest first."""
        return sorted(self.last_days, key=lambda known: (-self.last_days[known], known))[:number]


class Position(NamedTuple):
    """Where an account was last seen."""

    timestamp: int
    latitude: float
    longitude: float


@dataclass(slots=True)
class Amounts:
    """Mean and spread of an account's amounts in one currency, by Welford's method.

    Attributes:
        count: How many amounts were learnt.
        mean: Their mean, each amount capped at what was plausible when it came.
        squares: Sum of the squared distances from the mean.
        last_at: Time of the latest.
    """

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0
    last_at: int = 0

    def deviation(self, baseline: Baseline) -> float:
        """Return the standard deviation, drawn toward a share of the mean while there is little history."""
        assumed = baseline.assumed_spread * self.mean
        weight = baseline.assumed_weight
        return sqrt((weight * assumed * assumed + self.squares) / (weight + self.count))

    def learn(self, amount: float, timestamp: int, baseline: Baseline) -> None:
        """Add an amount, capped so that one fraud does not make the next one look usual."""
        if self.count:
            amount = min(amount, self.mean + baseline.cap_deviations * self.deviation(baseline))
        self.count += 1
        distance = amount - self.mean
        self.mean += distance / self.count
        self.squares += distance * (amount - self.mean)
        self.last_at = max(self.last_at, timestamp)


@dataclass(slots=True)
class AccountProfile:
    """What an account usually does.

    Attributes:
        count: How many transactions were learnt.
        first_at: Time of the earliest, 0 before the first.
        last_at: Time of the latest.
        amounts: Statistics by currency.
        categories: Merchant categories it has used.
        countries: Countries it has used.
        position: Where the latest transaction with a position was.
        recent: Time and key of the latest transactions, in order of time.
    """

    count: int = 0
    first_at: int = 0
    last_at: int = 0
    amounts: dict[str, Amounts] = field(default_factory=dict)
    categories: Uses = field(default_factory=lambda: Uses(REMEMBERED_CATEGORIES))
    countries: Uses = field(default_factory=lambda: Uses(REMEMBERED_COUNTRIES))
    position: Position | None = None
    recent: list[tuple[int, str]] = field(default_factory=list)

    def knows(self, transaction: Transaction) -> bool:
        """Tell whether this very transaction was learnt, as far back as is remembered."""
        entry = _entry(transaction)
        index = bisect_left(self.recent, entry)
        return index < len(self.recent) and self.recent[index] == entry

    def count_within(self, timestamp: int, milliseconds: int) -> int:
        """Return how many remembered transactions lie in the window that ends at a time."""
        until = bisect_right(self.recent, (timestamp, _AFTER_ANY_KEY))
        return until - bisect_right(self.recent, (timestamp - milliseconds, _AFTER_ANY_KEY))

    def to_state(self) -> dict[str, Any]:
        """Return the profile as plain JSON data, less than 4 KB."""
        return {
            "version": PROFILE_VERSION,
            "count": self.count,
            "first_at": self.first_at,
            "last_at": self.last_at,
            "amounts": {
                currency: [amounts.count, amounts.mean, amounts.squares, amounts.last_at]
                for currency, amounts in self.amounts.items()
            },
            "categories": [self.categories.count, self.categories.last_days],
            "countries": [self.countries.count, self.countries.last_days],
            "position": list(self.position) if self.position else None,
            "recent": [part for timestamp, key in self.recent for part in (self.last_at - timestamp, key)],
        }

    @classmethod
    def from_state(cls, state: Any) -> Self:
        """Read what `to_state` gave.

        Raises:
            ProfileError: The state is of another version or damaged.
        """
        version = state.get("version") if isinstance(state, dict) else None
        if version != PROFILE_VERSION:
            raise ProfileError(f"profile version {version!r} is not {PROFILE_VERSION}")
        try:
            last_at = int(state["last_at"])
            return cls(
                count=int(state["count"]),
                first_at=int(state["first_at"]),
                last_at=last_at,
                amounts={currency: Amounts(*values) for currency, values in state["amounts"].items()},
                categories=Uses(REMEMBERED_CATEGORIES, *state["categories"]),
                countries=Uses(REMEMBERED_COUNTRIES, *state["countries"]),
                position=Position(*state["position"]) if state["position"] else None,
                recent=[
                    (last_at - offset, key)
                    for offset, key in zip(state["recent"][::2], state["recent"][1::2], strict=True)
                ],
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ProfileError(f"the stored profile is damaged: {type(error).__name__}") from None


@dataclass(frozen=True, slots=True)
class MerchantProfile:
    """What is known of a merchant; people write it, no transaction does, so a busy merchant costs no writes.

    Attributes:
        watched_until: Epoch milliseconds until when payments to this merchant are suspicious; 0 for never.
    """

    watched_until: int = 0


def update(account: AccountProfile, transaction: Transaction, rules: Rules) -> bool:
    """Teach the profile one transaction, in place; tell whether it changed.

    A duplicate, or a transaction older than all that are remembered, changes nothing.
    """
    entry = _entry(transaction)
    recent = account.recent
    full = len(recent) >= RECENT_TRANSACTIONS
    index = bisect_left(recent, entry)
    if (full and index == 0) or (index < len(recent) and recent[index] == entry):
        return False
    if full:
        del recent[0]
    insort(recent, entry)
    timestamp = transaction.timestamp
    account.first_at = min(account.first_at, timestamp) if account.count else timestamp
    account.last_at = max(account.last_at, timestamp)
    account.count += 1
    _learn_amount(account.amounts, transaction, rules.baseline)
    day = timestamp // MILLISECONDS_PER_DAY
    account.categories.learn(transaction.merchant_category, day)
    account.countries.learn(transaction.country, day)
    if transaction.latitude is not None and transaction.longitude is not None:
        position = Position(timestamp, transaction.latitude, transaction.longitude)
        account.position = max(account.position or position, position)
    return True


def _entry(transaction: Transaction) -> tuple[int, str]:
    key = blake2b(transaction.transaction_id.encode(), digest_size=6).digest()
    return transaction.timestamp, urlsafe_b64encode(key).decode()


def _learn_amount(by_currency: dict[str, Amounts], transaction: Transaction, baseline: Baseline) -> None:
    amounts = by_currency.get(transaction.currency)
    if amounts is None:
        if len(by_currency) >= REMEMBERED_CURRENCIES:
            del by_currency[min(by_currency, key=lambda currency: (by_currency[currency].last_at, currency))]
        amounts = by_currency[transaction.currency] = Amounts()
    amounts.learn(transaction.amount, transaction.timestamp, baseline)
