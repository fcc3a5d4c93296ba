"""Companies that pay suppliers and employees: amounts of all sizes, office hours, a rush at a month's end."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from tools.analyst.worlds.accounts import Account, drawn_crowd
from tools.analyst.worlds.almanac import MINUTE_MILLISECONDS, Almanac
from tools.analyst.worlds.amounts import Law, log_uniform
from tools.analyst.worlds.attacking import Attackers
from tools.analyst.worlds.ledger import Ledger
from tools.analyst.worlds.payment import Draft
from tools.analyst.worlds.rhythm import drawn_rhythm
from tools.analyst.worlds.setting import Setting

_CHANNELS: Final = (("batch", "manual"), ("api", "web", "file"), ("EBICS", "portal"))
_LAST_DAYS: Final = 3  # of a month: when most is due
_LINE_MILLISECONDS: Final = 400.0  # between two payments of one file


@dataclass(frozen=True, slots=True)
class _Payee:
    payee_id: str
    law: Law


class _Trade:
    """What the payments of a world are made from."""

    def __init__(self, setting: Setting, count: int) -> None:
        random = setting.random
        self.setting = setting
        self.almanac = _office_days(setting)
        self.suppliers = setting.merchant_ids.several(max(20, int(count * log_uniform(random, 0.5, 6))))
        self.employees = setting.merchant_ids.several(max(20, int(count * random.uniform(1, 4))))
        self.sigma, self.median = random.uniform(1.3, 2.0), log_uniform(random, 150, 3000)
        self.invoice_spread = random.uniform(0.1, 0.7)
        self.suppliers_each = random.randint(5, 40)
        self.novelty = log_uniform(random, 0.01, 0.2)
        self.files = random.choice((0.0, random.uniform(0.1, 0.7)))  # the share of companies that send files
        self.payrolls = random.uniform(0.1, 0.8)
        self.channels = random.choice(_CHANNELS) if random.random() < 0.6 else (None,)

    def payee(self, level: float) -> _Payee:
        """Draw a supplier with what it usually charges."""
        random = self.setting.random
        between = math.sqrt(self.sigma**2 - self.invoice_spread**2)
        median = self.median * level * random.lognormvariate(0, between)
        return _Payee(random.choice(self.suppliers), Law("lognormal", median, self.invoice_spread))

    def pay(self, ledger: Ledger, account: Account) -> None:
        """Enter the payments of one company to its suppliers."""
        random, money = self.setting.random, self.setting.money
        payees = [
            self.payee(account.level)
            for _ in range(max(2, round(self.suppliers_each * random.lognormvariate(0, 0.5))))
        ]
        channel, by_file = random.choice(self.channels), random.random() < self.files
        for moment in account.moments(random, self.almanac, self.setting.turbulence):
            payee = payees[int(len(payees) * random.random() ** 2)]
            if random.random() < self.novelty:
                payee = self.payee(account.level)
                payees[random.randrange(len(payees))] = payee
            timestamp = moment.timestamp
            if by_file:  # all of a day at one hour, perhaps at night
                timestamp = self.almanac.at_hour(timestamp, account.rhythm.peaks[0][1] % 24)
                timestamp += int(random.expovariate(1 / _LINE_MILLISECONDS) * 20)
            amount = money.price(random, payee.law.draw(random) * moment.factor)
            ledger.add(
                Draft(timestamp, account.account_id, payee.payee_id, amount, money.currency, channel=channel)
            )

    def pay_wages(self, ledger: Ledger, account: Account) -> None:
        """Enter the wages of one company: a file each month with the same amounts."""
        random, money = self.setting.random, self.setting.money
        channel, hour, day_of_month = (
            random.choice(self.channels),
            random.uniform(5, 16),
            random.randint(20, 30),
        )
        staff = {
            each: money.exact(3000 * random.lognormvariate(0, 0.45))
            for each in random.sample(self.employees, min(len(self.employees), random.randint(3, 25)))
        }
        for day, date in enumerate(self.almanac.dates):
            if date.day != min(day_of_month, 28) or not account.arrives <= day < account.leaves:
                continue
            instant = float(self.almanac.timestamp(day + hour / 24))
            for employee, wage in staff.items():
                instant += random.expovariate(1 / _LINE_MILLISECONDS)
                amount = (
                    wage
                    if random.random() < 0.93
                    else money.exact(wage / money.unit * random.uniform(0.7, 1.5))
                )
                ledger.add(
                    Draft(int(instant), account.account_id, employee, amount, money.currency, channel=channel)
                )


def _office_days(setting: Setting) -> Almanac:
    """Return the world's days with little at weekends and much at the end of a month."""
    random, almanac = setting.random, setting.almanac
    weekend, end = random.uniform(0.01, 0.3), random.uniform(1, 4)
    factors = [
        (weekend if each.weekday() > 4 else 1.0)
        * (end if each.day <= 1 or each.day > 31 - _LAST_DAYS else 1.0)
        for each in almanac.dates
    ]
    return replace(almanac.changed(factors), amounts=[1.0] * almanac.days)


