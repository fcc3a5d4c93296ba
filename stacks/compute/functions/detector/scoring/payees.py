"""What an account pays again and again where it pays far more than usual: a rent, a tax, a weekly order.

A payment of about the same amount as the one before at its merchant is usual there. What did not look like
fraud excuses the next one after days; what did, only once an analyst has cleared it, or after weeks in which
nobody confirmed it as fraud.
"""

from struct import Struct
from typing import Final, NamedTuple

from stacks.compute.functions.detector.scoring.keys import value_key
from stacks.compute.functions.detector.scoring.state import single
from stacks.compute.functions.detector.scoring.transaction import MILLISECONDS_PER_HOUR, Transaction

LARGE_TIMES: Final = 4.0
"""A payment of so many times the account's usual amount is remembered with its merchant."""

_SOME_HISTORY: Final = 5
"""Payments from which on it is known what is far more than usual."""

_SETTLED_HOURS: Final = 5 * 24
"""So long after a payment the next one is excused: a thief's second payment follows at once."""

_SILENT_HOURS: Final = 20 * 24
"""The same after a payment that looked like fraud, and of which no verdict said so."""

_ABOUT_TIMES: Final = 1.25
"""Amounts are about the same up to so many times the lesser: another one may be a thief's."""

_MOST_RISE: Final = 1.03
"""Times the amount before to which an excused payment raises it, as rents rise; a thief's rises faster."""

MOST_PAYEES: Final = 6
"""Merchants that a profile keeps in this way, at nine bytes each."""

_LONGEST_HOURS: Final = 0xFFFF
_ENTRY: Final = Struct("<HHf?")


class Payee(NamedTuple):
    """A merchant that was paid far more than usual.

    Attributes:
        hour: Of the latest such payment, since 1970.
        value: Of that payment in dollars, or less where it had risen.
        is_cleared: Whether the payment did not look like fraud, or was cleared.
    """

    hour: int
    value: float
    is_cleared: bool


Payees = dict[int, Payee]
"""Key of a merchant -> what is known of it, in order of the latest payment."""


def excused(payees: Payees, transaction: Transaction) -> float:
    """Return the amount in dollars to which the payment is usual at its merchant, 0 where it is not."""
    payee, value = payees.get(value_key(transaction.merchant_id)), transaction.value
    if payee is None or not payee.value / _ABOUT_TIMES <= value <= payee.value * _ABOUT_TIMES:
        return 0.0
    hours = transaction.timestamp // MILLISECONDS_PER_HOUR - payee.hour
    return payee.value if hours >= (_SETTLED_HOURS if payee.is_cleared else _SILENT_HOURS) else 0.0


def learn_payee(
    payees: Payees, transaction: Transaction, *, times_usual: float, payments: int, suspicious: bool
) -> None:
    """Remember a payment with its merchant where it is far more than usual, or such a one was before.

    Args:
        payees: Changed in place.
        transaction: The payment.
        times_usual: Its amount as a multiple of what is usual for the account, category and season.
        payments: How many it has made.
        suspicious: Whether this one looks like fraud.
    """
    is_large = payments >= _SOME_HISTORY and times_usual >= LARGE_TIMES
    if not (is_large or payees):
        return  # before the work: so it is for most payments
    value, key = transaction.value, value_key(transaction.merchant_id)
    known = payees.get(key)
    if known is None:
        if not is_large:
            return
    else:
        if value < known.value / _ABOUT_TIMES or (suspicious and known.is_cleared):
            return
        if value <= known.value * _ABOUT_TIMES:
            value = min(value, known.value * _MOST_RISE)
        del payees[key]
    hour = transaction.timestamp // MILLISECONDS_PER_HOUR
    payees[key] = Payee(hour, single(value), not suspicious)
    if len(payees) > MOST_PAYEES:
        del payees[next(iter(payees))]


def clear_payee(payees: Payees, transaction: Transaction) -> None:
    """Let the next payment at the merchant be excused: this one was legitimate."""
    key = value_key(transaction.merchant_id)
    if (known := payees.get(key)) is not None:
        payees[key] = known._replace(is_cleared=True)


def forget_payee(payees: Payees, transaction: Transaction) -> bool:
    """Forget the merchant of a fraud; return whether it was known."""
    return payees.pop(value_key(transaction.merchant_id), None) is not None


def pack_payees(payees: Payees, last_hour: int) -> bytes:
    """Return them as bytes: one, and nine for each."""
    entries = b"".join(
        _ENTRY.pack(key, min(max(last_hour - each.hour, 0), _LONGEST_HOURS), each.value, each.is_cleared)
        for key, each in payees.items()
    )
    return bytes([len(payees)]) + entries


def unpack_payees(state: bytes, start: int, last_hour: int) -> tuple[Payees, int]:
    """Read the result of `pack_payees`; return it and the place after it."""
    payees: Payees = {}
    number, start = state[start], start + 1
    for _ in range(number):
        key, age, value, is_cleared = _ENTRY.unpack_from(state, start)
        payees[key] = Payee(last_hour - age, value, is_cleared)
        start += _ENTRY.size
    return payees, start
