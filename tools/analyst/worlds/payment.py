"""Payments as the API takes them, their labels, and the drafts that worlds work on until they are done."""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple


class Payment(NamedTuple):
    """One payment with the API's fields in the API's order; None is a field that was not sent.

    Attributes:
        transaction_id: Tells nothing about order or label.
        timestamp: Milliseconds since 1970-01-01 00:00 UTC.
        account_id: Who pays.
        merchant_id: Who is paid.
        amount: In `currency`, with no more decimals than that has.
        currency: An ISO 4217 code.
        merchant_category: What the merchant sells.
        country: An ISO 3166-1 code, of the shop where there is one, else of the payer's connection.
        channel: How the payment was given.
        device_id: On which device.
        ip_address: From which address.
        latitude: Degrees north.
        longitude: Degrees east.
        card_present: Whether the card was at the merchant.
    """

    transaction_id: str
    timestamp: int
    account_id: str
    merchant_id: str
    amount: float
    currency: str
    merchant_category: str | None = None
    country: str | None = None
    channel: str | None = None
    device_id: str | None = None
    ip_address: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    card_present: bool | None = None


class Labelled(NamedTuple):
    """A payment and the truth about it.

    Attributes:
        payment: As the API takes it.
        is_fraud: Its label, always true to the facts.
        kind: The scenario's name, empty for a genuine payment.
    """

    payment: Payment
    is_fraud: bool
    kind: str


@dataclass(slots=True, eq=False)
class Draft:
    """A payment in the making: the fields of `Payment` without an identifier.

    Attributes:
        kind: The scenario's name, empty while genuine.
        stored: Whether a ledger holds it.
        dropped: Whether it comes to nothing after all.
    """

    timestamp: int
    account_id: str
    merchant_id: str
    amount: float
    currency: str
    merchant_category: str | None = None
    country: str | None = None
    channel: str | None = None
    device_id: str | None = None
    ip_address: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    card_present: bool | None = None
    kind: str = ""
    stored: bool = False
    dropped: bool = False

    def again(self, **changes: Any) -> "Draft":
        """Return another draft like this one, with some fields changed."""
        return replace(self, kind="", stored=False, dropped=False, **changes)
