"""Shops on the net and wallets: devices and addresses are known, and accounts are taken over."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from tools.analyst.worlds.accounts import Account, drawn_crowd
from tools.analyst.worlds.amounts import FAMILIES, Law, log_uniform
from tools.analyst.worlds.attacking import Attackers
from tools.analyst.worlds.ledger import Ledger, usual_amount
from tools.analyst.worlds.merchants import MerchantPool, drawn_loyalty
from tools.analyst.worlds.networks import Equipment, Networks, drawn_outfit
from tools.analyst.worlds.payment import Draft
from tools.analyst.worlds.places import COUNTRIES
from tools.analyst.worlds.setting import Setting

_CHANNELS: Final = (("app", "web"), ("mobile", "online"), ("ios", "android", "browser"), ("WEB",))


class _Wallets:
    """What the payments of a world are made from."""

    def __init__(self, setting: Setting, count: int) -> None:
        random = setting.random
        self.setting = setting
        self.home, *self.abroad = random.sample([each.code for each in COUNTRIES], random.randint(4, 20))
        self.networks, self.outfit = Networks(random), drawn_outfit(random)
        self.pool = MerchantPool(setting, max(30, int(count * log_uniform(random, 0.1, 3))))
        self.loyalty = drawn_loyalty(random)
        self.law = Law(
            random.choice(FAMILIES),
            log_uniform(random, 8, 120),
            random.uniform(0.3, 1.2),
        )
        self.channels = random.choice(_CHANNELS)
        self.sends_category = random.random() < 0.5
        self.sends_country = random.random() < 0.8
        self.households = random.choice((0.0, random.uniform(0, 0.15)))  # accounts that share their devices
        self._equipments: list[Equipment] = []
        self.foreign_residents = random.choice((0.0, random.uniform(0, 0.2)))

    def pay(self, ledger: Ledger, account: Account) -> None:
        """Enter the payments of one account."""
        setting, random = self.setting, self.setting.random
        home = random.choice(self.abroad) if random.random() < self.foreign_residents else self.home
        equipment = self._equipment(home)
        haunts = self.loyalty.haunts(setting, self.pool)
        channel = random.choice(self.channels)
        for moment in account.moments(random, setting.almanac, setting.turbulence):
            shop = haunts.pick(random, self.pool)
            draft = Draft(
                moment.timestamp,
                account.account_id,
                shop.merchant_id,
                setting.money.price(
                    random, self.law.draw(random) * account.level * shop.level * moment.factor
                ),
                setting.money.currency,
                shop.category if self.sends_category else None,
                channel=channel if random.random() < 0.8 else random.choice(self.channels),
            )
            self._place(draft, account, equipment, home, moment.day)
            ledger.add(draft)

    def _equipment(self, home: str) -> Equipment:
        random = self.setting.random
        if self._equipments and random.random() < self.households:
            return random.choice(self._equipments)
        self._equipments.append(self.outfit.equipment(self.setting, self.networks, home))
        return self._equipments[-1]

    def _place(self, draft: Draft, account: Account, equipment: Equipment, home: str, day: float) -> None:
        random = self.setting.random
        journey = account.life.away(day)
        country = self.abroad[int(journey.token * len(self.abroad))] if journey else home
        draft.device_id = equipment.device(random, day)
        draft.ip_address = equipment.address(random, self.networks, country, day, away=journey is not None)
        draft.country = country if self.sends_country else None


def build(setting: Setting, count: int) -> Ledger:
    """Return the payments of so many accounts."""
    random, ledger = setting.random, Ledger(setting)
    wallets = _Wallets(setting, count)
    crowd = drawn_crowd(random, 0.1, 2.0)
    for account in setting.accounts(crowd, count):
        wallets.pay(ledger, account)
    ledger.close_genuine()
    frauds = _Frauds(ledger, wallets)
    ledger.commit(
        {
            "takeover": frauds.takeover,
            "device_farm": frauds.device_farm,
            "remote_control": frauds.remote_control,
            "new_account": frauds.new_account,
            "denied_purchase": frauds.denied_purchase,
        },
        {"takeover": 2.0, "denied_purchase": 0.15},
    )
    return ledger


@dataclass(frozen=True, slots=True)
class _Intruder:
    device_id: str
    ip_address: str
    country: str | None
    channel: str

    def enter(self, model: Draft, **changes: Any) -> Draft:
        """Return a payment like another, from the intruder's device."""
        return model.again(
            device_id=self.device_id,
            ip_address=self.ip_address,
            country=self.country,
            channel=self.channel,
            **changes,
        )


