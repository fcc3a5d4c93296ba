"""The demo's traffic: all is sent, a layer updated meanwhile, and a disputed payment judged on the way."""

import time
from collections.abc import Callable, Sequence
from typing import Final

from emulator.address import Emulator
from emulator.process import EmulatorProcess, ProcessError
from tools.local.display import Bar, Display
from tools.local.report.observer import SECONDS_OF_PATIENCE, Observer
from tools.local.running.analyst import confirm_fraud
from tools.local.running.environment import Environment
from tools.local.running.rolling_update import LAYER, SETTING, RollingUpdate
from tools.local.traffic.client import Identity
from tools.local.traffic.compromise import TIME_TO_DISPUTE, Dispute
from tools.local.traffic.replay import Delivery, Replay
from tools.local.traffic.stream import Stream
from tools.local.traffic.transactions import LabelledTransaction

UPDATE_AFTER_SHARE: Final = 0.3
SECONDS_BETWEEN_LOOKS: Final = 0.2


class Sending:
    """One stream on its way.

    Args:
        display: Where it tells what it does.
        process: The emulator, which must keep running.
        environment: What is updated, and whose outputs name the API.
        emulator: Whose keys sign.
        observer: Takes in decisions and mails meanwhile.
    """

    def __init__(
        self,
        display: Display,
        process: EmulatorProcess,
        environment: Environment,
        emulator: Emulator,
        observer: Observer,
    ) -> None:
        self._display, self._process, self._environment = display, process, environment
        self._emulator, self._observer = emulator, observer
        self._update = RollingUpdate(environment)
        self._done: list[Delivery] = []

    def run(self, stream: Stream) -> list[Delivery]:
        """Send everything and return the deliveries in the order of the transactions.

        Raises:
            ProcessError: The emulator ended, the update failed, or the verdict could not be given.
        """
        transactions, dispute = stream.transactions, stream.dispute
        position = dispute.position if dispute else len(transactions)
        update_at = int(len(transactions) * UPDATE_AFTER_SHARE)
        with self._display.bar("sent", len(transactions)) as bar:
            try:
                deliveries = self._send(transactions[:position], stream.rate, update_at, bar)
                if dispute:
                    self._judge(dispute, bar)
                    deliveries += self._send(transactions[position:], stream.rate, update_at, bar)
                if not self._update.begun:
                    self._begin_update()
                self._update.finish()
            except BaseException:
                self._update.stop()
                raise
        self._display.line(self._update.summary(deliveries))
        return deliveries

    def _send(
        self, transactions: Sequence[LabelledTransaction], rate: float, update_at: int, bar: Bar
    ) -> list[Delivery]:
        identity = Identity(
            self._emulator.access_key_id, self._emulator.secret_access_key, self._emulator.region
        )
        url = self._environment.outputs()["transactions_url"]
        with Replay(url, identity, rate, self._done.append).beside(transactions) as sending:
            while not sending.done():
                if not self._update.begun and len(self._done) >= update_at:
                    self._begin_update()
                self._look(bar)
        return sending.result()

    def _judge(self, dispute: Dispute, bar: Bar) -> None:
        """Give the verdict as soon as the disputed payment is decided; what comes after it waits so long."""
        disputed = dispute.transaction
        self._wait(lambda: disputed.transaction_id in self._observer.decisions, disputed, bar)
        score = self._observer.decisions[disputed.transaction_id].score
        paid = f"{disputed.fields['amount']} {disputed.fields['currency']} at {dispute.merchant_id}"
        self._display.line(
            f"a card holder disputes {disputed.transaction_id}, {paid}, of {TIME_TO_DISPUTE.days} days ago, "
            f"which scored {score:.2f}; an analyst runs make verdict:"
        )
        self._display.line(confirm_fraud(self._emulator, self._environment.outputs_by_layer(), disputed))

    def _wait(self, until: Callable[[], bool], disputed: LabelledTransaction, bar: Bar) -> None:
        deadline = time.monotonic() + SECONDS_OF_PATIENCE
        while not until():
            if time.monotonic() > deadline:
                raise ProcessError(
                    f"{disputed.transaction_id} was not decided within {SECONDS_OF_PATIENCE:.0f} s"
                )
            self._look(bar)

    def _begin_update(self) -> None:
        self._display.line(f"deploying {LAYER} with {SETTING} while they flow")
        self._update.begin()

    def _look(self, bar: Bar) -> None:
        self._process.require_running()
        self._update.look()
        self._observer.look()
        note = f"{len(self._observer.suspicious)} suspicious, {len(self._observer.mailed)} mailed"
        bar.show(len(self._done), note)
        time.sleep(SECONDS_BETWEEN_LOOKS)
