"""The population's rates of new values: the prior of an account with little history.

An account of ten payments in one country has not shown that it never travels, but where one payment in two
thousand comes from a new country, it hardly will. Where every payment names another device, a new one says
nothing. So each kind of novelty is counted over the population's sampled payments.
"""

from collections.abc import Mapping
from math import inf
from typing import Final, Self

from stacks.compute.functions.detector.scoring.state import rounded

ASSUMED_NOVELTIES: Final[Mapping[str, float]] = {
    "new_merchant": 0.4,
    "new_category": 0.15,
    "new_country": 0.02,
    "new_device": 0.03,
    "new_address": 0.4,
    "new_channel": 0.03,
    "new_currency": 0.01,
}
"""Quantity -> share of the payments that bring a value new to their account, until the population has taught
better; those of the generated worlds (tools/analyst/worlds)."""

_ASSUMED_PAYMENTS: Final = 100.0
"""What is assumed weighs as much as so many sampled payments."""


class Novelties:
    """Sampled payments that could bring something new, and those that did, by quantity.

    Attributes:
        payments: Quantity -> payments that carried the field, of accounts known well enough.
        new: Quantity -> those of them whose value was new to the account.
    """

    __slots__ = ("new", "payments")

    def __init__(self) -> None:
        self.payments = dict.fromkeys(ASSUMED_NOVELTIES, 0.0)
        self.new = dict.fromkeys(ASSUMED_NOVELTIES, 0.0)

    def learn(self, brought: Mapping[str, bool]) -> None:
        """Count one payment: quantity -> whether its value was new to the account."""
        for name, is_new in brought.items():
            self.payments[name] += 1
            self.new[name] += is_new

    def halve(self) -> None:
        """Halve all counts."""
        self.payments = {name: count / 2 for name, count in self.payments.items()}
        self.new = {name: count / 2 for name, count in self.new.items()}

    def add(self, other: "Novelties") -> None:
        """Add another's counts."""
        for name in ASSUMED_NOVELTIES:
            self.payments[name] += other.payments[name]
            self.new[name] += other.new[name]

    def shares(self) -> dict[str, float]:
        """Return by quantity which share of the payments brings something new."""
        return {
            name: (self.new[name] + _ASSUMED_PAYMENTS * assumed) / (self.payments[name] + _ASSUMED_PAYMENTS)
            for name, assumed in ASSUMED_NOVELTIES.items()
        }

    def to_state(self) -> dict[str, list[float]]:
        """Return the counts as plain JSON data."""
        return {
            name: [rounded(count, 1), rounded(self.new[name], 1)]
            for name, count in self.payments.items()
            if count
        }

    @classmethod
    def from_state(cls, state: Mapping[str, tuple[float, float]]) -> Self:
        """Read the result of `to_state`; quantities that are not known any more are left out.

        Raises:
            AttributeError: The state is damaged.
            TypeError: The state is damaged.
            ValueError: The state is damaged.
        """
        novelties = cls()
        for name, (payments, new) in state.items():
            if not 0 <= new <= payments < inf:
                raise ValueError(f"{name}: {new} of {payments} payments")
            if name in ASSUMED_NOVELTIES:
                novelties.payments[name], novelties.new[name] = float(payments), float(new)
        return novelties