def build(setting: Setting, count: int) -> Ledger:
    """Return the payments of so many companies."""
    random, ledger = setting.random, Ledger(setting)
    trade = _Trade(setting, count)
    night = drawn_rhythm(random, ("all_day",))
    crowd = replace(drawn_crowd(random, 0.2, 3.0, ("office",)), visiting=0.0)
    for account in setting.accounts(crowd, count):
        by_night = replace(account, rhythm=night.personal(random, 3)) if random.random() < 0.05 else account
        trade.pay(ledger, by_night)
        if random.random() < trade.payrolls:
            trade.pay_wages(ledger, account)
    ledger.close_genuine()
    frauds = _Frauds(ledger, trade)
    ledger.commit(
        {
            "invoice": frauds.invoice,
            "redirected": frauds.redirected,
            "off_hours": frauds.off_hours,
            "executive": frauds.executive,
            "inflated": frauds.inflated,
        },
        {"invoice": 1.5, "redirected": 0.5, "inflated": 0.4},
    )
    return ledger


class _Frauds:
    """Payments that companies were led to make."""

    def __init__(self, ledger: Ledger, trade: _Trade) -> None:
        random = ledger.setting.random
        self._ledger, self._trade, self._random = ledger, trade, random
        self._attackers = Attackers(ledger)
        self._place = random.uniform(0.5, 0.97)  # where among the company's amounts a false invoice is

    def invoice(self, _: int) -> list[Draft]:
        """Send an invoice that is large and plausible for the company, from a supplier it never had."""
        random, history = self._random, self._ledger.history()
        amounts = sorted(draft.amount for draft in history)
        place = min(0.999, max(0.0, random.gauss(self._place, 0.15)))
        amount = amounts[int(len(amounts) * place)] * random.uniform(0.8, 1.6)
        instant = self._attackers.genuine_hour(self._ledger.instant(history))
        return [self._paid(history, instant, amount)]

    def redirected(self, limit: int) -> list[Draft]:
        """Have one payee's account replaced by another for a few payments: the payee alone tells."""
        history = self._ledger.history()
        begin = self._random.randrange(len(history))
        payee = history[begin].merchant_id
        other = self._random.choice(self._trade.employees + self._trade.suppliers)
        found = [each for each in history[begin:] if each.merchant_id == payee and not each.kind][
            : min(limit, 3)
        ]
        for draft in found:
            draft.merchant_id = other
        return found

    def off_hours(self, limit: int) -> list[Draft]:
        """Send a file of payments to strangers when nobody is at the office."""
        random, history = self._random, self._ledger.history()
        instant = self._ledger.instant(history)
        instant = self._ledger.setting.almanac.at_hour(instant, random.gauss(2, 3) % 24)
        found = []
        for _ in range(min(limit, random.randint(2, 12))):
            found.append(self._paid(history, instant, self._attackers.large(history)))
            instant += int(random.expovariate(1 / random.choice((0.01, 3))) * MINUTE_MILLISECONDS)
        return found

    def executive(self, limit: int) -> list[Draft]:
        """Write as the head of the company: one or two very large, urgent payments."""
        history = self._ledger.history()
        amount = sorted(draft.amount for draft in history)[int(0.95 * len(history))]
        steps = [self._attackers.begin(history)]
        if self._random.random() < 0.4:
            steps.append(self._attackers.hours_later(steps[0], 1, 48))
        return [self._paid(history, each, amount * self._attackers.factor()) for each in steps[:limit]]

    def inflated(self, _: int) -> list[Draft]:
        """Raise the invoice of a known supplier a little: hardly anything tells."""
        draft = self._ledger.anyone()
        if draft.kind:
            return []
        draft.amount = self._attackers.written(draft.amount * self._random.uniform(1.15, 1.8))
        return [draft]

    def _paid(self, history: Sequence[Draft], instant: int, amount: float) -> Draft:
        random = self._random
        payees = self._trade.employees if random.random() < 0.2 else self._trade.suppliers
        model = random.choice(history)
        return model.again(
            timestamp=instant, merchant_id=random.choice(payees), amount=self._attackers.written(amount)
        )
