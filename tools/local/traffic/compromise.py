"""A merchant whose terminal was tampered with: cards of several accounts are used there by somebody else.

Every payment looks in each field like the account's own, so nothing can find the first ones. When a card
holder has disputed one and an analyst has confirmed it, the merchant itself speaks against the next.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from tools.local.traffic.population import Account, City, Merchant, Population
from tools.local.traffic.purchases import Purchase, Sale, in_shop
from tools.local.traffic.transactions import LabelledTransaction

COMPROMISED_MERCHANT: Final = "compromised_merchant"
UNDISPUTED, AFTER_THE_VERDICT = 2, 4
"""Frauds there before the first is disputed, and after an analyst has confirmed it."""
TIME_TO_DISPUTE: Final = timedelta(days=4)
"""From the first fraud to the verdict on it: card holders look at their statements within days."""
_FIRST_FRAUDS: Final = timedelta(days=3)
"""The undisputed frauds happen within this time."""


@dataclass(frozen=True)
class Dispute:
    """The fraud that a card holder disputes, and when its verdict comes.

    Attributes:
        transaction: The first fraud at the merchant.
        position: Index of the first transaction of the stream that happens after the verdict.
    """

    transaction: LabelledTransaction
    position: int

    @property
    def merchant_id(self) -> str:
        """The compromised merchant."""
        return str(self.transaction.fields["merchant_id"])


def dispute_in(transactions: Sequence[LabelledTransaction]) -> Dispute | None:
    """Return what is disputed in a stream in time order; None where no merchant in it is compromised."""
    disputed = next((each for each in transactions if each.scenario == COMPROMISED_MERCHANT), None)
    if disputed is None:
        return None
    verdict_at = disputed.timestamp + TIME_TO_DISPUTE // timedelta(milliseconds=1)
    later = (index for index, each in enumerate(transactions) if each.timestamp >= verdict_at)
    position = next(later, None)
    return None if position is None else Dispute(disputed, position)


def compromise(
    random: Random,
    population: Population,
    genuine: Mapping[Account, Sequence[Purchase]],
    begins: datetime,
    ends: datetime,
) -> list[Purchase]:
    """Commit the frauds at one merchant between two moments, with the cards of its city's accounts in turn.

    The merchant is a shop of the city where most accounts live, and there the one with the fewest regular
    customers: a verdict on a merchant makes alerts of their payments too. Each fraud comes hours after a
    payment of the account's own at a counter of that city, and is of an amount as the account pays.

    Returns:
        The frauds in time order.
    """
    residents = _most_at_home_in_one_city(population)
    merchant = _least_used_shop(random, population, residents)
    verdict_at = begins + TIME_TO_DISPUTE
    step = (ends - verdict_at) / (AFTER_THE_VERDICT + 1)
    moments = [
        *(begins + _FIRST_FRAUDS * (number / UNDISPUTED) for number in range(UNDISPUTED)),
        *(verdict_at + step * (number + 1) for number in range(AFTER_THE_VERDICT)),
    ]
    waiting, frauds = list(residents), []
    for moment in moments:
        anchor = _next_at_home(waiting, genuine, moment)
        if anchor is None:
            break
        when = anchor.moment + timedelta(minutes=random.uniform(60, 240))
        amount = anchor.account.draw_amount(random, merchant)
        frauds.append(in_shop(random, Sale(anchor.account, merchant, amount, when)))
        waiting = [each for each in waiting if each != anchor.account] or list(residents)
    return sorted(frauds, key=lambda fraud: fraud.moment)


def _next_at_home(
    accounts: Sequence[Account], genuine: Mapping[Account, Sequence[Purchase]], moment: datetime
) -> Purchase | None:
    """Return the first genuine payment after a moment at a counter of one of the accounts' own country."""
    at_home = (
        purchase
        for account in accounts
        for purchase in genuine[account]
        if purchase.moment >= moment
        and purchase.in_person
        and purchase.fields["country"] == account.home.country
    )
    return min(at_home, key=lambda purchase: purchase.moment, default=None)


def _most_at_home_in_one_city(population: Population) -> list[Account]:
    homes: dict[City, list[Account]] = {}
    for account in population.accounts:
        homes.setdefault(account.home, []).append(account)
    return max(homes.values(), key=len)


def _least_used_shop(random: Random, population: Population, residents: Sequence[Account]) -> Merchant:
    shops = [shop for shop in population.merchants if shop.city == residents[0].home and not shop.online]
    regulars = Counter(shop for account in residents for shop in account.usual_merchants)
    return min(random.sample(shops, len(shops)), key=lambda shop: regulars[shop])
