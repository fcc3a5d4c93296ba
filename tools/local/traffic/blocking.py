"""Cards that are blocked after a fraud: until a new one comes, the purchases are other people's."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from tools.local.traffic.population import Account
from tools.local.traffic.purchases import Purchase

TIME_FOR_A_NEW_CARD: Final = timedelta(days=7)


@dataclass(frozen=True)
class Block:
    """From when until when an account cannot pay; ``until`` None is for good."""

    account: Account
    since: datetime
    until: datetime | None = None

    def holds(self, moment: datetime) -> bool:
        """Whether the account cannot pay at a moment."""
        return self.since < moment and (self.until is None or moment < self.until)


def with_cards_blocked(
    random: Random,
    genuine: Mapping[Account, Sequence[Purchase]],
    blocks: Sequence[Block],
    kept: Collection[tuple[Account, datetime]],
    buy: Callable[[Account, datetime], Purchase],
) -> dict[Account, list[Purchase]]:
    """Return the histories with each purchase of a blocked card made by somebody else on that day.

    Args:
        random: Chooses who.
        genuine: The histories.
        blocks: Which cards are blocked when.
        kept: Account and moment of purchases that happen all the same: frauds follow them.
        buy: Makes a purchase of an account on the day that starts at a moment.
    """
    histories: dict[Account, list[Purchase]] = {account: [] for account in genuine}
    of_card: dict[str, list[Block]] = {}
    for block in blocks:
        of_card.setdefault(block.account.account_id, []).append(block)
    gone = {block.account for block in blocks if block.until is None}
    staying = [account for account in genuine if account not in gone]
    for account, purchases in genuine.items():
        own = of_card.get(account.account_id, ())
        for purchase in purchases:
            is_blocked = any(block.holds(purchase.moment) for block in own)
            if not is_blocked or (account, purchase.moment) in kept:
                histories[account].append(purchase)
                continue
            blocked = {block.account.account_id for block in blocks if block.holds(purchase.moment)}
            # In a small stream all cards may be blocked at once.
            other = random.choice([each for each in staying if each.account_id not in blocked] or staying)
            day = purchase.moment.replace(hour=0, minute=0, second=0, microsecond=0)
            histories[other].append(buy(other, day))
    return histories
