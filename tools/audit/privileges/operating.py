"""The paths of operators and past failing hops, one function each; each waits until its last hop is seen."""

import json
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from shared.infra import stems
from shared.runtime.counting import SHIFTED_QUANTITIES
from shared.runtime.dynamodb import to_item
from stacks.alerting.functions.notifier.close_request import CloseRequest
from stacks.compute.functions.detector.controls_table import REMEMBERED_SECONDS
from tools.audit.privileges.playing import Playing, words
from tools.audit.privileges.stage import PathError, until
from tools.operate.redrive.messages import event_of_item

_PAYMENTS: Final = 700
"""Enough in each of three weeks for `make stability`."""


class Operating(Playing):
    """What operators do, and whoever answers for personal data."""

    def all(self) -> Mapping[str, Callable[[], None]]:
        """Return the paths in the order in which they must be played, by what each shows."""
        return {
            "the smoke test, and its diagnosis where the pipe stands still": self.smoke,
            "a load": self.load,
            "a detector that fails, its dead-letter queue and redrive": self.failing_detector,
            "a notifier that cannot mail": self.failing_notifier,
            "what other dead-letter queues hold": self.other_queues,
            "reconcile and replay": self.replay,
            "export and erase": self.erase,
            "a pipe without its bus, and redrive once it is there again": self.lost_bus,
            "what payments have shifted, counted": self.drift,
        }

    def smoke(self) -> None:
        """By everybody who makes it, the nightly job included: with the pipe stopped, then as it goes."""
        tests = {"smoke-test": "smoke", "operator": "smoke", "canary": "smoke.canary"}
        self.stage.client("logs").create_log_group(logGroupName=self.stage.target.canary_log_group)
        with self.stopped_pipe():
            for who, module in tests.items():
                patience = words(patience="2")
                self.stage.command(f"operate.{module}", *patience, by=self.people[who], codes=(1,))
        for who, module in tests.items():
            self.stage.command(f"operate.{module}", by=self.people[who])

    def load(self) -> None:
        """A few payments."""
        report = ("--report", str(self.stage.directory / "load.json"))
        self.stage.command("bench.load", *words(rate="2", seconds="1"), *report, by=self.people["operator"])

    def failing_detector(self) -> None:
        """The queue refuses the detector's message: retries, its dead-letter queue, redrive."""
        queue = self._queue(stems.DETECTOR_DLQ)
        with self.fault("sqs:SendMessage", self.stage.target.suspicious_queue_name):
            self.pay("failing-1", "a-denied")
            until(f"{queue} holds a message", lambda: self.stage.messages(queue) == 1)
        self._redrive(queue)
        until("the record of failing-1", lambda: self.mailed("failing-1"))

    def failing_notifier(self) -> None:
        """The topic refuses: the message goes back to the queue, the record says that no mail is out."""
        with self.fault("sns:Publish", self.stage.target.fraud_alerts_topic_name):
            self.stage.command(
                "analyst.controls",
                *words(account="a-other", list="deny", by="ana"),
                by=self.people["analyst-decides"],
            )
            time.sleep(REMEMBERED_SECONDS)
            self.pay("unmailed-1", "a-other")
            until("the record of unmailed-1", lambda: self.record("unmailed-1") is not None)

    def other_queues(self) -> None:
        """What EventBridge and the suspicious queue give up, and the time of what nobody can read."""
        self.pay("event-1", "a-quiet")
        self.decided("event-1")
        item = self.transaction("event-1") or {}
        self._put(self._queue(stems.RULE_DLQ), json.dumps(event_of_item(item)))
        trace_header = item["trace_header"]["S"]
        closing = CloseRequest(account_id="a-quiet", opened_by="0" * 64, trace_header=trace_header)
        self._put(self.stage.target.suspicious_dlq_name, closing.to_json())
        for queue in (self._queue(stems.RULE_DLQ), self.stage.target.suspicious_dlq_name):
            self._redrive(queue)
        self.stage.command("operate.redrive", *words(since=_minutes(-10)), by=self.people["operator"])

    def replay(self) -> None:
        """What was stored while the pipe stood still is found, and sent again."""
        with self.stopped_pipe():
            self.pay("lost-1", "a-quiet")
            since_until = words(since=_minutes(-10), until=_minutes(5))
            directory = ("--progress-directory", str(self.stage.directory / "reconcile"))
            self.stage.command(
                "operate.reconcile",
                *since_until,
                *directory,
                "--replay",
                by=self.people["operator"],
                codes=(0, 1),
            )
            self.decided("lost-1")

    def erase(self) -> None:
        """All that is kept of an account; what dead-letter queues hold of others stays."""
        for queue in self.stage.target.dead_letter_queues:
            for account in ("a-quiet", "a-other"):
                self._put(queue, json.dumps({"account_id": account}))
        directory = ("--directory", str(self.stage.directory / "evidence"))
        for verb in (["export"], ["erase", "--yes"]):
            self.stage.command(
                "operate.person",
                *verb,
                *words(accounts="a-quiet"),
                *directory,
                by=self.people["data-protection"],
            )

    def lost_bus(self) -> None:
        """Delete the bus: the pipe does not retry, and sends the metadata to its dead-letter queue."""
        target, events, pipes = self.stage.target, self.stage.client("events"), self.stage.client("pipes")
        queue = self._queue(stems.PIPE_DLQ)
        self.stage.client("sqs").purge_queue(QueueUrl=target.queue_url(queue))
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
        self.pay("homeless-1", "a-quiet")
        until(f"{queue} holds a message", lambda: self.stage.messages(queue) > 0)
        events.create_event_bus(Name=target.bus_name)
        self._redrive(queue)

    def drift(self) -> None:
        """Three weeks of payments, which no rule passes on any more, and what has shifted in the last."""
        table = self.stage.target.transactions_table_name
        week, now = 7 * 24 * 3_600_000, int(time.time() * 1000)
        for number in range(_PAYMENTS):
            at = now - 3 * week + (3 * week - 1) * number // (_PAYMENTS - 1)
            paid = {**self.body(f"week-{number}", f"a-{number % 40}"), "timestamp": at, "received_at": at}
            paid["amount"] = Decimal(str(paid["amount"]))
            self.stage.client("dynamodb").put_item(TableName=table, Item=to_item(paid))
        self.stage.command("analyst.stability", "--publish", by=self.people["drift-watch"])
        group = self.stage.target.canary_log_group
        lines = self.stage.client("logs").filter_log_events(logGroupName=group)["events"]
        if not any(SHIFTED_QUANTITIES in json.loads(each["message"]) for each in lines):
            raise PathError(f"{SHIFTED_QUANTITIES} is not counted in {group}")

    def _redrive(self, queue: str) -> None:
        for dry in (["--dry-run"], []):
            self.stage.command("operate.redrive", "--queue", queue, *dry, by=self.people["operator"])

    def _queue(self, stem: str) -> str:
        return f"{stem}-{self.stage.target.environment_suffix}"

    def _put(self, queue: str, body: str) -> None:
        self.stage.client("sqs").send_message(QueueUrl=self.stage.target.queue_url(queue), MessageBody=body)


def _minutes(later: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M", time.gmtime(time.time() + later * 60))
