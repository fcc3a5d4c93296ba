"""A pipeline whose alarms are at work, what goes wrong in it, and the operators' mailbox."""

import json
import re
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from emulator.address import Emulator
from emulator.cloud import chaos
from emulator.cloud.chaos import Plan, Strike
from emulator.tests.roles import Role
from tools.deploy.project import ROOT
from tools.local.report.mailbox import Mail, Mailbox
from tools.local.running.environment import Environment
from tools.local.running.variables import variables
from tools.local.traffic.client import Identity, SigningClient

SUBJECT = re.compile(r'^(ALARM|OK): "(.+)-alarm-local" in US East')
SECONDS_TO_RING = 150.0
SECONDS_BETWEEN_POSTS = 0.25
CONCURRENCY = 100


ALARM_SCALE, VISIBILITY_SCALE = 1 / 60, 1 / 180
"""Five minutes are five seconds; six minutes until a message comes again are two seconds."""


@contextmanager
def repeated(act: Callable[[], object], seconds: float) -> Iterator[None]:
    """Do something again and again, with so many seconds between, for as long as the block takes."""
    done = threading.Event()

    def go_on() -> None:
        while not done.wait(seconds):
            act()

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


class Ringing:
    """One deployed pipeline.

    Args:
        emulator: Where.
        directory: Its files.
        outputs: What the layers export, by layer.
    """

    def __init__(self, emulator: Emulator, directory: Path, outputs: dict[str, Any]) -> None:
        self.emulator, self.directory = emulator, directory
        self.outputs = {name: value for layer in outputs.values() for name, value in layer.items()}
        self._file = directory / "outputs.json"
        self._file.write_text(json.dumps(outputs))
        self._mailbox = Mailbox(directory)
        self.mails: list[Mail] = []
        self._identity = Identity(emulator.access_key_id, emulator.secret_access_key, emulator.region)

    def client(self, service: str) -> Any:
        return self.emulator.client(service)

    def function(self, stem: str) -> str:
        return str(self.outputs[f"{stem}_function_name"])

    # What comes in.

    def body(self, **changes: Any) -> bytes:
        fields = {
            "transaction_id": uuid.uuid4().hex,
            "timestamp": time.time_ns() // 1_000_000,
            "account_id": "alarm-account",
            "merchant_id": "merchant-1",
            "amount": 12.5,
            "currency": "USD",
            **changes,
        }
        return json.dumps(fields).encode()

    @contextmanager
    def traffic(self, **changes: Any) -> Iterator[None]:
        """Post transactions, several at once, for as long as the block takes."""
        with ExitStack() as entered:
            for _ in range(3):
                client = SigningClient(self.outputs["transactions_url"], self._identity)
                entered.callback(client.close)
                post = partial(self._post, client, changes)
                entered.enter_context(repeated(post, SECONDS_BETWEEN_POSTS))
            yield

    def _post(self, client: SigningClient, changes: dict[str, Any]) -> None:
        client.post(self.body(**changes))

    def send_alert(self, message: str) -> None:
        self.client("sqs").send_message(QueueUrl=self.outputs["suspicious_queue_url"], MessageBody=message)

    def command(self, module: str, *options: str, role: Role | None = None) -> None:
        keys = role.variables if role else {}
        subprocess.run(
            [sys.executable, "-m", module, "local", "--outputs", str(self._file), *options],
            cwd=ROOT,
            env={"PATH": "/usr/bin:/bin", **variables(self.emulator), **keys},
            check=True,
            capture_output=True,
        )

    # What goes wrong.

    @contextmanager
    def broken(self, stem: str) -> Iterator[None]:
        """The function's package has no such handler, as after a bad deployment."""
        functions, name = self.client("lambda"), self.function(stem)
        good = functions.get_function_configuration(FunctionName=name)["Handler"]
        functions.update_function_configuration(FunctionName=name, Handler="absent.handle")
        try:
            yield
        finally:
            functions.update_function_configuration(FunctionName=name, Handler=good)

    @contextmanager
    def throttled(self, stem: str) -> Iterator[None]:
        """The function may not run at all."""
        functions, name = self.client("lambda"), self.function(stem)
        functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
        try:
            yield
        finally:
            functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=CONCURRENCY)

    @contextmanager
    def struck(self, *kinds: Strike) -> Iterator[None]:
        """Every time that these could strike, they do."""
        chaos.write(self.directory, Plan(1, "no subject", dict.fromkeys(map(str, kinds), 1.0)))
        try:
            yield
        finally:
            chaos.write(self.directory, None)

    # Who hears of it.

    def states(self) -> dict[str, str]:
        """The latest that the operators' mails say of each alarm."""
        self.mails += [
            mail
            for mail in self._mailbox.new_mails()
            if mail.topic_arn == self.outputs["operations_alarms_topic_arn"]
        ]
        told = (SUBJECT.match(mail.subject) for mail in self.mails)
        return {match.group(2): match.group(1) for match in told if match}

    def wait_for(self, state: str, alarms: set[str], meanwhile: Callable[[], object] = lambda: None) -> None:
        """Wait until the operators' mails say so of all these alarms."""
        deadline = time.monotonic() + SECONDS_TO_RING
        while missing := {each for each in alarms if self.states().get(each) != state}:
            assert time.monotonic() < deadline, f"no mail says {state} of {sorted(missing)}: {self.states()}"
            meanwhile()
            time.sleep(0.5)

    def empty(self, stem: str) -> None:
        """Empty a dead-letter queue, as after a redrive."""
        url = f"{self.outputs['suspicious_queue_url'].rpartition('/')[0]}/{stem}-local"
        sqs = self.client("sqs")
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for each in messages:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])

    @contextmanager
    def item(self, **texts: str) -> Iterator[None]:
        """An item that nobody can read stands in the table of profiles."""
        table = {"TableName": self.outputs["profiles_table_name"]}
        dynamodb = self.client("dynamodb")
        dynamodb.put_item(**table, Item={name: {"S": text} for name, text in texts.items()})
        try:
            yield
        finally:
            dynamodb.delete_item(**table, Key={"profile_id": {"S": texts["profile_id"]}})

    @contextmanager
    def settings(self, layer: str, *settings: str) -> Iterator[None]:
        """A layer is deployed with other settings."""
        self._deploy(layer, settings)
        try:
            yield
        finally:
            self._deploy(layer, ())

    def _deploy(self, layer: str, settings: tuple[str, ...]) -> None:
        command = Environment(self.directory).update(layer, settings, lambda _line: None)
        command.start()
        command.wait()
