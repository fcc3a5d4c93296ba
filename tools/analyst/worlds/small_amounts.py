"""Fares, machines and subscriptions: tiny amounts, much alike, and top-ups now and then."""

from collections.abc import Sequence
from typing import Final

from tools.analyst.worlds.accounts import Account, drawn_crowd
from tools.analyst.worlds.amounts import log_uniform
from tools.analyst.worlds.attacking import Attackers
from tools.analyst.worlds.ledger import Ledger, usual_amount
from tools.analyst.worlds.merchants import Merchant, MerchantPool
from tools.analyst.worlds.payment import Draft
from tools.analyst.worlds.setting import Setting
from tools.analyst.worlds.standing import drawn_orders

_TOP_UPS: Final = ((10.0, 20.0, 50.0), (5.0, 10.0, 15.0, 25.0), (20.0, 40.0, 100.0))
_GIFT_CARDS: Final = (15.0, 25.0, 50.0, 100.0)
_RIDE, _MACHINE, _TOP_UP, _SUBSCRIPTION, _GIFT = (
    "transport",
    "vending",
    "top-up",
    "digital goods",
    "gift cards",
)


class _Machines:
    """What the payments of a world are made from."""

    def __init__(self, setting: Setting, count: int) -> None:
        random = setting.random
        self.setting = setting
        self.fares = sorted(round(log_uniform(random, 0.8, 9), 1) for _ in range(random.randint(1, 7)))
        self.top_ups = random.choice(_TOP_UPS)
        self.pools = {
            _RIDE: MerchantPool(setting, random.randint(4, 300), (_RIDE,)),
            _MACHINE: MerchantPool(setting, max(5, int(count * random.uniform(0.05, 1))), (_MACHINE,)),
            _TOP_UP: MerchantPool(setting, random.randint(4, 30), (_TOP_UP,)),
            _SUBSCRIPTION: MerchantPool(setting, random.randint(4, 40), (_SUBSCRIPTION,)),
            _GIFT: MerchantPool(setting, random.randint(4, 40), (_GIFT,)),
        }
        self.ride_share, self.gift_share = random.uniform(0.3, 0.9), log_uniform(random, 0.001, 0.03)
        self.direct = random.random() < 0.5  # rides are paid one by one, not from what was topped up
        self.top_up_share = random.uniform(0.03, 0.2) if self.direct else random.uniform(0.2, 0.7)
        self.machine_dollars = log_uniform(random, 0.8, 5)
        self.sends_category = random.random() < 0.6
        self.channels = random.choice(((None,), ("gate", "machine", "app"), ("nfc", "qr")))
        self.devices = random.random() < 0.3
        self.groups = random.choice((0.0, log_uniform(random, 0.0005, 0.01)))  # payments for others as well

    def pay(self, ledger: Ledger, account: Account) -> None:
        """Enter the payments of one account."""
        setting, random = self.setting, self.setting.random
        device = setting.device_ids.new() if self.devices else None
        fare, top_up = random.choice(self.fares), random.choice(self.top_ups)
        usual = {kind: pool.some(random, random.randint(1, 4)) for kind, pool in self.pools.items()}
        for moment in account.moments(random, setting.almanac, setting.turbulence):
            kind, dollars = self._purchase(fare, top_up)
            if kind in {_MACHINE, _GIFT} or moment.factor > 4:
                dollars *= min(moment.factor, 15)
            shop = random.choice(usual[kind]) if random.random() < 0.8 else self.pools[kind].any(random)
            draft = self.draft(account.account_id, moment.timestamp, shop, dollars)
            draft.device_id = device
            ledger.add(draft)
            if random.random() < self.groups:
                for _ in range(random.randint(1, 7)):
                    last = moment.timestamp + random.randint(1000, 90_000)
                    ledger.add(draft.again(timestamp=last))
        for order in drawn_orders(random, account, setting.almanac, random.choice((0, 0, 1, 3))):
            shop, dollars = self.pools[_SUBSCRIPTION].any(random), random.choice((4.99, 7.99, 9.99, 12.99))
            for timestamp in order.timestamps:
                ledger.add(self.draft(account.account_id, timestamp, shop, dollars))

    def _purchase(self, fare: float, top_up: float) -> tuple[str, float]:
        random = self.setting.random
        if random.random() < self.gift_share:
            return _GIFT, random.choice(_GIFT_CARDS)
        if random.random() < self.top_up_share:
            return _TOP_UP, top_up if random.random() < 0.8 else random.choice(self.top_ups)
        if random.random() < self.ride_share:
            return _RIDE, fare if random.random() < 0.75 else random.choice(self.fares)
        return _MACHINE, self.machine_dollars * random.lognormvariate(0, 0.4)

    def draft(self, account_id: str, timestamp: int, shop: Merchant, dollars: float) -> Draft:
        """Return a payment."""
        money = self.setting.money
        return Draft(
            timestamp,
            account_id,
            shop.merchant_id,
            money.exact(dollars),
            money.currency,
            shop.category if self.sends_category else None,
            channel=self.setting.random.choice(self.channels),
        )


