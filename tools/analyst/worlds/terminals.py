"""Plain card payments of which only amount and merchant are known, at terminals near the payer."""

from collections import defaultdict
from random import Random
from typing import Final

from tools.analyst.worlds.accounts import Account, drawn_crowd
from tools.analyst.worlds.almanac import DAY_MILLISECONDS
from tools.analyst.worlds.amounts import Family, Law, log_uniform
from tools.analyst.worlds.ledger import Ledger
from tools.analyst.worlds.merchants import Haunts, Merchant, MerchantPool, Neighbourhoods
from tools.analyst.worlds.payment import Draft
from tools.analyst.worlds.setting import Setting

_FAMILIES: Final[tuple[Family, ...]] = ("normal", "normal", "gamma", "lognormal", "weibull")
_TERMINALS_PER_ACCOUNT: Final = (0.3, 3.0)


def build(setting: Setting, count: int) -> Ledger:
    """Return the payments of so many accounts."""
    random, ledger = setting.random, Ledger(setting)
    crowd = drawn_crowd(random, 0.5, 4.0, ("noon",))
    pool = MerchantPool(setting, max(40, int(count * random.uniform(*_TERMINALS_PER_ACCOUNT))))
    near = Neighbourhoods(pool.merchants, max(log_uniform(random, 3, 15), 200 / len(pool.merchants) ** 0.5))
    family = random.choice(_FAMILIES)
    least, most = random.uniform(4, 20), random.uniform(60, 300)
    novelty = random.choice((0.0, log_uniform(random, 0.002, 0.1)))
    for account in setting.accounts(crowd, count):
        merchants = near.near(random.uniform(0, 100), random.uniform(0, 100))
        law = Law(family, random.uniform(least, most), _spread(random, family))
        _pay(ledger, account, law, Haunts(merchants, novelty, 1.0, 0.0), pool)
    ledger.close_genuine()
    frauds = _Frauds(ledger)
    ledger.commit(
        {
            "over_limit": frauds.over_limit,
            "compromised_merchant": frauds.compromised_merchant,
            "leaked_card": frauds.leaked_card,
        }
    )
    return ledger


def _spread(random: Random, family: Family) -> float:
    return random.uniform(0.3, 0.7) * (0.9 if family == "lognormal" else 1.0)


def _pay(ledger: Ledger, account: Account, law: Law, haunts: Haunts, pool: MerchantPool) -> None:
    setting = ledger.setting
    random, money = setting.random, setting.money
    merchant: Merchant
    for moment in account.moments(random, setting.almanac, setting.turbulence):
        merchant = haunts.pick(random, pool)
        amount = money.price(random, law.draw(random) * moment.factor)
        ledger.add(Draft(moment.timestamp, account.account_id, merchant.merchant_id, amount, money.currency))


class _Frauds:
    """Frauds that take over genuine payments, as the cards' owners pay on."""

    def __init__(self, ledger: Ledger) -> None:
        random = ledger.setting.random
        self._ledger, self._random, self._money = ledger, random, ledger.setting.money
        amounts = sorted(draft.amount for draft in ledger.drafts) or [1.0]
        place = random.choice((1.0, random.uniform(0.995, 1), random.uniform(0.999, 1)))
        self._limit = amounts[int((len(amounts) - 1) * place)]
        self._excess = log_uniform(random, 0.03, 0.6)
        self._by_rich = random.randint(1, 6)
        self._times = random.uniform(2.5, 8)
        self._share = random.uniform(0.2, 0.6)
        self._taken = random.choice((1.0, random.uniform(0.2, 1)))
        self._merchants: defaultdict[str, list[Draft]] = defaultdict(list)
        for draft in ledger.drafts:
            self._merchants[draft.merchant_id].append(draft)
        self._names = list(self._merchants)

    def over_limit(self, _: int) -> list[Draft]:
        """Raise one payment, rather one of somebody who pays much, above what the population pays."""
        draft = max((self._ledger.anyone() for _ in range(self._by_rich)), key=lambda each: each.amount)
        amount = self._limit * (1.02 + self._random.expovariate(1 / self._excess))
        return self._raised(draft, amount)

    def compromised_merchant(self, limit: int) -> list[Draft]:
        """Take over the payments at a merchant for days or weeks, unchanged: no field tells them."""
        drafts = self._merchants[self._random.choice(self._names)]
        return self._within(drafts, self._random.uniform(3, 40), self._taken, limit)

    def leaked_card(self, limit: int) -> list[Draft]:
        """Multiply a share of an account's payments for one to three weeks."""
        drafts = self._within(self._ledger.history(), self._random.uniform(7, 21), self._share, limit)
        return [each for draft in drafts for each in self._raised(draft, draft.amount * self._times)]

    def _within(self, drafts: list[Draft], days: float, share: float, limit: int) -> list[Draft]:
        begin = self._random.choice(drafts).timestamp - int(self._random.random() * DAY_MILLISECONDS)
        end = begin + int(days * DAY_MILLISECONDS)
        found = sorted(
            (each for each in drafts if begin <= each.timestamp < end), key=lambda each: each.timestamp
        )
        return [each for each in found if not each.kind and self._random.random() < share][:limit]

    def _raised(self, draft: Draft, amount: float) -> list[Draft]:
        if draft.kind:
            return []
        draft.amount = self._money.price(self._random, amount / self._money.unit)
        return [draft]
