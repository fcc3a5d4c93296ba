"""What is known of an account and of a merchant: small, bounded, learnt in constant time.

The last `REMEMBERED_TRANSACTIONS` of an account are remembered one by one, which makes two things exact:

- a duplicate is recognised, because what is no longer remembered is older than everything remembered, and
- so late an arrival is not learnt at all.
"""

from base64 import b64decode, b64encode
from bisect import bisect_left
from math import exp
from typing import Any, Final, NamedTuple, Self

from stacks.compute.functions.detector.scoring.amounts import AmountStatistics
from stacks.compute.functions.detector.scoring.migration import migrated
from stacks.compute.functions.detector.scoring.risk import RiskHistory
from stacks.compute.functions.detector.scoring.state import REMEMBERED_LAYOUT, ProfileError, pack, unpack
from stacks.compute.functions.detector.scoring.transaction import MILLISECONDS_PER_DAY, Transaction, key_of
from stacks.compute.functions.detector.scoring.uses import Uses

PROFILE_VERSION: Final = 2
HOURS: Final = 24
SUSPICION_STEPS: Final = 255
HEAT_WEARS_OFF: Final = 5 * MILLISECONDS_PER_DAY
"""In this time an account's heat falls to a third."""


_LOW_BITS: Final = 0xFFFFFFFF


class Position(NamedTuple):
    """Where an account was last seen."""

    timestamp: int
    latitude: float
    longitude: float


Remembered = tuple[int, int, float, int]
"""One of an account's latest transactions: epoch milliseconds, key, amount to 24 bits, and what the account's
own behaviour said against it in 255ths, which a verdict makes all or none."""