def build(setting: Setting, count: int) -> Ledger:
    """Return the payments of so many accounts."""
    random, ledger = setting.random, Ledger(setting)
    machines = _Machines(setting, count)
    for account in setting.accounts(
        drawn_crowd(random, 0.3, 4.0, ("commuting", "two_peaks", "all_day")), count
    ):
        machines.pay(ledger, account)
    ledger.close_genuine()
    frauds = _Frauds(ledger, machines)
    ledger.commit(
        {
            "top_up_burst": frauds.top_up_burst,
            "gift_cards": frauds.gift_cards,
            "ride_burst": frauds.ride_burst,
            "large_purchase": frauds.large_purchase,
            "free_riding": frauds.free_riding,
        },
        {"top_up_burst": 1.5, "free_riding": 0.2},
    )
    return ledger


class _Frauds:
    """Small things bought in large numbers."""

    def __init__(self, ledger: Ledger, machines: _Machines) -> None:
        random = ledger.setting.random
        self._ledger, self._machines, self._random = ledger, machines, random
        self._attackers = Attackers(ledger)
        self._most = random.randint(6, 40)
        self._used = {draft.merchant_id for draft in ledger.drafts}
        self._other_device = random.uniform(0, 1)

    def top_up_burst(self, limit: int) -> list[Draft]:
        """Top up again and again, for the usual amount each time."""
        shop = self._shop(_TOP_UP)
        return self._series(shop, self._random.choice(self._machines.top_ups), limit)

    def gift_cards(self, limit: int) -> list[Draft]:
        """Buy gift cards, the largest mostly."""
        shop = self._shop(_GIFT)
        return self._series(
            shop, max(self._random.choices(_GIFT_CARDS, k=2)), min(limit, self._most // 3 + 1)
        )

    def ride_burst(self, limit: int) -> list[Draft]:
        """Let many people ride on one account."""
        shop = self._shop(_RIDE)
        return self._series(shop, self._random.choice(self._machines.fares), limit)

    def large_purchase(self, _: int) -> list[Draft]:
        """Buy one thing for many times the usual amount."""
        history = self._ledger.history()
        money = self._ledger.setting.money
        amount = money.exact(usual_amount(history) * self._attackers.factor() * 2 / money.unit)
        draft = self._attackers.elsewhere(history[0], self._attackers.begin(history), amount)
        return [self._from(history, draft)]

    def free_riding(self, limit: int) -> list[Draft]:
        """Use another's account for a ride now and then: nothing tells."""
        history = self._ledger.history()
        found = []
        for _ in range(min(limit, self._random.randint(1, 6))):
            model = self._random.choice(history)
            found.append(model.again(timestamp=self._attackers.begin(history)))
        return found

    def _shop(self, kind: str) -> Merchant:
        """Return a place where others pay too, if there is one."""
        pool = self._machines.pools[kind]
        used = [each for each in pool.merchants if each.merchant_id in self._used]
        return self._random.choice(used) if used else pool.any(self._random)

    def _series(self, shop: Merchant, dollars: float, limit: int) -> list[Draft]:
        random, history = self._random, self._ledger.history()
        steps = self._attackers.spend_steps(self._attackers.begin(history), random.randint(4, self._most))
        return [
            self._from(history, self._machines.draft(history[0].account_id, each, shop, dollars))
            for each in steps[:limit]
        ]

    def _from(self, history: Sequence[Draft], draft: Draft) -> Draft:
        draft.device_id = history[-1].device_id
        if draft.device_id and self._random.random() < self._other_device:
            draft.device_id = self._machines.setting.device_ids.new()
        return draft
