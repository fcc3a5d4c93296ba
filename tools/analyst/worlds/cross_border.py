"""Cards at shops of many countries, each in its currency, with travellers, commuters, and cloned cards."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from tools.analyst.worlds.accounts import Account, drawn_crowd
from tools.analyst.worlds.amounts import FAMILIES, Law, Money, drawn_money, log_uniform
from tools.analyst.worlds.attacking import Attackers
from tools.analyst.worlds.journeys import Shop, Town, Track, drawn_town, drawn_track
from tools.analyst.worlds.ledger import Ledger
from tools.analyst.worlds.payment import Draft
from tools.analyst.worlds.places import COUNTRIES, distance_km, middle, near
from tools.analyst.worlds.setting import Setting

_COMMUTE_KM: Final = (15.0, 80.0)
_CONTACTLESS_DOLLARS: Final = 50.0  # up to which no code is asked for


class _Region:
    """What the payments of a world are made from."""

    def __init__(self, setting: Setting) -> None:
        random = setting.random
        self.setting = setting
        countries = random.sample(COUNTRIES, random.randint(3, 14))
        lost = random.choice((0.0, random.uniform(0, 0.03)))
        self.towns = [
            drawn_town(setting, each, lost=lost) for each in countries for _ in range(random.randint(1, 4))
        ]
        random.shuffle(self.towns)
        self._skew = random.uniform(1, 5)
        self.works = [self._work(self.home()) for _ in range(5)]
        self.moneys = {each.currency: drawn_money(random, each.currency) for each in COUNTRIES}
        self.law = Law(
            random.choice(FAMILIES),
            log_uniform(random, 12, 90),
            random.uniform(0.35, 1.1),
        )
        self.commuters = random.choice((0.0, random.uniform(0, 0.25)))
        self.travellers = random.uniform(0.05, 1)
        self.distance_share = log_uniform(random, 0.01, 0.3)
        self.own_currency = random.random()
        self.net_shops = [
            random.choice(random.choice(self.towns).shops) for _ in range(random.randint(5, 80))
        ]
        self.positions_on_net = random.random() < 0.2
        self.favour = random.uniform(0, 0.9)
        self.couples = random.choice((0.0, random.uniform(0, 0.05)))  # accounts with two cards, one at home
        self.sends_category = random.random() < 0.6

    def home(self) -> Town:
        """Return a town to live in: most people live in few of them, some in each."""
        return self.towns[int(len(self.towns) * self.setting.random.random() ** self._skew)]

    def _work(self, home: Town) -> tuple[Town, Town]:
        """Return a town and where its commuters work: across the border to the nearest other country."""
        others = [each for each in COUNTRIES if each != home.place.country]
        country = min(others, key=lambda each: distance_km(home.place, middle(each)))
        place = near(self.setting.random, home.place, self.setting.random.uniform(*_COMMUTE_KM))
        return home, drawn_town(self.setting, country, place._replace(country=country))

    def draft(self, account_id: str, timestamp: int, shop: Shop, dollars: float) -> Draft:
        """Return a payment with the card at a shop."""
        country, money = shop.place.country, self.moneys[shop.place.country.currency]
        return Draft(
            timestamp,
            account_id,
            shop.merchant_id,
            money.price(self.setting.random, dollars),
            country.currency,
            shop.category if self.sends_category else None,
            country.code,
            latitude=round(shop.place.latitude, 5),
            longitude=round(shop.place.longitude, 5),
            card_present=True,
        )

    def distant(self, account_id: str, timestamp: int, own: Money, dollars: float) -> Draft:
        """Return a payment on the net."""
        random = self.setting.random
        draft = self.draft(account_id, timestamp, random.choice(self.net_shops), dollars)
        draft.card_present = False
        if random.random() < self.own_currency:
            draft.currency, draft.amount = own.currency, own.price(random, dollars)
        if not self.positions_on_net:
            draft.latitude = draft.longitude = None
        return draft


def build(setting: Setting, count: int) -> Ledger:
    """Return the payments of so many accounts."""
    random, ledger = setting.random, Ledger(setting)
    region = _Region(setting)
    for account in setting.accounts(drawn_crowd(random, 0.2, 3.0), count):
        home, work = region.home(), None
        if random.random() < region.commuters:
            home, work = random.choice(region.works)
        towns = region.towns if random.random() < region.travellers else [home]
        ahead = home.place.country.offset_hours - setting.almanac.offset_hours
        local = replace(account, rhythm=account.rhythm.moved(-ahead))
        _live(ledger, region, local, drawn_track(random, account, home, work, towns))
    ledger.close_genuine()
    frauds = _Frauds(ledger, region)
    ledger.commit(
        {
            "cloned_far": frauds.cloned_far,
            "cloned_abroad": frauds.cloned_abroad,
            "cloned_near": frauds.cloned_near,
            "stolen_card": frauds.stolen_card,
            "foreign_shop": frauds.foreign_shop,
        },
        {"cloned_far": 1.5, "cloned_near": 0.4},
    )
    return ledger


def _live(ledger: Ledger, region: _Region, account: Account, track: Track) -> None:
    setting = ledger.setting
    random, almanac = setting.random, setting.almanac
    own = region.moneys[track.home.place.country.currency]
    favourites = {town.place: random.choices(town.shops, k=random.randint(2, 12)) for town in (track.home,)}
    shared = random.uniform(0.1, 0.5) if random.random() < region.couples else 0.0
    for moment in account.moments(random, almanac, setting.turbulence):
        dollars = region.law.draw(random) * account.level * moment.factor
        if random.random() < region.distance_share:
            ledger.add(region.distant(account.account_id, moment.timestamp, own, dollars))
            continue
        town = track.at(moment.day, weekend=almanac.is_weekend(int(moment.day)))
        if random.random() < shared:
            town = track.home
        if town is not None:
            usual = favourites.get(town.place)
            shop = random.choice(usual if usual and random.random() < region.favour else town.shops)
            ledger.add(region.draft(account.account_id, moment.timestamp, shop, dollars))


class _Frauds:
    """Cards that were copied, lost, or read from a shop's files."""

    def __init__(self, ledger: Ledger, region: _Region) -> None:
        random = ledger.setting.random
        self._ledger, self._region, self._random = ledger, region, random
        self._attackers = Attackers(ledger)
        self._used_shops = {draft.merchant_id for draft in ledger.drafts}
        self._most = random.randint(2, 8)
        self._delay_hours = log_uniform(random, 0.1, 6)

    def cloned_far(self, limit: int) -> list[Draft]:
        """Use a copy in a distant town shortly after the owner paid at home."""
        history = self._ledger.history()
        last = self._last_present(history)
        instant = last.timestamp + int(self._random.expovariate(1 / self._delay_hours) * 3_600_000)
        town = max(self._random.choices(self._region.towns, k=4), key=lambda each: self._distance(each, last))
        return self._used(history, instant, town, limit)

    def cloned_abroad(self, limit: int) -> list[Draft]:
        """Use a copy abroad when the owner could have travelled there, in a currency perhaps never used."""
        history = self._ledger.history()
        known = {draft.country for draft in history}
        towns = [each for each in self._region.towns if each.place.country.code not in known]
        town = self._random.choice(towns or self._region.towns)
        begin = self._attackers.hours_later(self._last_present(history).timestamp, 14, 60)
        return self._used(history, self._attackers.hour(begin), town, limit)

    def cloned_near(self, limit: int) -> list[Draft]:
        """Use a copy in the town where the owner lives: amounts tell little, the place nothing."""
        history = self._ledger.history()
        last = self._last_present(history)
        town = min(self._region.towns, key=lambda each: self._distance(each, last))
        return self._used(history, self._attackers.begin(history), town, limit)

    def stolen_card(self, limit: int) -> list[Draft]:
        """Use a lost card a few times at once, for as much as needs no code."""
        random, history = self._random, self._ledger.history()
        last = self._last_present(history)
        town = min(self._region.towns, key=lambda each: self._distance(each, last))
        steps = self._attackers.spend_steps(self._attackers.soon(last.timestamp), random.randint(3, 10))
        return [
            self._at(history, each, town, _CONTACTLESS_DOLLARS * random.uniform(0.3, 1))
            for each in steps[:limit]
        ]

    def foreign_shop(self, limit: int) -> list[Draft]:
        """Buy on the net with the card's number."""
        history, money = self._ledger.history(), self._region.moneys
        steps = self._attackers.spend_steps(
            self._attackers.begin(history), self._random.randint(1, self._most)
        )
        own = money[self._random.choice(history).currency]
        return [
            self._region.distant(history[0].account_id, each, own, self._dollars(history))
            for each in steps[:limit]
        ]

    def _used(self, history: Sequence[Draft], begin: int, town: Town, limit: int) -> list[Draft]:
        steps = self._attackers.spend_steps(begin, self._random.randint(1, self._most))
        return [self._at(history, each, town, self._dollars(history)) for each in steps[:limit]]

    def _at(self, history: Sequence[Draft], instant: int, town: Town, dollars: float) -> Draft:
        shops = self._random.choices(town.shops, k=4)
        shop = next((each for each in shops if each.merchant_id in self._used_shops), shops[0])
        return self._region.draft(history[0].account_id, instant, shop, dollars)

    def _dollars(self, history: Sequence[Draft]) -> float:
        moneys = self._region.moneys
        dollars = sorted(draft.amount / moneys[draft.currency].unit for draft in history)
        return dollars[len(dollars) // 2] * self._attackers.factor()

    def _last_present(self, history: Sequence[Draft]) -> Draft:
        present = [draft for draft in history if draft.card_present] or list(history)
        return present[int(self._random.uniform(0.2, 1) * (len(present) - 1))]

    def _distance(self, town: Town, draft: Draft) -> float:
        if draft.latitude is None or draft.longitude is None:
            return 0.0
        return distance_km(
            town.place, town.place._replace(latitude=draft.latitude, longitude=draft.longitude)
        )
