"""What every rule's function takes and returns."""

from collections.abc import Callable
from typing import NamedTuple

from stacks.compute.functions.detector.scoring.population import View
from stacks.compute.functions.detector.scoring.profile import AccountProfile, MerchantProfile
from stacks.compute.functions.detector.scoring.reasons import Reason
from stacks.compute.functions.detector.scoring.transaction import Transaction


class Usual(NamedTuple):
    """What the account usually pays, in the transaction's currency and merchant category.

    Attributes:
        known: Transactions known in the currency.
        mean: Their mean amount.
        deviation: Their standard deviation.
        in_category: Transactions known in the merchant category.
        any_mean: The mean over all categories.
    """

    known: int
    mean: float
    deviation: float
    in_category: int
    any_mean: float


Evaluator = Callable[[Transaction, AccountProfile, MerchantProfile, View, Usual], Reason | None]
"""Returns the reason, None where the pattern is not there."""
