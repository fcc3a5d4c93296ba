"""What a world is drawn with before its accounts are: time, money, identifiers, lives, the rate of fraud."""

from dataclasses import dataclass
from random import Random
from typing import Final

from tools.analyst.worlds.accounts import Account, Crowd
from tools.analyst.worlds.almanac import DAY_MILLISECONDS, HOUR_MILLISECONDS, Almanac, drawn_almanac
from tools.analyst.worlds.amounts import Money, drawn_money, log_uniform
from tools.analyst.worlds.identifiers import Identifiers
from tools.analyst.worlds.life import Turbulence, drawn_turbulence

LEAST_FRAUD: Final = 0.001  # of all payments
MOST_FRAUD: Final = 0.02
# Milliseconds, seconds, minutes, hours, days, and how many of a hundred institutions know no more.
_RESOLUTIONS: Final = (1, 1000, 60_000, HOUR_MILLISECONDS, DAY_MILLISECONDS), (52, 35, 6, 5, 2)


@dataclass(frozen=True, slots=True)
class Setting:
    """The common ground of a world.

    Attributes:
        random: All chance comes from it.
        almanac: Its days.
        money: Its currency.
        account_ids: A supply of accounts' identifiers.
        merchant_ids: A supply of merchants' identifiers.
        device_ids: A supply of devices' identifiers.
        transaction_ids: A supply of payments' identifiers.
        turbulence: How eventful lives are.
        fraud_rate: The share of payments to be fraud.
        resolution: Milliseconds to which the institution knows the time.
    """

    random: Random
    almanac: Almanac
    money: Money
    account_ids: Identifiers
    merchant_ids: Identifiers
    device_ids: Identifiers
    transaction_ids: Identifiers
    turbulence: Turbulence
    fraud_rate: float
    resolution: int

    def accounts(self, crowd: Crowd, count: int) -> list[Account]:
        """Draw accounts."""
        new, days = self.account_ids.new, self.almanac.days
        return [crowd.account(self.random, new(), days, self.turbulence) for _ in range(count)]


def drawn_setting(random: Random, days: int) -> Setting:
    """Draw the setting of a world that lasts so many days."""
    return Setting(
        random=random,
        almanac=drawn_almanac(random, days),
        money=drawn_money(random),
        account_ids=Identifiers(random, random.choice(("A", "C", "card_", "acc-"))),
        merchant_ids=Identifiers(random, random.choice(("M", "T", "shop_", "p-"))),
        device_ids=Identifiers(random, random.choice(("D", "dev:", "android-"))),
        transaction_ids=Identifiers(random, random.choice(("T", "tx_", "p-"))),
        turbulence=drawn_turbulence(random),
        fraud_rate=log_uniform(random, LEAST_FRAUD, MOST_FRAUD),
        resolution=random.choices(*_RESOLUTIONS)[0],
    )
