"""Messages and events that nobody can read: they must end in a dead-letter queue, and stop nothing else."""

import json
import re
import time
from collections.abc import Mapping
from typing import Any, Final

from emulator.address import Emulator
from shared.runtime.events import DETAIL_TYPE, EVENT_SOURCE
from tools.deploy.target import Target

MARK: Final = "poison-of-chaos"
_MARKED: Final = rf"{MARK}\W+((?:event|message)-\d+)"
_PATIENCE_SECONDS: Final = 10
_SECONDS_SEEN: Final = 600
"""What was looked at stays hidden, so that it is counted once."""


class Poison:
    """Plants pairs of an unreadable message in the queue and an unreadable event on the bus.

    Args:
        emulator: Where.
        target: What is deployed there.
    """

    def __init__(self, emulator: Emulator, target: Target) -> None:
        self._sqs, self._events, self._target = emulator.client("sqs"), emulator.client("events"), target
        self.planted = 0

    def plant(self) -> None:
        """Plant one pair."""
        body = json.dumps({MARK: f"message-{self.planted}"})
        self._sqs.send_message(QueueUrl=self._target.suspicious_queue_url, MessageBody=body)
        entry = {
            "Source": EVENT_SOURCE,
            "DetailType": DETAIL_TYPE,
            "Detail": json.dumps({"eventName": "INSERT", MARK: f"event-{self.planted}"}),
            "EventBusName": self._target.bus_name,
        }
        answer = self._events.put_events(Entries=[entry])
        if answer["FailedEntryCount"]:
            raise RuntimeError(f"the bus did not take the poison: {answer['Entries']}")
        self.planted += 2

    def take_out(self, queues: Mapping[str, int]) -> tuple[int, dict[str, int]]:
        """Take the poison out of queues that hold so many messages each.

        Returns:
            How many of the planted were found, and how many messages each queue holds beside them. What was
            planted once may be there twice, as anything may that is delivered at least once.
        """
        found: set[str] = set()
        beside = {}
        for name, held in queues.items():
            poisonous = self._take_out_of(self._target.queue_url(name), held)
            found.update(poisonous)
            if others := held - len(poisonous):
                beside[name] = others
        return len(found), beside

    def _take_out_of(self, url: str, held: int) -> list[str]:
        seen, poison = 0, []
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while seen < held and time.monotonic() < deadline:
            for message in self._receive(url):
                seen += 1
                if mark := re.search(_MARKED, message["Body"]):
                    self._sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                    poison.append(mark.group(1))
        return poison

    def _receive(self, url: str) -> list[dict[str, Any]]:
        answer = self._sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=_SECONDS_SEEN, WaitTimeSeconds=1
        )
        found: list[dict[str, Any]] = answer.get("Messages", [])
        return found
