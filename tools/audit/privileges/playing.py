"""What every path does: pay, look at records and decisions, make a hop fail."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from emulator.cloud import faults
from emulator.cloud.faults import Fault
from shared.runtime.events import alert_id_of
from tools.audit.privileges.stage import Person, Stage, expect, until

_AMOUNT: Final = 21.0
_MERCHANT: Final = "m-usual"


class Playing:
    """Payments into the deployed pipeline, and what becomes of them.

    Args:
        stage: The deployed pipeline.
        people: Who acts, by their jobs.
    """

    def __init__(self, stage: Stage, people: Mapping[str, Person]) -> None:
        self.stage, self.people = stage, people
        self.times: dict[str, int] = {}

    def body(self, transaction_id: str, account_id: str) -> dict[str, Any]:
        """Return the body of a payment; the same one again for the same id."""
        at = self.times.setdefault(transaction_id, int(time.time() * 1000))
        return {
            "transaction_id": transaction_id,
            "account_id": account_id,
            "merchant_id": _MERCHANT,
            "amount": _AMOUNT,
            "currency": "USD",
            "timestamp": at,
        }

    def post(self, body: Mapping[str, Any]) -> Any:
        """Send a body as the payment service."""
        return self.people["payment-service"].api.send("POST", self.stage.target.transactions_url, body)

    def pay(self, transaction_id: str, account_id: str) -> None:
        """Send a payment, which is stored."""
        expect(transaction_id, self.post(self.body(transaction_id, account_id)), 201)

    def alert(self, transaction_id: str) -> str:
        """Return the id of the alert about a payment."""
        return alert_id_of(transaction_id, self.times[transaction_id])

    def record(self, transaction_id: str) -> dict[str, Any] | None:
        """Return the alert's record."""
        key = {"alert_id": {"S": self.alert(transaction_id)}}
        return self.stage.item(self.stage.target.alerts_table_name, key)

    def mailed(self, transaction_id: str) -> bool:
        """Whether a mail tells of it, or one that told of another will."""
        return (self.record(transaction_id) or {}).get("mail_status", {}).get("S") in {"SENT", "GROUPED"}

    def transaction(self, transaction_id: str) -> dict[str, Any] | None:
        """Return the item of a payment."""
        key = {"transaction_id": {"S": transaction_id}, "timestamp": {"N": str(self.times[transaction_id])}}
        return self.stage.item(self.stage.target.transactions_table_name, key)

    def decided(self, transaction_id: str) -> None:
        """Wait until the detector has decided."""
        until(
            f"the decision about {transaction_id}",
            lambda: "decision" in (self.transaction(transaction_id) or {}),
        )

    @contextmanager
    def stopped_pipe(self) -> Iterator[None]:
        """Hold the pipe while the block runs."""
        pipes, name = self.stage.client("pipes"), self.stage.target.pipe_name
        pipes.stop_pipe(Name=name)
        try:
            yield
        finally:
            pipes.start_pipe(Name=name)

    @contextmanager
    def fault(self, operation: str, containing: str) -> Iterator[None]:
        """Refuse an operation on what has this in its name while the block runs."""
        faults.write(self.stage.directory, [Fault(operation, "refuse", containing)])
        try:
            yield
        finally:
            faults.write(self.stage.directory, [])


def words(**named: str) -> list[str]:
    """Return options of a command."""
    return [word for name, value in named.items() for word in (f"--{name}", value)]
