"""Which frauds a stream holds, who suffers them and when, and whose cards are blocked because of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import cycle
from random import Random

from tools.local.traffic.blocking import TIME_FOR_A_NEW_CARD, Block
from tools.local.traffic.compromise import COMPROMISED_MERCHANT, TIME_TO_DISPUTE, compromise
from tools.local.traffic.population import Account, Population, seeded
from tools.local.traffic.purchases import Purchase
from tools.local.traffic.typologies import TYPOLOGIES

# A fraud happens after this share of its victim's purchases, so that there is a baseline to deviate from.
EARLIEST_FRAUD, LATEST_FRAUD = 0.6, 0.85
# What thieves do with single accounts, one incident after the other. The small payments that try a card, and
# whatever is low and slow, can hardly be found: one incident of each comes in a round, so that they are a
# small share of the frauds, and a stream of the default length has both.
ROUND = (
    *("amount_over_limit", "unusual_amount", "new_category_abroad", "improbable_travel") * 3,
    "card_testing",
    *("unusual_amount", "new_category_abroad") * 6,
    "low_and_slow",
    *("amount_over_limit", "unusual_amount", "new_category_abroad") * 3,
)
# What card holders do not notice at once; after all else the card is blocked.
UNNOTICED = frozenset({"low_and_slow"})
# With fewer frauds than this, those at a compromised merchant would be too large a share of them.
LEAST_FRAUDS_FOR_A_COMPROMISE = 30
# The compromise lasts from the one to the other share of the days, like the other frauds.
COMPROMISE_BEGINS, COMPROMISE_ENDS = 0.62, 0.98


@dataclass(frozen=True)
class Committed:
    """What thieves did.

    Attributes:
        frauds: Their purchases.
        blocks: The cards that are blocked because of them; a disputed one for the rest of the stream.
        followed: Account and moment of each genuine purchase that frauds follow.
    """

    frauds: list[Purchase]
    blocks: list[Block]
    followed: set[tuple[Account, datetime]]


def commit(
    seed: int,
    population: Population,
    genuine: Mapping[Account, Sequence[Purchase]],
    target: int,
    days: tuple[datetime, datetime],
) -> Committed:
    """Commit ``target`` frauds: those at one merchant, then `ROUND`'s, each on another account in turn.

    Args:
        seed: Of the stream.
        population: Who there is.
        genuine: The purchases that there would be without frauds.
        target: How many fraudulent purchases to make.
        days: When the stream begins and ends.
    """
    frauds = _at_one_merchant(seeded(seed, "compromise"), population, genuine, target, days)
    blocks = [Block(each.account, each.moment + TIME_TO_DISPUTE) for each in frauds[:1]]
    spared = {block.account for block in blocks}
    random = seeded(seed, "frauds")
    accounts = [account for account in population.accounts if account not in spared]
    victims, scenarios = cycle(random.sample(accounts, len(accounts))), cycle(ROUND)
    followed = set()
    while len(frauds) < target:
        scenario, account = next(scenarios), next(victims)
        anchor = _anchor(random, genuine[account])
        purchases = TYPOLOGIES[scenario](random, population, anchor)
        frauds.extend(purchase.labelled(scenario) for purchase in purchases)
        followed.add((account, anchor.moment))
        if scenario not in UNNOTICED:
            noticed = purchases[-1].moment
            blocks.append(Block(account, noticed, noticed + TIME_FOR_A_NEW_CARD))
    return Committed(frauds[:target], blocks, followed)


def _at_one_merchant(
    random: Random,
    population: Population,
    genuine: Mapping[Account, Sequence[Purchase]],
    target: int,
    days: tuple[datetime, datetime],
) -> list[Purchase]:
    """Commit the frauds at a compromised merchant, none where their share of ``target`` were too large."""
    if target < LEAST_FRAUDS_FOR_A_COMPROMISE:
        return []
    start, end = days
    begins, ends = (start + (end - start) * share for share in (COMPROMISE_BEGINS, COMPROMISE_ENDS))
    purchases = compromise(random, population, genuine, begins, ends)
    return [purchase.labelled(COMPROMISED_MERCHANT) for purchase in purchases]


def _anchor(random: Random, history: Sequence[Purchase]) -> Purchase:
    """Return a purchase, in person if there is one, late in the history, after which a fraud may happen."""
    earliest, latest = int(len(history) * EARLIEST_FRAUD), int(len(history) * LATEST_FRAUD)
    late = history[earliest : latest + 1]
    return random.choice([purchase for purchase in late if purchase.in_person] or late)
