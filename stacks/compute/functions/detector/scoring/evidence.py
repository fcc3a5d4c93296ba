"""What a payment is judged by: all that was known before it, and what was measured of it."""

from collections.abc import Mapping
from math import log
from typing import Final

from stacks.compute.functions.detector.scoring.account import AccountProfile
from stacks.compute.functions.detector.scoring.merchant import MerchantProfile
from stacks.compute.functions.detector.scoring.population import View
from stacks.compute.functions.detector.scoring.sharing import Sharing
from stacks.compute.functions.detector.scoring.transaction import MILLISECONDS_PER_HOUR, Transaction
from stacks.compute.functions.detector.scoring.usual import Usual


class Quantities:
    """What was measured of a payment for others to see, by name; None where it cannot be told.

    Args:
        values: Quantity -> its value.
    """

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, float | None]) -> None:
        self._values = values

    def __getattr__(self, name: str) -> float | None:
        """Return a quantity.

        Raises:
            AttributeError: It is not among those that the scorer was told to measure for others.
        """
        if name == "_values" or name not in self._values:
            raise AttributeError(
                f"{name} was not measured: name it to the scorer, Scorer(rules, measured=...)"
            )
        return self._values[name]


NOTHING_MEASURED: Final = Quantities({})


class Evidence:
    """One payment's. Valid until its account learns the payment.

    Attributes:
        transaction: The payment.
        account: Its account's profile, before the payment.
        merchant: Its merchant's.
        sharing: The counters of its new places.
        view: The population.
        usual: What the account usually pays.
        log_value: Logarithm of the value in dollars.
        hour: Of the payment, since 1970.
        first_hour: Of the account's first payment, likewise.
        amount_rarity: The quantity, as are the next two: learning needs the three, whatever the card reads.
        amount_deviation: None for a first payment.
        category_amount: None where the category is unknown to the population.
    """

    __slots__ = (
        "account", "amount_deviation", "amount_rarity", "category_amount", "first_hour", "hour", "log_value",
        "merchant", "sharing", "transaction", "usual", "view",
    )  # fmt: skip

    amount_rarity: float
    amount_deviation: float | None
    category_amount: float | None

    def __init__(  # noqa: PLR0913, PLR0917 - what a score comes from, each named
        self,
        transaction: Transaction,
        account: AccountProfile,
        merchant: MerchantProfile,
        sharing: Sharing,
        view: View,
        usual: Usual,
    ) -> None:
        self.transaction = transaction
        self.account = account
        self.merchant = merchant
        self.sharing = sharing
        self.view = view
        self.usual = usual
        self.log_value = log(usual.value)
        self.hour = transaction.timestamp // MILLISECONDS_PER_HOUR
        self.first_hour = account.first_at // MILLISECONDS_PER_HOUR
