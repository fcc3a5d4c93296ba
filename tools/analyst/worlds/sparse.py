"""Accounts that hardly pay: some rest for months, some are robbed so slowly that nobody minds."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from tools.analyst.worlds.accounts import Account, drawn_crowd
from tools.analyst.worlds.amounts import FAMILIES, Law, log_uniform
from tools.analyst.worlds.attacking import Attackers
from tools.analyst.worlds.ledger import Ledger, usual_amount
from tools.analyst.worlds.life import Episode, Life
from tools.analyst.worlds.merchants import MerchantPool, drawn_loyalty
from tools.analyst.worlds.payment import Draft
from tools.analyst.worlds.setting import Setting
from tools.analyst.worlds.standing import drawn_orders

_PAYMENTS_PER_DAY: Final = (2 / 30, 6 / 30)
_REST_DAYS: Final = (20.0, 200.0)


class _Purses:
    """What the payments of a world are made from."""

    def __init__(self, setting: Setting, count: int) -> None:
        random = setting.random
        self.setting = setting
        self.pool = MerchantPool(setting, max(20, int(count * log_uniform(random, 0.1, 2))))
        self.loyalty = drawn_loyalty(random)
        self.law = Law(
            random.choice(FAMILIES),
            log_uniform(random, 15, 250),
            random.uniform(0.3, 1.0),
        )
        self.resting = random.uniform(0.05, 0.5)  # the share of accounts that rest
        self.orders = random.choice((0, 0, 1))
        self.sends_category = random.random() < 0.5
        self.channels = random.choice(((None,), ("pos", "online"), ("atm", "pos", "ecom")))

    def pay(self, ledger: Ledger, account: Account) -> None:
        """Enter the payments of one account."""
        setting, random = self.setting, self.setting.random
        haunts = self.loyalty.haunts(setting, self.pool)
        law = self.law.scaled(account.level)
        for moment in account.moments(random, setting.almanac, setting.turbulence):
            shop = haunts.pick(random, self.pool)
            self._enter(
                ledger,
                account,
                moment.timestamp,
                (shop.merchant_id, shop.category),
                law.draw(random) * moment.factor,
            )
        for order in drawn_orders(random, account, setting.almanac, random.randint(0, self.orders)):
            shop, dollars = self.pool.any(random), law.draw(random) * random.uniform(0.2, 1)
            for timestamp in order.timestamps:
                self._enter(ledger, account, timestamp, (shop.merchant_id, shop.category), dollars)

    def _enter(
        self, ledger: Ledger, account: Account, timestamp: int, shop: tuple[str, str], dollars: float
    ) -> None:
        random, money = self.setting.random, self.setting.money
        merchant_id, category = shop
        ledger.add(
            Draft(
                timestamp,
                account.account_id,
                merchant_id,
                money.price(random, dollars),
                money.currency,
                category if self.sends_category else None,
                channel=random.choice(self.channels),
            )
        )

    def rested(self, account: Account) -> Account:
        """Return an account that rests for weeks or months, and pays more often or less when it awakes."""
        random = self.setting.random
        begin = random.uniform(account.arrives, account.leaves)
        rest = Episode(begin, begin + random.uniform(*_REST_DAYS), 0.02, 1, 0, False, random.random())
        end = rest.end + random.uniform(5, 30)
        awake = Episode(
            rest.end, end, random.uniform(0.5, 4), log_uniform(random, 0.6, 2.5), 0, False, random.random()
        )
        return replace(account, life=Life([*account.life.episodes, rest, awake], account.life.sprees))


def build(setting: Setting, count: int) -> Ledger:
    """Return the payments of so many accounts."""
    random, ledger = setting.random, Ledger(setting)
    purses = _Purses(setting, count)
    crowd = replace(drawn_crowd(random, *_PAYMENTS_PER_DAY), pace_spread=random.uniform(0.1, 0.5))
    for account in setting.accounts(crowd, count):
        purses.pay(ledger, purses.rested(account) if random.random() < purses.resting else account)
    ledger.close_genuine()
    frauds = _Frauds(ledger)
    ledger.commit(
        {
            "awakened": frauds.awakened,
            "low_and_slow": frauds.low_and_slow,
            "single": frauds.single,
            "series": frauds.series,
        },
        {"low_and_slow": 0.5},
    )
    return ledger


class _Frauds:
    """Payments that the owners do not notice, or not in time."""

    def __init__(self, ledger: Ledger) -> None:
        random = ledger.setting.random
        self._ledger, self._random = ledger, random
        self._attackers = Attackers(ledger)
        self._slight = random.uniform(1.1, 2.0)

    def awakened(self, limit: int) -> list[Draft]:
        """Use an account within its longest rest, or after its last payment."""
        random = self._random
        history = max((self._ledger.history() for _ in range(4)), key=_longest_rest)
        begin = self._attackers.hour(self._within_rest(history))
        steps = self._attackers.spend_steps(begin, random.randint(1, 6))
        if random.random() < 0.3:
            steps = [self._attackers.hours_later(begin, 0, 60) for _ in steps]
        return self._bought(history, steps[:limit], self._attackers.factor())

    def low_and_slow(self, limit: int) -> list[Draft]:
        """Take slightly more than is usual, once or twice a week for weeks: hardly anything tells."""
        random, history = self._random, self._ledger.history()
        instant, found = self._attackers.begin(history), list[Draft]()
        for _ in range(min(limit, random.randint(3, 10))):
            found += self._bought(history, [instant], self._slight * random.uniform(0.7, 1.3))
            instant = self._attackers.hours_later(instant, 60, 200)
        return found

    def single(self, _: int) -> list[Draft]:
        """Buy one thing."""
        history = self._ledger.history()
        return self._bought(history, [self._attackers.begin(history)], self._attackers.factor())

    def series(self, limit: int) -> list[Draft]:
        """Buy the same thing several times at the same merchant, each for about what is usual."""
        random, history = self._random, self._ledger.history()
        steps = self._attackers.spend_steps(self._attackers.begin(history), random.randint(3, 9))
        first = self._bought(history, steps[:1], random.uniform(0.5, 1.5))[0]
        return [first, *(first.again(timestamp=each) for each in steps[1:limit])]

    def _bought(self, history: Sequence[Draft], steps: Sequence[int], factor: float) -> list[Draft]:
        usual = usual_amount(history)
        amounts = [self._attackers.written(usual * factor * self._random.uniform(0.7, 1.3)) for _ in steps]
        return [
            self._attackers.elsewhere(history[0], each, amount)
            for each, amount in zip(steps, amounts, strict=True)
        ]

    def _within_rest(self, history: Sequence[Draft]) -> int:
        end = self._ledger.setting.almanac.end
        times = [*(draft.timestamp for draft in history), end]
        place = max(range(len(history)), key=lambda each: times[each + 1] - times[each])
        return int(times[place] + (times[place + 1] - times[place]) * self._random.uniform(0.3, 0.98))


def _longest_rest(history: Sequence[Draft]) -> int:
    return max((b.timestamp - a.timestamp for a, b in pairwise(history)), default=0)
