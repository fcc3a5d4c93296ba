"""What every attack is made of: payments as the API takes them, and what a detector should make of them."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from zlib import crc32

from tools.analyst.worlds.payment import Payment

MILLISECONDS_PER_SECOND: Final = 1_000
MILLISECONDS_PER_MINUTE: Final = 60_000
MILLISECONDS_PER_HOUR: Final = 3_600_000
MILLISECONDS_PER_DAY: Final = 86_400_000

_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class Attack(NamedTuple):
    """A stream of payments and what is to be found in it.

    Attributes:
        payments: All payments, in order of time.
        due: For each attacked account (or other unit) the ids of the payments any one of which, alerted,
            counts as caught.
        ordinary: Ids of the payments that nobody is guilty of; an alert on one is a false alert.
        groups: Sets of ordinary payments whose false alerts are counted by themselves, by name.
        late: How many milliseconds after its own time a payment arrives, by id; the others arrive at once.
    """

    payments: list[Payment]
    due: Mapping[str, frozenset[str]]
    ordinary: frozenset[str]
    groups: Mapping[str, frozenset[str]] = _NOTHING
    late: Mapping[str, int] = _NOTHING


def in_order(*parts: Iterable[Payment]) -> list[Payment]:
    """Return all payments in order of time; those of one time in order of their ids."""
    return sorted((payment for part in parts for payment in part), key=_time)


def ids(payments: Iterable[Payment]) -> frozenset[str]:
    """Return the payments' ids."""
    return frozenset(payment.transaction_id for payment in payments)


def by_account(payments: Iterable[Payment]) -> dict[str, frozenset[str]]:
    """Return the ids of the payments of each account, as `Attack.due` takes them."""
    found: dict[str, set[str]] = {}
    for payment in payments:
        found.setdefault(payment.account_id, set()).add(payment.transaction_id)
    return {account: frozenset(payments_of_it) for account, payments_of_it in found.items()}


def means(payments: Iterable[Payment]) -> dict[str, float]:
    """Return the mean amount of each account."""
    sums: dict[str, list[float]] = {}
    for payment in payments:
        total = sums.setdefault(payment.account_id, [0.0, 0.0])
        total[0] += payment.amount
        total[1] += 1
    return {account: total / count for account, (total, count) in sums.items()}


def shuffled(attack: Attack, minutes: int) -> Attack:
    """Return the attack with payments that arrive up to so many minutes late, each by a delay of its own."""
    most = minutes * MILLISECONDS_PER_MINUTE
    late = {
        payment.transaction_id: crc32(payment.transaction_id.encode()) % most for payment in attack.payments
    }
    return attack._replace(late=late)


def _time(payment: Payment) -> tuple[int, str]:
    return payment.timestamp, payment.transaction_id
