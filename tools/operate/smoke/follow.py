"""Sends the transactions of a run, one after the other, and waits at each hop for what must be seen there."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from shared.runtime.events import StoredTransaction
from tools.deploy.signed_api import Answer, SignedApi
from tools.deploy.target import Target
from tools.operate.smoke.hops import Evidence, Hop, HopFailedError, Measured, Passed
from tools.operate.smoke.places import Item, Places
from tools.operate.smoke.synthetic import Run, request_body

SECONDS_BETWEEN_LOOKS: Final = 0.1
_Seen = TypeVar("_Seen")


@dataclass(frozen=True)
class _UnderWay:
    """A transaction that was sent and not yet seen through, with the account's profile of before."""

    transaction: StoredTransaction
    profile: Item | None
    alerts: bool
    """Whether it goes on to an alert."""


class Follower:
    """Follows one run through an environment; keeps what the report and a cleaning need to know.

    Args:
        target: The environment.
        places: Its tables and queues.
        api: Its way in.
        patience: Seconds to wait at each hop.
        say: Told what is being done.

    Attributes:
        passed: The hops that the last transaction has passed.
        queues_before: Messages in each queue before the run.
        queues_after: And when it ended.
        trace_id: Of the last POST.
    """

    def __init__(
        self,
        target: Target,
        places: Places,
        api: SignedApi,
        *,
        patience: float,
        say: Callable[[str], None],
    ) -> None:
        self._target, self._places, self._api = target, places, api
        self._patience, self._say = patience, say
        self._under_way: _UnderWay | None = None
        self.passed: list[Passed] = []
        self.queues_before: dict[str, int] = {}
        self.queues_after: dict[str, int] = {}
        self.trace_id = ""

    def follow(self, run: Run) -> None:
        """Build the account's history, then follow the extreme transaction to its mail.

        The history goes in one by one: a burst on one account would make the detector's writes collide.

        Raises:
            HopFailedError: A transaction was not seen where it must be within the patience.
            OperatorError: AWS refuses to be looked at.
        """
        self.queues_before = self._places.queue_depths()
        self._say(f"run {run.name}: {len(run.history)} ordinary transactions of account {run.account_id}")
        for transaction in run.history:
            self._see_judged(transaction, alerts=False)
            self._under_way = None
        self._say(f"and one that must alert: {run.extreme.transaction_id}")
        self._see_judged(run.extreme, alerts=True)
        self._see_mailed(run.extreme)
        self._under_way = None
        self._see_queues(run.extreme)

    def settle(self, patience: float) -> None:
        """Wait a while for what an interruption left under way: removed too early, it would come back."""
        deadline = time.monotonic() + patience
        while self._under_way and not self._is_settled(self._under_way) and time.monotonic() < deadline:
            time.sleep(SECONDS_BETWEEN_LOOKS)

    def _is_settled(self, under_way: _UnderWay) -> bool:
        if under_way.alerts:
            return _if_sent(self._places.alert(under_way.transaction)) is not None
        return self._is_judged(under_way)

    def _see_judged(self, transaction: StoredTransaction, *, alerts: bool) -> None:
        under_way = _UnderWay(transaction, self._places.profile(transaction.account_id), alerts)
        self.passed, self._under_way = [], under_way
        answer = self._api.send("POST", self._target.transactions_url, request_body(transaction))
        answered_at = time.monotonic()
        if not answer.accepted:
            raise self._failed(Hop.ANSWERED, transaction, _refusal(answer), answer)
        self.trace_id = answer.trace_id
        self._pass(Hop.ANSWERED, _acceptance(answer), answer.milliseconds, Measured.CALLER)
        table = self._target.transactions_table_name
        if self._places.transaction(transaction) is None:
            raise self._failed(
                Hop.STORED, transaction, f"answered {answer.status}, but not in {table}", answer
            )
        self._pass(Hop.STORED, f"in {table} when the answer came")
        if not self._until(lambda: self._is_judged(under_way)):
            what = f"not judged within {self._patience:g} s: no change of the account's profile, no alert"
            raise self._failed(Hop.JUDGED, transaction, what, answer)
        milliseconds = (time.monotonic() - answered_at) * 1000
        self._pass(Hop.JUDGED, "pipe, bus, rule and detector passed it", milliseconds, Measured.POLLED)

    def _is_judged(self, under_way: _UnderWay) -> bool:
        # A detector may choose not to learn from what it finds suspicious: then the alert tells.
        transaction = under_way.transaction
        return (
            self._places.profile(transaction.account_id) != under_way.profile
            or self._places.alert(transaction) is not None
        )

    def _see_mailed(self, transaction: StoredTransaction) -> None:
        table, topic = self._target.alerts_table_name, self._target.fraud_alerts_topic_name
        alert = self._until(lambda: self._places.alert(transaction))
        if alert is None:
            what = f"judged, but no alert record in {table} within {self._patience:g} s"
            raise self._failed(Hop.RECORDED, transaction, what)
        stored = self._places.transaction(transaction) or {}
        recording = _between(stored.get("received_at"), alert.get("created_at"))
        self._pass(Hop.RECORDED, f"alert record in {table}, since ingest", recording, Measured.STORED)
        sent = self._until(lambda: _if_sent(self._places.alert(transaction)))
        if sent is None:
            what = f"alert {transaction.alert_id} is recorded, but not published within {self._patience:g} s"
            raise self._failed(Hop.MAILED, transaction, what)
        publishing = _between(sent.get("created_at"), sent.get("sent_at"))
        self._pass(Hop.MAILED, f"published to {topic}", publishing, Measured.STORED)

    def _see_queues(self, transaction: StoredTransaction) -> None:
        def clear() -> bool:
            self.queues_after = self._places.queue_depths()
            queue = self._target.suspicious_queue_name
            # Ours is mailed; others may pass meanwhile, so that only a lasting backlog is worth a word.
            return self.queues_after[queue] <= self.queues_before[queue]

        backlog = not self._until(clear)
        dead_letters = self._target.dead_letter_queues
        grown = [name for name in dead_letters if self.queues_after[name] > self.queues_before[name]]
        if grown:
            what = f"{', '.join(grown)} holds more than before the run"
            raise self._failed(Hop.QUEUES, transaction, what)
        held = ", ".join(f"{name} {count}" for name, count in self.queues_after.items() if count)
        if held:
            others = "; others' alerts are waiting" if backlog else ""
            self._pass(Hop.QUEUES, f"none holds more for it{others}; what they hold: {held}")
        else:
            self._pass(Hop.QUEUES, f"all {len(self.queues_after)} are empty")

    def _pass(
        self, hop: Hop, what: str, milliseconds: float | None = None, measured: Measured = Measured.NOT
    ) -> None:
        self.passed.append(Passed(hop, what, milliseconds, measured))

    def _until(self, look: Callable[[], _Seen]) -> _Seen:
        """Look again and again until something is seen or patience ends; return what the last look saw."""
        deadline = time.monotonic() + self._patience
        while not (seen := look()) and time.monotonic() < deadline:
            time.sleep(SECONDS_BETWEEN_LOOKS)
        return seen

    def _failed(
        self,
        hop: Hop,
        transaction: StoredTransaction,
        what: str,
        answer: Answer | None = None,
    ) -> HopFailedError:
        self.queues_after = self._places.queue_depths()
        evidence = Evidence(
            status=answer.status if answer else 0,
            answer=answer.text if answer else "",
            pipe=self._places.pipe_state(),
            rule=self._places.rule_state(),
            before=self.queues_before,
            after=self.queues_after,
        )
        return HopFailedError(hop, transaction.transaction_id, what, evidence)


def _acceptance(answer: Answer) -> str:
    again = f", at try {answer.attempts}" if answer.attempts > 1 else ""
    return f"API Gateway and ingest took it ({answer.status}{again})"


def _refusal(answer: Answer) -> str:
    tries = f" at try {answer.attempts}" if answer.attempts > 1 else ""
    return f"{answer.status or 'no answer'}{tries}: {answer.text.strip()[:500]}"


def _if_sent(alert: Item | None) -> Item | None:
    return alert if alert is not None and alert.get("sent_at") else None


def _between(earlier: Any, later: Any) -> float | None:
    return None if earlier is None or later is None else float(later - earlier)
