"""Sends transactions at a steady rate, whether or not earlier ones have been answered (an open loop)."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from tools.local.traffic.client import MOST_ATTEMPTS, Identity, Outcome, SigningClient
from tools.local.traffic.transactions import LabelledTransaction

CONNECTIONS = 16


@dataclass(frozen=True)
class Delivery:
    """A transaction that was sent, and what became of the request."""

    transaction: LabelledTransaction
    outcome: Outcome
    late_seconds: float
    """How long after its turn it was sent: more than a little means that the rate could not be kept."""


class Replay:
    """One pass over transactions, in order, the n-th one due ``n / rate`` seconds after the start.

    Args:
        url: Where to post.
        identity: Whose keys sign.
        rate: Transactions a second.
        on_delivery: Called after each one, from the thread that sent it.
        most_attempts: After so many tries with one it gives up.
        connections: How many may be on their way at once.
    """

    def __init__(  # noqa: PLR0913 - to whom, as whom, how fast, how persistently
        self,
        url: str,
        identity: Identity,
        rate: float,
        on_delivery: Callable[[Delivery], None],
        *,
        most_attempts: int = MOST_ATTEMPTS,
        connections: int = CONNECTIONS,
    ) -> None:
        self._most_attempts, self._connections = most_attempts, connections
        if rate <= 0:
            raise ValueError(f"the rate must be more than 0 transactions a second, not {rate}")
        self._url, self._identity, self._rate, self._on_delivery = url, identity, rate, on_delivery
        self._turns = threading.Lock()
        self._next = 0
        self._stopped = threading.Event()

    def run(self, transactions: Sequence[LabelledTransaction]) -> list[Delivery]:
        """Send all of them and return the deliveries in the order of the transactions."""
        started = time.monotonic()
        with ThreadPoolExecutor(self._connections, thread_name_prefix="replay") as senders:
            sent = [senders.submit(self._send, transactions, started) for _ in range(self._connections)]
            try:
                deliveries = [delivery for each in sent for delivery in each.result()]
            except BaseException:
                self.stop()
                raise
        return [delivery for _, delivery in sorted(deliveries, key=lambda numbered: numbered[0])]

    @contextmanager
    def beside(self, transactions: Sequence[LabelledTransaction]) -> Iterator[Future[list[Delivery]]]:
        """Run from a thread while the block does something else; an exception in the block stops the sending.

        Ctrl-C counts from the first moment, also while the thread is only just starting.
        """
        with ThreadPoolExecutor(1, thread_name_prefix="replay-run") as runner:
            try:
                yield runner.submit(self.run, transactions)
            except BaseException:
                self.stop()
                raise

    def stop(self) -> None:
        """Let what is on its way finish and send no more; callable from any thread."""
        self._stopped.set()

    def _send(
        self, transactions: Sequence[LabelledTransaction], started: float
    ) -> list[tuple[int, Delivery]]:
        client = SigningClient(
            self._url, self._identity, sleep=self._stopped.wait, most_attempts=self._most_attempts
        )
        deliveries = []
        try:
            while (number := self._take_turn()) < len(transactions):
                due = started + number / self._rate
                if self._stopped.wait(max(0.0, due - time.monotonic())):
                    break
                late_seconds = time.monotonic() - due
                outcome = client.deliver(transactions[number].body())
                delivery = Delivery(transactions[number], outcome, late_seconds)
                deliveries.append((number, delivery))
                self._on_delivery(delivery)
        finally:
            client.close()
        return deliveries

    def _take_turn(self) -> int:
        with self._turns:
            number, self._next = self._next, self._next + 1
            return number
