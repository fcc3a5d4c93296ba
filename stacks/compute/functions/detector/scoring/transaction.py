"""A transaction as the scorer sees it."""

from typing import Final, NamedTuple

from stacks.compute.functions.detector.scoring.value import DOLLARS_PER_UNIT

MILLISECONDS_PER_HOUR: Final = 3_600_000
MILLISECONDS_PER_DAY: Final = 86_400_000

_CENT: Final = 0.01
"""Dollars. The least value: every value has a logarithm."""


class Transaction(NamedTuple):
    """A payment. Time in epoch milliseconds, position in degrees."""

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

    @property
    def value(self) -> float:
        """The amount in approximate US dollars, at least a cent."""
        value = self.amount * DOLLARS_PER_UNIT.get(self.currency, 1.0)
        return value if value > _CENT else _CENT

    @property
    def network(self) -> str | None:
        """The network of the address: /24 of IPv4, /48 of IPv6, which a phone changes less often."""
        return None if self.ip_address is None else network_of(self.ip_address)


def network_of(address: str) -> str:
    """Return the network of an address: /24 of IPv4, /48 of IPv6."""
    return address.rpartition(".")[0] if "." in address else ":".join(address.split(":")[:3])
