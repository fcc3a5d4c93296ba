"""Instant payments from account to payee, of which some were talked out of the payer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from tools.analyst.worlds.accounts import Account, drawn_crowd
from tools.analyst.worlds.amounts import Law, log_uniform
from tools.analyst.worlds.attacking import Attackers
from tools.analyst.worlds.ledger import Ledger, usual_amount
from tools.analyst.worlds.payment import Draft
from tools.analyst.worlds.setting import Setting
from tools.analyst.worlds.standing import Order, drawn_orders

_CHANNELS: Final = (("mobile", "online", "branch"), ("app", "web"), ("api", "app", "phone"))
_LEAST_DOLLARS: Final = 0.5
_LIMITS: Final = (500.0, 1000.0, 2000.0, 3000.0, 5000.0, 10_000.0)  # round amounts above which banks look


@dataclass(slots=True)
class _Payer:
    """An account with the people it pays, the closest first."""

    account: Account
    contacts: list[str]
    novelty: float
    law: Law
    channel: str | None
    device: str | None


class _Bank:
    """What the payments of a world are made from."""

    def __init__(self, setting: Setting, names: Sequence[str]) -> None:
        random = setting.random
        self.setting, self.names = setting, names
        self.payees = setting.merchant_ids.several(max(20, int(len(names) * random.uniform(0.2, 1.5))))
        self.peers = random.uniform(0.1, 0.9)  # the share of payees that are accounts here
        self.novelty = log_uniform(random, 0.02, 0.35)
        self.contacts = random.randint(3, 20)
        self.median, self.sigma = log_uniform(random, 25, 250), random.uniform(0.9, 1.6)
        self.round = random.choice((0.0, random.uniform(0.2, 0.7)))
        self.channels = random.choice(_CHANNELS) if random.random() < 0.6 else (None,)
        self.devices = random.random() < 0.3
        self.closing = random.uniform(0, 0.6)  # the share of leaving owners who empty their accounts
        self.orders = random.randint(0, 4)
        self.fresh = random.choice((0.0, random.uniform(0, 0.3)))  # the share of payees whom nobody paid

    def payee(self) -> str:
        """Return anybody who may be paid."""
        random = self.setting.random
        if random.random() < self.fresh:
            return self.setting.merchant_ids.new()
        return random.choice(self.names if random.random() < self.peers else self.payees)

    def payer(self, account: Account) -> _Payer:
        """Draw how an account pays."""
        random = self.setting.random
        contacts = [self.payee() for _ in range(max(1, round(self.contacts * random.lognormvariate(0, 0.5))))]
        law = Law("lognormal", self.median * account.level, self.sigma * random.uniform(0.6, 1.1))
        device = self.setting.device_ids.new() if self.devices else None
        novelty = min(0.8, self.novelty * random.lognormvariate(0, 0.5))
        return _Payer(account, contacts, novelty, law, random.choice(self.channels), device)

    def pay(self, ledger: Ledger, payer: _Payer) -> None:
        """Enter the payments of one account."""
        setting, random, account = self.setting, self.setting.random, payer.account
        for moment in account.moments(random, setting.almanac, setting.turbulence):
            dollars = payer.law.draw(random) * moment.factor
            amount = self.written(dollars, self.round)
            ledger.add(self.draft(payer, moment.timestamp, self._chosen(payer), amount))
        for order in drawn_orders(random, account, setting.almanac, random.randint(0, self.orders)):
            self._stand(ledger, payer, order)
        if account.leaves < setting.almanac.days and random.random() < self.closing:
            self._close(ledger, payer)

    def written(self, dollars: float, round_share: float) -> float:
        """Return an amount as people write it into a transfer: a share of them in round sums."""
        random, money = self.setting.random, self.setting.money
        if random.random() >= round_share:
            return money.price(random, dollars)
        return money.round_figure(dollars) if random.random() < 0.5 else money.two_figures(dollars)

    def draft(self, payer: _Payer, timestamp: int, payee: str, amount: float) -> Draft:
        """Return a payment to a payee."""
        return Draft(
            timestamp,
            payer.account.account_id,
            payee,
            amount,
            self.setting.money.currency,
            channel=payer.channel,
            device_id=payer.device,
        )

    def _chosen(self, payer: _Payer) -> str:
        random, contacts = self.setting.random, payer.contacts
        if random.random() >= payer.novelty:
            return contacts[int(len(contacts) * random.random() ** 2)]
        payee = self.payee()
        if random.random() < 0.2:
            contacts[random.randrange(len(contacts))] = payee
        return payee

    def _stand(self, ledger: Ledger, payer: _Payer, order: Order) -> None:
        """Enter rent, wages, savings: the same amount each time, much larger than the usual payment."""
        random, money = self.setting.random, self.setting.money
        payee = random.choice(self.payees)
        dollars = self.median * payer.account.level * log_uniform(random, 0.3, 12)
        fixed = money.exact(dollars)
        for timestamp in order.timestamps:
            amount = fixed if order.fixed else money.price(random, dollars * random.lognormvariate(0, 0.15))
            ledger.add(self.draft(payer, timestamp, payee, amount))

    def _close(self, ledger: Ledger, payer: _Payer) -> None:
        """Enter the last payments of an account: what is left goes to another one of the same owner."""
        random, payee, day = self.setting.random, self.payee(), payer.account.leaves
        for _ in range(random.randint(1, 3)):
            day = max(payer.account.arrives, day - random.expovariate(3))
            dollars = payer.law.draw(random) * random.uniform(2, 20)
            amount = self.written(dollars, self.round)
            ledger.add(self.draft(payer, self.setting.almanac.timestamp(day), payee, amount))


def build(setting: Setting, count: int) -> Ledger:
    """Return the payments of so many accounts."""
    random, ledger = setting.random, Ledger(setting)
    accounts = setting.accounts(drawn_crowd(random, 0.1, 1.5), count)
    bank = _Bank(setting, [each.account_id for each in accounts])
    for account in accounts:
        bank.pay(ledger, bank.payer(account))
    ledger.close_genuine()
    frauds = _Frauds(ledger, bank)
    ledger.commit(
        {
            "push_scam": frauds.push_scam,
            "investment_scam": frauds.investment_scam,
            "mule_payee": frauds.mule_payee,
            "structuring": frauds.structuring,
            "emptying": frauds.emptying,
            "small_scam": frauds.small_scam,
        },
        {"push_scam": 2.0, "small_scam": 0.3},
    )
    return ledger


class _Frauds:
    """Payments to people who should not have got them."""

    def __init__(self, ledger: Ledger, bank: _Bank) -> None:
        random = ledger.setting.random
        self._ledger, self._bank, self._random = ledger, bank, random
        self._attackers = Attackers(ledger)
        self._round = min(0.9, bank.round * random.uniform(0.5, 2))
        self._strength = log_uniform(random, 2, 10)
        self._other_device = random.uniform(0, 0.7)  # some accounts are emptied by others

    def push_scam(self, _: int) -> list[Draft]:
        """Have the victim pay a stranger a large sum, at any hour and from the usual device."""
        history = self._ledger.history()
        return [self._paid(history, self._attackers.begin(history), self._bank.payee(), self._large(history))]

    def investment_scam(self, limit: int) -> list[Draft]:
        """Have the victim pay a stranger again and again over days, more each time."""
        random, history, payee = self._random, self._ledger.history(), self._bank.payee()
        instant, amount = self._attackers.begin(history), usual_amount(history) * random.uniform(0.5, 2.5)
        found = []
        for _ in range(min(limit, random.randint(2, 6))):
            found.append(self._paid(history, instant, payee, amount))
            amount *= random.uniform(1.1, 2.5)
            instant = self._attackers.hour(self._attackers.hours_later(instant, 20, 120))
        return found

    def mule_payee(self, limit: int) -> list[Draft]:
        """Have many strangers pay the same payee within hours."""
        random, payee = self._random, self._bank.payee()
        begin, hours = self._attackers.begin(self._ledger.history()), random.uniform(1, 30)
        found = []
        for _ in range(min(limit, random.randint(4, 25))):
            history = self._ledger.history()
            amount = usual_amount(history) * log_uniform(random, 0.7, self._strength)
            found.append(self._paid(history, self._attackers.hours_later(begin, 0, hours), payee, amount))
        return found

    def structuring(self, limit: int) -> list[Draft]:
        """Move a sum in parts that each stay just below a round limit."""
        random, history, money = self._random, self._ledger.history(), self._ledger.setting.money
        usual = usual_amount(history) / money.unit
        above = [each for each in _LIMITS if each > 1.5 * usual] or [_LIMITS[-1]]
        ceiling = random.choice(above[:3])
        payees = [self._bank.payee() for _ in range(random.randint(1, 3))]
        instant, found = self._attackers.begin(history), list[Draft]()
        for _ in range(min(limit, random.randint(2, 7))):
            amount = money.unit * ceiling * (1 - random.uniform(0.001, 0.06))
            draft = self._paid(history, instant, random.choice(payees), amount)
            draft.amount = self._attackers.written(amount)
            found.append(draft)
            instant = self._attackers.hours_later(instant, 0.1, 20)
        return found

    def emptying(self, limit: int) -> list[Draft]:
        """Empty an account in several steps, the last the smallest."""
        random, history = self._random, self._ledger.history()
        steps = self._attackers.spend_steps(self._attackers.begin(history), random.randint(2, 6))
        amount, payee = self._large(history), self._bank.payee()
        changes = self._entered()
        found = []
        for instant in steps[:limit]:
            payee = self._bank.payee() if random.random() < 0.4 else payee
            found.append(self._paid(history, instant, payee, amount, **changes))
            amount *= random.uniform(0.4, 1.0)
        return found

    def small_scam(self, _: int) -> list[Draft]:
        """Have the victim pay a stranger what it pays anyway: only that the payee is new tells."""
        history = self._ledger.history()
        amount = self._random.choice(history).amount
        return [self._paid(history, self._attackers.begin(history), self._bank.payee(), amount)]

    def _large(self, history: Sequence[Draft]) -> float:
        return usual_amount(history) * max(1.2, self._strength * self._random.lognormvariate(0, 0.5))

    def _entered(self) -> dict[str, Any]:
        if not self._bank.devices or self._random.random() > self._other_device:
            return {}
        return {"device_id": self._bank.setting.device_ids.new()}

    def _paid(
        self, history: Sequence[Draft], timestamp: int, payee: str, amount: float, **changes: Any
    ) -> Draft:
        dollars = max(amount / self._ledger.setting.money.unit, _LEAST_DOLLARS)
        written = self._bank.written(dollars, self._round)
        model = self._random.choice(history)
        return model.again(timestamp=timestamp, merchant_id=payee, amount=written, **changes)
