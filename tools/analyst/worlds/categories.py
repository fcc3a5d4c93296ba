"""Retail cards: merchant categories with amounts of their own, and cards that others use for hours."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import Final

from tools.analyst.worlds.accounts import Account, Crowd, drawn_crowd
from tools.analyst.worlds.almanac import DAY_MILLISECONDS, HOUR_MILLISECONDS
from tools.analyst.worlds.amounts import Family, Law, log_uniform
from tools.analyst.worlds.attacking import Attackers
from tools.analyst.worlds.ledger import Ledger
from tools.analyst.worlds.merchants import CATEGORIES, Merchant, MerchantPool
from tools.analyst.worlds.payment import Draft
from tools.analyst.worlds.places import COUNTRIES, town
from tools.analyst.worlds.setting import Setting

_FAMILIES: Final[tuple[Family, ...]] = ("gamma", "gamma", "lognormal", "lognormal", "weibull", "tailed")
_FRAUD_FAMILIES: Final[tuple[Family, ...]] = ("normal", "gamma", "lognormal", "uniform")
_SOLD_AT_A_DISTANCE: Final = ("digital goods", "misc_net", "online shopping", "gaming", "telecom")


@dataclass(frozen=True, slots=True)
class _Profile:
    """A kind of customer: the share of each category up to and including it, and the level of amounts."""

    shares: Sequence[float]
    level: float
    crowd: Crowd


class _Trade:
    """What is bought where, and where the buyer is."""

    def __init__(self, setting: Setting) -> None:
        random = setting.random
        self.setting = setting
        self.names = random.sample(CATEGORIES, random.randint(8, 25))
        least, most = random.uniform(0.15, 0.5), random.uniform(0.4, 1.3)  # spread within a category
        self.laws = {name: _law(random, least, max(least, most)) for name in self.names}
        pool = MerchantPool(setting, random.randint(200, 900), self.names)
        self.shops = {name: [each for each in pool.merchants if each.category == name] for name in self.names}
        for name in self.names:
            self.shops[name] = self.shops[name] or pool.some(random, 1)
        self._skew = random.choice((1.0, 1.0, random.uniform(1.2, 2.5)))
        self.habit = random.choice((0.0, 0.0, random.uniform(0.2, 0.8)))
        self.positions = random.random() < 0.6
        self.country = random.choice(COUNTRIES)
        self.presence = random.random() < 0.3

    def shop(self, name: str) -> Merchant:
        """Return a merchant of a category."""
        shops = self.shops[name]
        return shops[int(len(shops) * self.setting.random.random() ** self._skew)]

    def draft(self, buyer: "_Buyer", timestamp: int, shop: Merchant, dollars: float) -> Draft:
        """Return a payment, at a position that says no more than in which region it was."""
        random, money = self.setting.random, self.setting.money
        draft = Draft(
            timestamp,
            buyer.account_id,
            shop.merchant_id,
            money.price(random, dollars),
            money.currency,
            shop.category,
        )
        if self.positions:
            draft.latitude = round(buyer.latitude + random.uniform(-1, 1), 6)
            draft.longitude = round(buyer.longitude + random.uniform(-1, 1), 6)
        if self.presence:
            draft.card_present = shop.category not in _SOLD_AT_A_DISTANCE
        return draft


@dataclass(frozen=True, slots=True)
class _Buyer:
    account_id: str
    latitude: float
    longitude: float


def build(setting: Setting, count: int) -> Ledger:
    """Return the payments of so many accounts."""
    random, ledger = setting.random, Ledger(setting)
    trade = _Trade(setting)
    profiles = [_profile(random, len(trade.names)) for _ in range(random.randint(3, 12))]
    buyers: dict[str, _Buyer] = {}
    for _ in range(count):
        profile = random.choice(profiles)
        account = profile.crowd.account(
            random, setting.account_ids.new(), setting.almanac.days, setting.turbulence
        )
        home = town(random, trade.country)
        buyer = _Buyer(account.account_id, home.latitude, home.longitude)
        buyers[account.account_id] = buyer
        _shop(ledger, trade, account, profile, buyer)
    ledger.close_genuine()
    frauds = _Frauds(ledger, trade, buyers)
    ledger.commit(
        {
            "spree": frauds.spree,
            "day_spree": frauds.day_spree,
            "small": frauds.small,
            "bust_out": frauds.bust_out,
        },
        {"spree": 2.0, "small": 0.3, "bust_out": 0.4},
    )
    return ledger


def _law(random: Random, least: float, most: float) -> Law:
    return Law(random.choice(_FAMILIES), log_uniform(random, 3, 400), random.uniform(least, most))


def _profile(random: Random, categories: int) -> _Profile:
    weights = [random.gammavariate(0.8, 1) for _ in range(categories)]
    total = sum(weights)
    shares = [each / total for each in accumulate(weights)]
    return _Profile(shares, random.lognormvariate(0, 0.3), drawn_crowd(random, 0.5, 4.0))


def _shop(ledger: Ledger, trade: _Trade, account: Account, profile: _Profile, buyer: _Buyer) -> None:
    setting = ledger.setting
    random, shares, names = setting.random, profile.shares, trade.names
    regular = {name: trade.shop(name) for name in names} if trade.habit else {}
    level = profile.level * math.sqrt(account.level)
    for moment in account.moments(random, setting.almanac, setting.turbulence):
        name = names[_place(shares, random.random())]
        shop = regular[name] if regular and random.random() < trade.habit else trade.shop(name)
        dollars = trade.laws[name].draw(random) * level * shop.level * moment.factor
        ledger.add(trade.draft(buyer, moment.timestamp, shop, dollars))


def _place(shares: Sequence[float], chance: float) -> int:
    for place, share in enumerate(shares):
        if chance < share:
            return place
    return len(shares) - 1


class _Frauds:
    """Windows of some hours to three days in which somebody else shops with the card."""

    def __init__(self, ledger: Ledger, trade: _Trade, buyers: dict[str, _Buyer]) -> None:
        random = ledger.setting.random
        self._ledger, self._trade, self._buyers, self._random = ledger, trade, buyers, random
        self._attackers = Attackers(ledger)
        self._greedy, self._factor = random.uniform(0.4, 0.95), log_uniform(random, 2.5, 16)
        count = max(2, round(len(trade.names) * random.uniform(0.25, 0.9)))
        self._liked = random.sample(trade.names, count)
        self._laws = {name: self._law(name) for name in self._liked}
        self._night_share = random.choice((0.0, random.uniform(0.5, 0.95), random.uniform(0.7, 1.0)))
        self._night = random.uniform(0, 3), random.uniform(0.7, 2)
        self._most = random.randint(8, 20)
        self._card_stays = random.random() < 0.5

    def _law(self, name: str) -> Law:
        """Draw what fraudsters pay in a category: mostly far more, sometimes as much or less."""
        random, usual = self._random, self._trade.laws[name]
        chance = random.random()
        if chance < self._greedy:
            factor = self._factor * random.lognormvariate(0, 0.5)
        elif chance < (1 + self._greedy) / 2:
            factor = random.uniform(0.8, 1.4)
        else:
            factor = random.uniform(0.15, 0.5)
        return Law(random.choice(_FRAUD_FAMILIES), usual.mean * factor, random.uniform(0.08, 0.5))

    def spree(self, limit: int) -> list[Draft]:
        """Shop at the hours that this world's fraudsters like."""
        return self._window(min(limit, self._random.randint(5, self._most)), self._night_share)

    def day_spree(self, limit: int) -> list[Draft]:
        """Shop at any hour."""
        return self._window(min(limit, self._random.randint(4, self._most)), 0.0)

    def small(self, limit: int) -> list[Draft]:
        """Pay a few small amounts in one category, less than is usual there."""
        random, history = self._random, self._ledger.history()
        name = random.choice(self._trade.names)
        law = self._trade.laws[name].scaled(random.uniform(0.1, 0.6))
        begin = self._ledger.instant(history)
        length = random.uniform(2, 48)
        return [
            self._bought(history, self._instant(begin, length, self._night_share), name, law)
            for _ in range(min(limit, random.randint(2, 6)))
        ]

    def bust_out(self, limit: int) -> list[Draft]:
        """Have the owner buy dear things for some days, more each day, and never pay again."""
        random, history = self._random, self._ledger.history(8)
        begin, days = self._ledger.instant(history, early=0.5), random.uniform(1, 10)
        dear = sorted(self._trade.names, key=lambda name: self._trade.laws[name].mean)[-4:]
        count = min(limit, random.randint(4, 20))
        length, found = int(days * DAY_MILLISECONDS), list[Draft]()
        self._ledger.drop(history, begin + length, self._ledger.setting.almanac.end)
        for place in range(count):
            name, growth = random.choice(dear), 1 + 2 * place / count
            instant = self._attackers.genuine_hour(begin + int(place / count * length))
            law = self._trade.laws[name].scaled(growth * random.uniform(0.8, 2))
            found.append(self._bought(history, instant, name, law))
        return found

    def _window(self, payments: int, night_share: float) -> list[Draft]:
        random, history = self._random, self._ledger.history()
        begin, length = self._ledger.instant(history), log_uniform(random, 3, 72)
        liked = random.sample(self._liked, max(1, round(len(self._liked) * random.uniform(0.3, 1))))
        found = []
        for _ in range(payments):
            name = random.choice(liked)
            found.append(
                self._bought(history, self._instant(begin, length, night_share), name, self._laws[name])
            )
        if not self._card_stays:
            self._ledger.drop(history, begin, begin + int(length * HOUR_MILLISECONDS))
        return found

    def _instant(self, begin: int, length: float, night_share: float) -> int:
        random = self._random
        instant = begin + int(random.uniform(0, length) * HOUR_MILLISECONDS)
        if random.random() < night_share:
            instant = self._ledger.setting.almanac.at_hour(instant, random.gauss(*self._night) % 24)
        return instant

    def _bought(self, history: Sequence[Draft], instant: int, name: str, law: Law) -> Draft:
        buyer = self._buyers[history[0].account_id]
        return self._trade.draft(buyer, instant, self._trade.shop(name), law.draw(self._random))
