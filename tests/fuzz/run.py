"""Sends made requests to an embedded AWS, several at once, and gathers what was wrong."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from emulator.address import Emulator
from tests.fuzz.bodies import Request
from tests.fuzz.judging import BY_THE_GATEWAY, disagreement, faults, taken
from tools.local.traffic.client import Identity, SigningClient

SENDERS = 8
MOST_KEPT = 20
"""Faults that are told in full."""


@dataclass
class Found:
    """What came of the requests.

    Attributes:
        requests: How many were answered by the gateway.
        good: Of them, those that the document allows.
        by_function: Those that the gateway refused and the function was asked about as well.
        stored: Keys of transactions that were answered as stored.
        wrong: The first faults, with the body; `faults` counts all.
    """

    requests: int = 0
    good: int = 0
    by_function: int = 0
    by_status: Counter[int] = field(default_factory=Counter)
    stored: set[tuple[str, int]] = field(default_factory=set)
    faults: int = 0
    wrong: list[str] = field(default_factory=list)

    def note(self, what: str, request: Request) -> None:
        """Count a fault, and print the first."""
        self.faults += 1
        if len(self.wrong) < MOST_KEPT:
            self.wrong.append(f"{what}: {request.content[:600]!r}")
            print(self.wrong[-1], flush=True)

    def as_json(self) -> dict[str, Any]:
        """Return the figures."""
        return {
            "requests": self.requests,
            "good": self.good,
            "bad": self.requests - self.good,
            "also_by_function": self.by_function,
            "by_status": {str(status): count for status, count in sorted(self.by_status.items())},
            "stored": len(self.stored),
            "faults": self.faults,
            "wrong": self.wrong,
        }


class Fuzzing:
    """Posts requests, and asks the function itself about those that the gateway refuses.

    Args:
        emulator: Where.
        outputs: What the layers export.
    """

    def __init__(self, emulator: Emulator, outputs: dict[str, Any]) -> None:
        self._emulator, self._outputs = emulator, outputs
        self._identity = Identity(emulator.access_key_id, emulator.secret_access_key, emulator.region)
        self._lock = threading.Lock()
        self.found = Found()

    def run(self, bodies: Iterable[Request], count: int, show: Any = None) -> Found:
        """Send so many, and compare what is stored in the end with what was answered."""
        requests = islice(bodies, count)
        turn, stopped = threading.Lock(), threading.Event()

        def requests_in_turn() -> Iterator[Request]:
            while not stopped.is_set():
                with turn:
                    request = next(requests, None)
                if request is None:
                    return
                yield request

        with ThreadPoolExecutor(SENDERS) as senders:
            sent = [senders.submit(self._send_all, requests_in_turn()) for _ in range(SENDERS)]
            try:
                while not all(each.done() for each in sent):
                    if show is not None:
                        show(self.found)
                    time.sleep(1)
            finally:
                # After an interrupt the senders end with the request that they are at.
                stopped.set()
            for each in sent:
                each.result()
        self._compare_with_the_table()
        return self.found

    def _send_all(self, requests: Iterator[Request]) -> None:
        client = SigningClient(self._outputs["transactions_url"], self._identity)
        function = self._emulator.client("lambda")
        for request in requests:
            answer = client.post(request.content)
            wrong = list(faults(request, answer.status, answer.text))
            refused = answer.status == 400 and json.loads(answer.text).get("error") == BY_THE_GATEWAY
            if refused and (said := self._ask(function, request)) is not None:
                wrong.append(said)
            with self._lock:
                self.found.requests += 1
                self.found.good += request.fits
                self.found.by_function += refused
                self.found.by_status[answer.status] += 1
                self.found.stored.update(taken(answer.status, answer.text))
                for each in wrong:
                    self.found.note(each, request)
        client.close()

    def _ask(self, function: Any, request: Request) -> str | None:
        event = {"body": request.content.decode("utf-8", "replace"), "isBase64Encoded": False}
        answer = function.invoke(
            FunctionName=self._outputs["ingest_function_name"], Payload=json.dumps(event).encode()
        )
        payload = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            return f"the function fails: {payload}"
        return disagreement(payload)

    def _compare_with_the_table(self) -> None:
        pages = (
            self._emulator.client("dynamodb")
            .get_paginator("scan")
            .paginate(TableName=self._outputs["transactions_table_name"], ConsistentRead=True)
        )
        kept = {
            (item["transaction_id"]["S"], int(item["timestamp"]["N"]))
            for page in pages
            for item in page["Items"]
        }
        for what, keys in (
            ("stored, and answered as refused", kept - self.found.stored),
            ("answered as stored, and not stored", self.found.stored - kept),
        ):
            for key in sorted(keys):
                self.found.note(what, Request(repr(key).encode(), fits=False))