class AccountProfile:
    """What an account usually does.

    Attributes:
        count: How many transactions were learnt.
        first_at: Time of the earliest, 0 before the first.
        last_at: Time of the latest.
        amounts: Statistics by currency.
        categories: Merchant categories it has used.
        category_amounts: Category -> transactions in it, and their mean as a multiple of the account's.
        countries: Countries it has used.
        devices: Short keys of the devices it has used.
        merchants: Short keys of the merchants it has used.
        hours: Transactions by hour of the day, at most 255 each.
        position: Where the latest transaction with a position was.
        heat: Sum of the suspicion of its transactions, worn off until `last_at`.
        awakened_at: Time of the latest transaction after a long rest, 0 for none.
        rested: How long that rest was, in milliseconds.
        sampled_on: Epoch day on which it last contributed to the population.
        recent: The latest transactions, in order of time.
        risk: Verdicts on its transactions.
    """

    __slots__ = (
        "amounts", "awakened_at", "categories", "category_amounts", "count", "countries", "devices",
        "first_at", "heat", "hours", "last_at", "merchants", "position", "recent", "rested", "risk",
        "sampled_on",
    )  # fmt: skip

    def __init__(self) -> None:
        self.count = 0
        self.first_at = 0
        self.last_at = 0
        self.amounts: dict[str, AmountStatistics] = {}
        self.categories: Uses | None = None
        self.category_amounts: dict[str, tuple[int, float]] = {}
        self.countries: Uses | None = None
        self.devices: Uses | None = None
        self.merchants: Uses | None = None
        self.hours = bytearray(HOURS)
        self.position: Position | None = None
        self.heat = 0.0
        self.awakened_at = 0
        self.rested = 0
        self.sampled_on = 0
        self.recent: list[Remembered] = []
        self.risk = RiskHistory()

    def knows(self, transaction: Transaction) -> bool:
        """Tell whether this very transaction was learnt, as far back as is remembered."""
        recent, timestamp = self.recent, transaction.timestamp
        if not recent or recent[-1][0] < timestamp:
            return False
        return self.find(timestamp, key_of(transaction.transaction_id)) >= 0

    def find(self, timestamp: int, key: int) -> int:
        """Return where a transaction is remembered, -1 where it is not."""
        place = bisect_left(self.recent, (timestamp, key))
        found = place < len(self.recent) and self.recent[place][:2] == (timestamp, key)
        return place if found else -1

    def heat_at(self, timestamp: int) -> float:
        """Return the heat at a time."""
        later = timestamp - self.last_at
        return self.heat * exp(-later / HEAT_WEARS_OFF) if later > 0 else self.heat

    def to_state(self) -> dict[str, Any]:
        """Return the profile as plain JSON data, less than 4 KB; what is empty is left out."""
        last_at = self.last_at
        remembered = [
            (key << 8 | suspicion, (last_at - timestamp) & _LOW_BITS, (last_at - timestamp) >> 32, amount)
            for timestamp, key, amount, suspicion in self.recent
        ]
        state: dict[str, Any] = {
            "version": PROFILE_VERSION,
            "count": self.count,
            "first_at": self.first_at,
            "last_at": last_at,
            "amounts": {currency: amounts.to_state() for currency, amounts in self.amounts.items()},
            "hours": b64encode(self.hours).decode(),
            "recent": pack(REMEMBERED_LAYOUT, remembered),
        }
        optional = {
            "categories": self.categories and self.categories.to_state(keyed=False),
            "category_amounts": self.category_amounts,
            "countries": self.countries and self.countries.to_state(keyed=False),
            "devices": self.devices and self.devices.to_state(keyed=True),
            "merchants": self.merchants and self.merchants.to_state(keyed=True),
            "position": self.position and list(self.position),
            "heat": self.heat,
            "awakened": self.awakened_at and [self.awakened_at, self.rested],
            "sampled_on": self.sampled_on,
            "risk": self.risk and self.risk.to_state(),
        }
        state.update({name: value for name, value in optional.items() if value})
        return state

    @classmethod
    def from_state(cls, state: Any) -> Self:
        """Read what `to_state` gave.

        Raises:
            ProfileError: The state is of another version or damaged.
        """
        version = state.get("version") if isinstance(state, dict) else None
        if version not in {1, PROFILE_VERSION}:
            raise ProfileError(f"profile version {version!r} is not {PROFILE_VERSION}")
        try:
            if version == 1:
                return cls._read(migrated(state))
            return cls._read(state)
        except ProfileError:
            raise
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ProfileError(f"the stored profile is damaged: {type(error).__name__}") from None

    @classmethod
    def _read(cls, state: dict[str, Any]) -> Self:
        profile = cls()
        profile.count = int(state["count"])
        profile.first_at = int(state["first_at"])
        profile.last_at = last_at = int(state["last_at"])
        profile.amounts = {
            currency: AmountStatistics(*values) for currency, values in state["amounts"].items()
        }
        profile.hours = bytearray(b64decode(state["hours"]))
        profile.recent = [
            (last_at - (high << 32 | low), bits >> 8, amount, bits & SUSPICION_STEPS)
            for bits, low, high, amount in unpack(REMEMBERED_LAYOUT, state["recent"])
        ]
        for name in ("categories", "countries", "devices", "merchants"):
            if name in state:
                setattr(profile, name, Uses.from_state(state[name]))
        profile.category_amounts = {
            name: (int(count), float(mean))
            for name, (count, mean) in state.get("category_amounts", {}).items()
        }
        if "position" in state:
            profile.position = Position(*state["position"])
        profile.heat = float(state.get("heat", 0.0))
        profile.awakened_at, profile.rested = state.get("awakened", (0, 0))
        profile.sampled_on = int(state.get("sampled_on", 0))
        if "risk" in state:
            profile.risk = RiskHistory.from_state(state["risk"])
        if len(profile.hours) != HOURS:
            raise ProfileError("the stored profile is damaged: hours")
        return profile


class MerchantProfile:
    """What is known of a merchant: verdicts write it and no transaction does: a busy one costs no writes.

    Attributes:
        risk: Verdicts on payments to it.
    """

    __slots__ = ("risk",)

    def __init__(self, risk: RiskHistory | None = None) -> None:
        self.risk = RiskHistory() if risk is None else risk

    def to_state(self) -> dict[str, Any]:
        """Return the profile as plain JSON data, less than 1 KB."""
        return {"version": PROFILE_VERSION, "risk": self.risk.to_state()}

    @classmethod
    def from_state(cls, state: Any) -> Self:
        """Read what `to_state` gave.

        Raises:
            ProfileError: The state is of another version or damaged.
        """
        if not isinstance(state, dict) or state.get("version") != PROFILE_VERSION:
            raise ProfileError(f"the merchant's profile is not of version {PROFILE_VERSION}")
        return cls(RiskHistory.from_state(state.get("risk")))


NO_RISK_MERCHANT: Final = MerchantProfile()
"""The profile of a merchant without verdicts; not to be changed."""
