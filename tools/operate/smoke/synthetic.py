"""The synthetic transactions of one run: an account that pays little, then an amount beyond all measure.

Whatever judges by behaviour must alert on the last one, and whatever judges by a limit too. Everything
follows from the run's name, so that what a run left behind can be found and removed by that name alone.
"""

import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Final, Self

from shared.runtime.events import StoredTransaction
from tools.deploy.outputs import OperatorError

HISTORY_LENGTH: Final = 12
USUAL_HISTORY_HOURS: Final = 20
"""Within the 24 hours that an environment usually accepts; spread so that nobody pays unusually often."""

CATEGORY: Final = "SMOKE TEST, no action needed"
CHANNEL: Final = "smoke-test"
CURRENCY: Final = "USD"
EXTREME_AMOUNT: Final = Decimal("1234567.89")
"""Stands in the mail's subject, where a person or a mail filter recognises it."""

_USUAL_AMOUNTS: Final = (Decimal("18.50"), Decimal("21.25"), Decimal("19.75"), Decimal("22.40"))
_MILLISECONDS_PER_HOUR: Final = 3_600_000
_NAME: Final = re.compile(r"(?P<started>[0-9]{13})-(?P<hours>[1-9][0-9]{0,3})h-(?P<random>[0-9a-f]{6})")


@dataclass(frozen=True)
class Run:
    """One run of the test.

    Attributes:
        started_at: Epoch milliseconds; the timestamp of the extreme transaction.
        history_hours: How far the account's history goes back.
        random: Keeps runs of the same millisecond apart.
    """

    started_at: int
    history_hours: int
    random: str

    @classmethod
    def begin(cls, history_hours: int = USUAL_HISTORY_HOURS) -> Self:
        """Return a new run that starts now."""
        return cls(time.time_ns() // 1_000_000, history_hours, secrets.token_hex(3))

    @classmethod
    def named(cls, name: str) -> Self:
        """Return the run of a name that `name` gave.

        Raises:
            OperatorError: It is no name of a run.
        """
        found = _NAME.fullmatch(name)
        if found is None:
            raise OperatorError(
                f"{name!r} is not a run; a run has a name like {cls(1798761600000, 20, '0a1b2c').name}"
            )
        return cls(int(found["started"]), int(found["hours"]), found["random"])

    @property
    def name(self) -> str:
        """The run's name; `Run.named` reads it."""
        return f"{self.started_at}-{self.history_hours}h-{self.random}"

    @property
    def account_id(self) -> str:
        """The synthetic account, new in each run."""
        return f"smoke-{self.name}"

    @property
    def merchant_id(self) -> str:
        """The merchant of all its payments, new in each run too: no run finds what another has left of it."""
        return f"smoke-test-{self.name}"

    @cached_property
    def history(self) -> tuple[StoredTransaction, ...]:
        """Ordinary payments of the account, oldest first."""
        # The oldest stays a quarter of an hour inside the window that the API accepts.
        span = self.history_hours * _MILLISECONDS_PER_HOUR - _MILLISECONDS_PER_HOUR // 4
        step = span // HISTORY_LENGTH
        return tuple(
            self._transaction(
                f"{number:02}",
                self.started_at - step * (HISTORY_LENGTH + 1 - number),
                _USUAL_AMOUNTS[number % len(_USUAL_AMOUNTS)],
            )
            for number in range(1, HISTORY_LENGTH + 1)
        )

    @cached_property
    def extreme(self) -> StoredTransaction:
        """The payment that must be called suspicious."""
        return self._transaction("extreme", self.started_at, EXTREME_AMOUNT)

    @property
    def transactions(self) -> tuple[StoredTransaction, ...]:
        """All of them, in the order of sending."""
        return (*self.history, self.extreme)

    def _transaction(self, part: str, timestamp: int, amount: Decimal) -> StoredTransaction:
        return StoredTransaction(
            transaction_id=f"smoke-{self.name}-{part}",
            timestamp=timestamp,
            account_id=self.account_id,
            merchant_id=self.merchant_id,
            merchant_category=CATEGORY,
            channel=CHANNEL,
            amount=amount,
            currency=CURRENCY,
        )


def request_body(transaction: StoredTransaction) -> Mapping[str, Any]:
    """Return the body to POST, for a JSON encoder; amounts are small enough to be exact as floats."""
    return {
        "transaction_id": transaction.transaction_id,
        "timestamp": transaction.timestamp,
        "account_id": transaction.account_id,
        "merchant_id": transaction.merchant_id,
        "merchant_category": transaction.merchant_category,
        "channel": transaction.channel,
        "amount": float(transaction.amount),
        "currency": transaction.currency,
    }