class _Frauds:
    """Accounts in the hands of others."""

    def __init__(self, ledger: Ledger, wallets: _Wallets) -> None:
        random = ledger.setting.random
        self._ledger, self._wallets, self._random = ledger, wallets, random
        self._attackers = Attackers(ledger)
        self._foreign = random.uniform(0.1, 0.8)
        self._probing = random.uniform(0, 0.8)
        self._steps = random.randint(2, 9)
        self._few_merchants = random.random() < 0.5

    def takeover(self, limit: int) -> list[Draft]:
        """Enter an account from another device and address, perhaps try it, and spend within hours."""
        history = self._ledger.history()
        return self._emptied(history, self._attackers.begin(history), self._intruder())[:limit]

    def device_farm(self, limit: int) -> list[Draft]:
        """Enter several accounts with the same device within days."""
        random, intruder = self._random, self._intruder()
        begin, found = self._attackers.begin(self._ledger.history()), list[Draft]()
        for _ in range(random.randint(3, 12)):
            if len(found) >= limit:
                break
            history = self._ledger.history()
            if history[0].timestamp < begin:
                found += self._emptied(history, begin, intruder)
                begin = self._attackers.hours_later(begin, 0.2, 30)
        return found

    def remote_control(self, limit: int) -> list[Draft]:
        """Pay from the victim's own device, controlled from afar: amounts and merchants alone tell."""
        history, random = self._ledger.history(), self._random
        steps = self._attackers.spend_steps(self._attackers.begin(history), random.randint(1, 4))
        model = random.choice(history)
        amounts = [self._attackers.large(history) for _ in steps]
        return [
            self._attackers.elsewhere(
                model,
                each,
                amount,
                device_id=model.device_id,
                ip_address=model.ip_address,
                country=model.country,
            )
            for each, amount in zip(steps, amounts, strict=True)
        ][:limit]

    def new_account(self, limit: int) -> list[Draft]:
        """Open an account under a false name, and spend what others do or more within days."""
        random, intruder = self._random, self._intruder()
        name, instant = self._wallets.setting.account_ids.new(), self._attackers.begin(self._ledger.history())
        found = []
        for _ in range(min(limit, random.randint(1, self._steps))):
            model = self._ledger.anyone()
            amount = self._attackers.written(model.amount * random.uniform(0.8, 4))
            found.append(intruder.enter(model, account_id=name, timestamp=instant, amount=amount))
            instant = self._attackers.hours_later(self._attackers.soon(instant), 0, 20)
        return found

    def denied_purchase(self, _: int) -> list[Draft]:
        """Deny a purchase that the account made itself: nothing tells."""
        return [self._ledger.anyone()]

    def _intruder(self) -> _Intruder:
        random, wallets = self._random, self._wallets
        country = random.choice(wallets.abroad) if random.random() < self._foreign else wallets.home
        networks = wallets.networks
        address = random.choice((networks.house(country), networks.mobile(country), networks.host()))
        return _Intruder(
            wallets.setting.device_ids.new(),
            address,
            country if wallets.sends_country else None,
            random.choice(wallets.channels),
        )

    def _emptied(self, history: Sequence[Draft], begin: int, intruder: _Intruder) -> list[Draft]:
        random, attackers = self._random, self._attackers
        usual = usual_amount(history)
        probes = random.randint(1, 3) if random.random() < self._probing else 0
        payments = probes + random.randint(1, self._steps)
        shop = self._ledger.anyone()
        found = []
        for place, instant in enumerate(attackers.spend_steps(begin, payments)):
            if not self._few_merchants or place < probes:
                shop = self._ledger.anyone()
            factor = random.uniform(0.2, 1.2) if place < probes else attackers.factor()
            amount = attackers.written(usual * factor)
            found.append(
                intruder.enter(shop, account_id=history[0].account_id, timestamp=instant, amount=amount)
            )
        return found
