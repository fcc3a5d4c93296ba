"""One purchase of one account, as the fields of a transaction without its id."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import Self

from tools.local.traffic.population import Account, City, Device, Merchant, degrees
from tools.local.traffic.transactions import GENUINE, FieldValue


@dataclass(frozen=True)
class Sale:
    """Who buys where for how much and when, however it is paid."""

    account: Account
    merchant: Merchant
    amount: Decimal
    moment: datetime

    def fields(self) -> dict[str, FieldValue]:
        """Return the fields that every purchase has."""
        return {
            "timestamp": epoch_milliseconds(self.moment),
            "account_id": self.account.account_id,
            "merchant_id": self.merchant.merchant_id,
            "amount": self.amount,
            "currency": self.account.home.currency,
            "merchant_category": self.merchant.category,
        }


@dataclass(frozen=True)
class Purchase:
    """What happened and the truth about it; ids come when everything is in time order."""

    account: Account
    moment: datetime
    fields: Mapping[str, FieldValue]
    scenario: str = GENUINE

    @property
    def in_person(self) -> bool:
        """Whether the card was at the counter, so that the position counts."""
        return "latitude" in self.fields

    def labelled(self, scenario: str) -> Self:
        """Return the same purchase as a fraud of the given kind."""
        return replace(self, scenario=scenario)

    def no_later_than(self, end: datetime) -> Self:
        """Return the same purchase, at ``end`` if it were later."""
        if self.moment <= end:
            return self
        return replace(self, moment=end, fields={**self.fields, "timestamp": epoch_milliseconds(end)})


def in_shop(random: Random, sale: Sale, place: City | None = None) -> Purchase:
    """Make a purchase with the card at the counter, in the merchant's city or in ``place``."""
    city = place or sale.merchant.city
    fields = {
        **sale.fields(),
        "country": city.country,
        "channel": "pos",
        "latitude": degrees(city.latitude + random.uniform(-0.05, 0.05)),
        "longitude": degrees(city.longitude + random.uniform(-0.05, 0.05)),
        "card_present": True,
    }
    return Purchase(sale.account, sale.moment, fields)


def online(sale: Sale, device: Device | None = None, country: str | None = None) -> Purchase:
    """Make a purchase without the card, by default from the account's own device."""
    used = device or sale.account.device
    fields = {
        **sale.fields(),
        "country": country or sale.merchant.city.country,
        "channel": "online",
        "device_id": used.device_id,
        "ip_address": used.ip_address,
        "card_present": False,
    }
    return Purchase(sale.account, sale.moment, fields)


def usual(random: Random, sale: Sale) -> Purchase:
    """Make a purchase in the way that this merchant sells."""
    return online(sale) if sale.merchant.online else in_shop(random, sale)


def epoch_milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970 of an aware moment."""
    return int(moment.astimezone(UTC).timestamp() * 1000)
