"""Shops on the net where robots try out stolen cards, and others spend on those that work."""

from collections.abc import Sequence
from typing import Any, Final

from tools.analyst.worlds.accounts import Account, drawn_crowd
from tools.analyst.worlds.almanac import HOUR_MILLISECONDS, MINUTE_MILLISECONDS
from tools.analyst.worlds.amounts import FAMILIES, Law, log_uniform
from tools.analyst.worlds.attacking import Attackers
from tools.analyst.worlds.ledger import Ledger
from tools.analyst.worlds.merchants import Merchant, MerchantPool, drawn_loyalty
from tools.analyst.worlds.networks import Networks, drawn_outfit
from tools.analyst.worlds.payment import Draft
from tools.analyst.worlds.places import COUNTRIES
from tools.analyst.worlds.setting import Setting

_CHEAP_DOLLARS: Final = 4.0  # the middling price in shops of small things, where tests pass unseen


class _Shops:
    """What the payments of a world are made from."""

    def __init__(self, setting: Setting, count: int) -> None:
        random = setting.random
        self.setting = setting
        self.pool = MerchantPool(setting, max(25, int(count * log_uniform(random, 0.05, 1))))
        self.cheap = set(
            random.sample(self.pool.merchants, max(2, len(self.pool.merchants) // random.randint(4, 15)))
        )
        self.law = Law(
            random.choice(FAMILIES),
            log_uniform(random, 20, 120),
            random.uniform(0.4, 1.1),
        )
        self.cheap_law = Law(
            "lognormal", _CHEAP_DOLLARS * random.lognormvariate(0, 0.5), random.uniform(0.3, 0.9)
        )
        self.loyalty = drawn_loyalty(random)
        self.networks, self.outfit = Networks(random), drawn_outfit(random)
        self.countries = random.sample([each.code for each in COUNTRIES], random.randint(1, 6))
        self.sends = {
            name: random.random() < share
            for name, share in (("device", 0.6), ("address", 0.6), ("category", 0.6), ("country", 0.4))
        }
        self.sales = random.randint(0, 4)

    def dollars(self, shop: Merchant, account: Account) -> float:
        """Draw what a purchase costs."""
        if shop in self.cheap:
            return self.cheap_law.draw(self.setting.random)
        return self.law.draw(self.setting.random) * shop.level * account.level

    def pay(self, ledger: Ledger, account: Account, sales: Sequence[tuple[float, Merchant, float]]) -> None:
        """Enter the payments of one account."""
        setting, random = self.setting, self.setting.random
        home = self.countries[int(len(self.countries) * random.random() ** 3)]
        equipment = self.outfit.equipment(setting, self.networks, home)
        haunts = self.loyalty.haunts(setting, self.pool)

        def enter(day: float, shop: Merchant, dollars: float) -> None:
            draft = self.draft(account.account_id, setting.almanac.timestamp(day), shop, dollars)
            draft.country = home if self.sends["country"] else None
            if self.sends["device"]:
                draft.device_id = equipment.device(random, day)
            if self.sends["address"]:
                draft.ip_address = equipment.address(random, self.networks, home, day, away=False)
            ledger.add(draft)

        for moment in account.moments(random, setting.almanac, setting.turbulence):
            shop = haunts.pick(random, self.pool)
            enter(moment.day, shop, self.dollars(shop, account) * moment.factor)
        for day, shop, dollars in sales:
            if account.arrives <= day < account.leaves and random.random() < 0.25:
                enter(min(day + random.expovariate(20), setting.almanac.days - 0.001), shop, dollars)

    def draft(self, account_id: str, timestamp: int, shop: Merchant, dollars: float) -> Draft:
        """Return a payment without what tells from where it was made."""
        money = self.setting.money
        return Draft(
            timestamp,
            account_id,
            shop.merchant_id,
            money.price(self.setting.random, dollars),
            money.currency,
            shop.category if self.sends["category"] else None,
        )


def build(setting: Setting, count: int) -> Ledger:
    """Return the payments of so many accounts."""
    random, ledger = setting.random, Ledger(setting)
    shops = _Shops(setting, count)
    crowd = drawn_crowd(random, 0.08, 1.2)
    sales = [  # at which many people buy the same thing within an hour or two: genuine, and like a test
        (random.uniform(0, setting.almanac.days), shops.pool.any(random), log_uniform(random, 2, 80))
        for _ in range(random.randint(0, shops.sales))
    ]
    for account in setting.accounts(crowd, count):
        shops.pay(ledger, account, sales)
    ledger.close_genuine()
    frauds = _Frauds(ledger, shops)
    ledger.commit({"card_testing": frauds.tested, "spent_card": frauds.spent, "stolen_card": frauds.stolen},
                  {"card_testing": 2.5, "stolen_card": 0.4})  # fmt: skip
    return ledger


class _Frauds:
    """Robots that test cards, and those who buy with the ones that passed."""

    def __init__(self, ledger: Ledger, shops: _Shops) -> None:
        random = ledger.setting.random
        self._ledger, self._shops, self._random = ledger, shops, random
        self._attackers = Attackers(ledger)
        self._most_cards = random.choice((15, 40, 120, 300))
        self._hours = log_uniform(random, 0.05, 12)
        self._rotating = random.choice(
            (0.0, random.uniform(0, 1), 1.0)
        )  # the share of payments from a new device
        self._pass_share = random.uniform(0.1, 0.5)
        self._again_share = random.choice((0.0, random.uniform(0.05, 0.4)))
        self._fixed = random.random() < 0.4
        self._cheap_share = random.uniform(0.3, 1)
        self._passed: list[tuple[list[Draft], int]] = []

    def tested(self, limit: int) -> list[Draft]:
        """Test many cards with small amounts at a merchant or two, within minutes to hours."""
        random = self._random
        begin, shops = self._attackers.begin(self._ledger.history()), self._targets()
        price, origin = log_uniform(random, 0.5, 6), self._origin()
        found: list[Draft] = []
        for _ in range(random.randint(8, self._most_cards)):
            if len(found) >= limit:
                break
            history = self._ledger.history(1)
            instant = begin + int(random.uniform(0, self._hours) * HOUR_MILLISECONDS)
            for _ in range(1 + (random.random() < self._again_share)):
                origin = self._origin() if random.random() < self._rotating else origin
                dollars = price if self._fixed else price * random.lognormvariate(0, 0.6)
                shop = random.choice(shops)
                found.append(self._bought(history, instant, shop, dollars, origin))
                instant += int(random.expovariate(0.5) * MINUTE_MILLISECONDS)
            if random.random() < self._pass_share:
                self._passed.append((history, instant))
        return found

    def spent(self, limit: int) -> list[Draft]:
        """Buy large things with a card that passed, hours or a day later."""
        random = self._random
        if self._passed:
            history, instant = self._passed.pop()
            begin = self._attackers.hours_later(instant, 0.5, 48)
        else:  # it was tested somewhere else
            history = self._ledger.history(1)
            begin = self._attackers.begin(history)
        steps = self._attackers.spend_steps(begin, random.randint(1, 4))
        origin = self._origin()
        unit = self._ledger.setting.money.unit
        return [
            self._bought(history, each, self._dear(), self._attackers.large(history) / unit, origin)
            for each in steps[:limit]
        ]

    def stolen(self, _: int) -> list[Draft]:
        """Buy one thing with a card that nobody tested, for what such things cost: hardly anything tells."""
        history = self._ledger.history(1)
        model = self._ledger.anyone()
        instant = self._attackers.begin(history)
        return [model.again(account_id=history[0].account_id, timestamp=instant, **self._origin())]

    def _targets(self) -> list[Merchant]:
        random, pool = self._random, self._shops.pool
        cheap = sorted(self._shops.cheap, key=lambda each: each.merchant_id)
        count = random.choice((1, 1, 1, 2, 3))
        return [
            random.choice(cheap) if random.random() < self._cheap_share else pool.any(random)
            for _ in range(count)
        ]

    def _dear(self) -> Merchant:
        while True:
            shop = self._random.choice(self._shops.pool.merchants)
            if shop not in self._shops.cheap:
                return shop

    def _origin(self) -> dict[str, Any]:
        shops = self._shops
        country = self._random.choice(shops.countries)
        origin: dict[str, Any] = {}
        if shops.sends["device"]:
            origin["device_id"] = shops.setting.device_ids.new()
        if shops.sends["address"]:
            origin["ip_address"] = self._random.choice(
                (shops.networks.host, lambda: shops.networks.house(country))
            )()
        if shops.sends["country"]:
            origin["country"] = country
        return origin

    def _bought(
        self, history: Sequence[Draft], instant: int, shop: Merchant, dollars: float, origin: dict[str, Any]
    ) -> Draft:
        return self._shops.draft(history[0].account_id, instant, shop, dollars).again(**origin)
