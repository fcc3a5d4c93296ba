"""The paths of operators and past failing hops, one function each; each waits until its last hop is seen."""

import json
import time
from collections.abc import Callable, Mapping

from shared.infra import stems
from stacks.alerting.functions.notifier.close_request import CloseRequest
from stacks.compute.functions.detector.controls_table import REMEMBERED_SECONDS
from tools.audit.privileges.playing import Playing, words
from tools.audit.privileges.stage import until
from tools.operate.redrive.messages import event_of_item


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

    def _redrive(self, queue: str) -> None:
        for dry in (["--dry-run"], []):
            self.stage.command("operate.redrive", "--queue", queue, *dry, by=self.people["operator"])

    def _queue(self, stem: str) -> str:
        return f"{stem}-{self.stage.target.environment_suffix}"

    def _put(self, queue: str, body: str) -> None:
        self.stage.client("sqs").send_message(QueueUrl=self.stage.target.queue_url(queue), MessageBody=body)


def _minutes(later: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M", time.gmtime(time.time() + later * 60))
