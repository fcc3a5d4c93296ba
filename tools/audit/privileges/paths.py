"""Every path through the pipeline and past it, one function each; each waits until its last hop is seen."""

import re
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

from emulator.cloud import faults
from emulator.cloud.faults import Fault
from shared.runtime.events import alert_id_of
from stacks.compute.functions.detector.controls_table import REMEMBERED_SECONDS
from tools.audit.privileges.people import People
from tools.audit.privileges.stage import PathError, Stage, expect, until

_AMOUNT: Final = 21.0
_MERCHANT: Final = "m-usual"


class Paths:
    """What happens on the stage.

    Args:
        stage: The deployed pipeline.
        people: Who acts.
    """

    def __init__(self, stage: Stage, people: People) -> None:
        self._stage, self._people = stage, people
        self._times: dict[str, int] = {}

    def all(self) -> Mapping[str, Callable[[], None]]:
        """Return the paths in the order in which they must be played, by what each shows."""
        return {
            "a payment that is stored and decided": self.quiet_payment,
            "requests that are refused": self.refused_requests,
            "a profile that cannot be read": self.damaged_profile,
            "an account on a list, its alerts, one mail for several": self.alerts,
            "verdicts, the last of which counts": self.verdicts,
            "alerts, an account and the audit, looked at": self.looking,
            "rules, published and taken back": self.rules,
            "a change that a second person approves": self.approval,
            "the analyst's desk": self.desk,
            "the smoke test, and its diagnosis where the pipe stands still": self.smoke,
            "a detector that fails, its dead-letter queue and redrive": self.failing_detector,
            "a notifier that cannot mail": self.failing_notifier,
            "reconcile and replay": self.replay,
            "export and erase": self.erase,
            "a pipe without its bus": self.lost_bus,
        }

    def quiet_payment(self) -> None:
        """Post, store, decide."""
        self._pay("quiet-1", "a-quiet")
        self._decided("quiet-1")

    def refused_requests(self) -> None:
        """The same again, another body under the same id, no body at all."""
        again = self._body("quiet-1", "a-quiet")
        expect("the same payment again", self._post(again), 200)
        expect("another body under its id", self._post({**again, "amount": 22.0}), 409)
        expect("half a payment", self._post({"transaction_id": "half"}), 400)

    def damaged_profile(self) -> None:
        """The detector sets it aside, and begins another one."""
        damaged = {"profile_id": {"S": "account#a-damaged"}, "revision": {"N": "1"}, "state": {"S": "?"}}
        table = self._stage.target.profiles_table_name
        self._stage.client("dynamodb").put_item(TableName=table, Item=damaged)
        self._pay("after-damage-1", "a-damaged")
        self._decided("after-damage-1")

    def alerts(self) -> None:
        """Deny an account; two of its payments alert, the second within the first one's window."""
        self._stage.command(
            "analyst.controls", *_words(account="a-denied", list="deny", by="ana"), by=self._people.decides
        )
        time.sleep(REMEMBERED_SECONDS)
        for name in ("denied-1", "denied-2"):
            self._pay(name, "a-denied")
            until(f"the record of {name} says that it was mailed", partial(self._mailed, name))
        mails = self._stage.directory / "mail"
        until("the mail of both together", lambda: len(list(mails.iterdir())) == 2)

    def verdicts(self) -> None:
        """A fraud, which changes profiles; the other verdict on it; one on what was no alert."""
        for transaction, verdict in (
            ("denied-1", "confirmed_fraud"),
            ("denied-1", "legitimate"),
            ("quiet-1", "legitimate"),
        ):
            words = _words(transaction=transaction, verdict=verdict, by="ana", note="as seen")
            self._stage.command("analyst.verdict", *words, by=self._people.decides)

    def looking(self) -> None:
        """Lists, an account by its transaction, the audit, and what is in force."""
        looks = self._people.looks
        self._stage.command("analyst.alerts", "--status", "ALL", by=looks)
        self._stage.command("analyst.account", "--transaction", "denied-1", by=looks)
        self._stage.command("analyst.audit", by=looks)
        self._stage.command("analyst.controls", "--history", by=looks)
        self._stage.command("analyst.alerts", "--status", "ALL", by=self._people.decides)
        self._stage.command("analyst.audit", by=self._people.decides)
        self._stage.command("analyst.controls", "--transaction", "denied-1", by=self._people.decides)

    def rules(self) -> None:
        """Publish the package's own file, go back to the package, and let the file challenge it."""
        path = self._stage.directory / "rules.json"
        self._stage.command("analyst.rules", "--out", str(path), by=self._people.decides)
        for words in (("--file", str(path)), ("--reset",), ("--challenger", str(path))):
            self._stage.command("analyst.rules", *words, "--by", "ana", by=self._people.decides)
        # 1: no payment was scored by both, for a challenger that is in force already scores none.
        self._stage.command("analyst.challenger", by=self._people.decides, codes=(0, 1))
        self._stage.command("analyst.rules", "--challenger", "none", "--by", "ana", by=self._people.decides)

    def approval(self) -> None:
        """Allow an account for ever: it waits until somebody else approves it, who also looks around."""
        self._stage.command(
            "analyst.controls", *_words(account="a-allowed", list="allow", by="ana"), by=self._people.decides
        )
        approves = self._people.approves
        found = re.search(r"CHANGE=([0-9a-f]{16})", self._stage.command("analyst.approve", by=approves))
        if found is None:
            raise PathError("nothing waits for a second person")
        self._stage.command("analyst.approve", "--change", found[1], "--by", "ben", by=approves)
        self._stage.command("analyst.audit", by=approves)
        self._stage.command("analyst.account", "--transaction", "denied-1", by=approves)

    def desk(self) -> None:
        """Open each page."""
        process = self._stage.start("analyst.desk", "--by", "ana", by=self._people.decides)
        if process.stdout is None:
            raise PathError("the desk prints nothing")
        try:
            said = "".join(process.stdout.readline() for _ in range(3))
            found = re.search(r"(http://127\.0\.0\.1:\d+)/\?token=\S+", said)
            if found is None:
                raise PathError(f"the desk names no address: {said}")
            opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
            until("the desk answers", lambda: _answers(opener, found[0]))
            for path in (
                "alerts",
                "rules",
                "quality",
                "audit",
                "account?id=a-denied",
                f"alert?id={self._alert('denied-1')}",
            ):
                opener.open(f"{found[1]}/{path}").read()
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate()

    def smoke(self) -> None:
        """Once as it goes, once with the pipe stopped."""
        tests = self._people.tests
        self._stage.command("operate.smoke", by=tests)
        with self._stopped_pipe():
            self._stage.command("operate.smoke", "--patience", "2", by=tests, codes=(1,))
        self._stage.command("operate.smoke", by=tests)

    def failing_detector(self) -> None:
        """The queue refuses the detector's message: retries, its dead-letter queue, redrive."""
        queue = next(
            each for each in self._stage.target.dead_letter_queue_names if each.startswith("detector")
        )
        name = self._stage.target.suspicious_queue_name
        with self._fault("sqs:SendMessage", name):
            self._pay("failing-1", "a-denied")
            until(f"{queue} holds a message", lambda: self._stage.messages(queue) == 1)
        self._stage.command("operate.redrive", "--queue", queue)
        until("the record of failing-1", lambda: self._mailed("failing-1"))

    def failing_notifier(self) -> None:
        """The topic refuses: the message goes back to the queue, the record says that no mail is out."""
        with self._fault("sns:Publish", self._stage.target.fraud_alerts_topic_name):
            self._stage.command(
                "analyst.controls", *_words(account="a-other", list="deny", by="ana"), by=self._people.decides
            )
            time.sleep(REMEMBERED_SECONDS)
            self._pay("unmailed-1", "a-other")
            until("the record of unmailed-1", lambda: self._record("unmailed-1") is not None)

    def replay(self) -> None:
        """What was stored while the pipe stood still is found, and sent again."""
        with self._stopped_pipe():
            self._pay("lost-1", "a-quiet")
            since = time.strftime("%Y-%m-%dT%H:%M", time.gmtime(time.time() - 600))
            words = ("--since", since, "--progress-directory", str(self._stage.directory / "reconcile"))
            until_ = time.strftime("%Y-%m-%dT%H:%M", time.gmtime(time.time() + 300))
            self._stage.command("operate.reconcile", *words, "--until", until_, "--replay", codes=(0, 1))
            self._decided("lost-1")

    def erase(self) -> None:
        """All that is kept of an account."""
        words = ("--accounts", "a-quiet", "--directory", str(self._stage.directory / "evidence"))
        self._stage.command("operate.person", "export", *words)
        self._stage.command("operate.person", "erase", *words, "--yes")

    def lost_bus(self) -> None:
        """The bus is deleted, and the pipe gives up at once: its dead-letter queue tells of the records."""
        target, events, pipes = self._stage.target, self._stage.client("events"), self._stage.client("pipes")
        queue = next(each for each in target.dead_letter_queue_names if each.startswith("pipe"))
        rule = {"EventBusName": target.bus_name, "Rule": target.rule_name}
        targets = [each["Id"] for each in events.list_targets_by_rule(**rule)["Targets"]]
        pipe = pipes.describe_pipe(Name=target.pipe_name)
        # What an update leaves out goes back to its default; where the pipe began cannot be changed.
        stream = {**pipe["SourceParameters"]["DynamoDBStreamParameters"], "MaximumRetryAttempts": 0}
        stream.pop("StartingPosition", None)
        pipes.update_pipe(
            Name=target.pipe_name,
            RoleArn=pipe["RoleArn"],
            SourceParameters={**pipe["SourceParameters"], "DynamoDBStreamParameters": stream},
        )
        events.remove_targets(**rule, Ids=targets)
        events.delete_rule(EventBusName=target.bus_name, Name=target.rule_name)
        events.delete_event_bus(Name=target.bus_name)
        self._pay("homeless-1", "a-quiet")
        until(f"{queue} holds a message", lambda: self._stage.messages(queue) > 0)

    def _body(self, transaction_id: str, account_id: str) -> dict[str, Any]:
        at = self._times.setdefault(transaction_id, int(time.time() * 1000))
        return {
            "transaction_id": transaction_id,
            "account_id": account_id,
            "merchant_id": _MERCHANT,
            "amount": _AMOUNT,
            "currency": "USD",
            "timestamp": at,
        }

    def _post(self, body: Mapping[str, Any]) -> Any:
        return self._people.pays.api.send("POST", self._stage.target.transactions_url, body)

    def _pay(self, transaction_id: str, account_id: str) -> None:
        expect(transaction_id, self._post(self._body(transaction_id, account_id)), 201)

    def _alert(self, transaction_id: str) -> str:
        return alert_id_of(transaction_id, self._times[transaction_id])

    def _record(self, transaction_id: str) -> dict[str, Any] | None:
        key = {"alert_id": {"S": self._alert(transaction_id)}}
        return self._stage.item(self._stage.target.alerts_table_name, key)

    def _mailed(self, transaction_id: str) -> bool:
        """Whether a mail tells of it, or one that told of another will."""
        return (self._record(transaction_id) or {}).get("mail_status", {}).get("S") in {"SENT", "GROUPED"}

    def _decided(self, transaction_id: str) -> None:
        key = {"transaction_id": {"S": transaction_id}, "timestamp": {"N": str(self._times[transaction_id])}}
        table = self._stage.target.transactions_table_name
        until(
            f"the decision about {transaction_id}", lambda: "decision" in (self._stage.item(table, key) or {})
        )

    @contextmanager
    def _stopped_pipe(self) -> Iterator[None]:
        pipes, name = self._stage.client("pipes"), self._stage.target.pipe_name
        pipes.stop_pipe(Name=name)
        try:
            yield
        finally:
            pipes.start_pipe(Name=name)

    @contextmanager
    def _fault(self, operation: str, containing: str) -> Iterator[None]:
        faults.write(self._stage.directory, [Fault(operation, "refuse", containing)])
        try:
            yield
        finally:
            faults.write(self._stage.directory, [])


def _answers(opener: urllib.request.OpenerDirector, url: str) -> bool:
    try:
        opener.open(url).read()
    except urllib.error.HTTPError as error:
        raise PathError(f"{url}: {error}") from error
    except urllib.error.URLError:
        return False  # it prints its address before it listens
    return True


def _words(**named: str) -> list[str]:
    return [word for name, value in named.items() for word in (f"--{name}", value)]
