"""How long each page of the analyst's desk takes with 10,000 alerts, from the request to its whole answer."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import Any, Final
from urllib.parse import quote, urlsplit

from emulator.address import Emulator
from emulator.process import EmulatorProcess, ProcessError
from shared.runtime.dynamodb import to_item
from tools.bench import processor
from tools.bench.alerts import Items, a_month
from tools.deploy.project import ROOT
from tools.deploy.signals import uninterrupted
from tools.local.running.environment import ENVIRONMENT, Environment
from tools.local.running.variables import variables

ALERTS: Final = 10_000
LOOKS: Final = 20
PAYMENTS: Final = 2_000
"""Of the latest alerts, for the pages that read the table of transactions."""
_TIMEOUT_SECONDS: Final = 60.0
_PAUSE_SECONDS: Final = 0.2
_ITEMS_OF_A_BATCH: Final = 25
_UNFINISHED: Final = 202


@dataclass(frozen=True)
class Page:
    """How long a page took, in milliseconds.

    Attributes:
        name: What it shows.
        p50: Half of the looks took at most so long.
        worst: The slowest look.
        processor: The desk's own processor time, on average; the rest is the embedded AWS's, and waiting.
    """

    name: str
    p50: float
    worst: float
    processor: float


def measure(alerts: int = ALERTS, looks: int = LOOKS) -> list[Page]:
    """Fill the tables of an embedded AWS, open the desk over them as `make desk` does, and look at its pages.

    Raises:
        ProcessError: The emulator, a deployment or the desk failed.
    """
    ROOT.joinpath("build").mkdir(exist_ok=True)
    directory = Path(tempfile.mkdtemp(prefix="bench-desk-", dir=ROOT / "build"))
    process = EmulatorProcess(directory)
    try:
        environment = Environment(directory)
        emulator = environment.bring_up(process)
        items = a_month(alerts)
        outputs = _filled(emulator, environment.outputs_by_layer(), items)
        with _desk(emulator, outputs, directory / "outputs.json") as (door, pid):
            return _looked_at(door, pid, _paths(items.alerts[-1]), looks)
    finally:
        with uninterrupted():
            process.stop()
            shutil.rmtree(directory)


def _paths(alert: Mapping[str, Any]) -> dict[str, str]:
    """The address of every page, by what it shows."""
    account, merchant = quote(alert["account_id"]), quote(alert["merchant_id"])
    return {
        "alerts, open": "/alerts",
        "alerts, all": "/alerts?status=ALL",
        "alerts, searched": "/alerts?status=ALL&search=desk-0042&order=score",
        "an alert": f"/alert?id={alert['alert_id']}",
        "an alert, payments in full": f"/alert?id={alert['alert_id']}&payments=yes",
        "an account": f"/account?id={account}",
        "an account, payments in full": f"/account?id={account}&payments=yes",
        "a merchant": f"/merchant?id={merchant}",
        "rules": "/rules",
        "rules on all payments": "/rules/measured",
        "quality": "/quality",
        "drift": "/quality/drift",
        "audit": "/audit",
        "audit as CSV": "/audit.csv",
    }


def _filled(emulator: Emulator, outputs: dict[str, Mapping[str, Any]], items: Items) -> dict[str, Any]:
    """Write the items, and return the outputs that lead to them.

    The payments get a table of their own, without a stream: the pipeline is not to decide them anew.
    """
    dynamodb, data = emulator.client("dynamodb"), outputs["data"]
    payments, arn = (f"{data[f'transactions_table_{each}']}-bench" for each in ("name", "arn"))
    keys = (("transaction_id", "S", "HASH"), ("timestamp", "N", "RANGE"))
    dynamodb.create_table(
        TableName=payments,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, _, kind in keys],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": of} for name, of, _ in keys],
    )
    for table, records in (
        (payments, items.transactions[-PAYMENTS:]),
        (data["alerts_table_name"], items.alerts),
        (data["profiles_table_name"], items.profiles),
    ):
        for start in range(0, len(records), _ITEMS_OF_A_BATCH):
            puts = [
                {"PutRequest": {"Item": to_item(item)}} for item in records[start : start + _ITEMS_OF_A_BATCH]
            ]
            dynamodb.batch_write_item(RequestItems={table: puts})
    return {**outputs, "data": {**data, "transactions_table_name": payments, "transactions_table_arn": arn}}


@contextmanager
def _desk(emulator: Emulator, outputs: Mapping[str, Any], file: Path) -> Iterator[tuple[str, int]]:
    """Keep the desk open as long as the block lasts; yields the address that it prints, and its process."""
    file.write_text(json.dumps(outputs), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "tools.analyst.desk",
        ENVIRONMENT,
        "--outputs",
        str(file),
        "--by",
        "bench",
    ]
    environment = {**os.environ, **variables(emulator)}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if found := re.search(r"http://\S+", line):
                yield found[0], process.pid
                break
        else:
            raise ProcessError(f"the desk did not open: it ended with {process.wait()}")
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate()


def _looked_at(door: str, pid: int, paths: Mapping[str, str], looks: int) -> list[Page]:
    """Look at each page so often, one request after the other, as one person does."""
    parts = urlsplit(door)
    connection = HTTPConnection(parts.netloc, timeout=_TIMEOUT_SECONDS)
    connection.request("GET", f"{parts.path}?{parts.query}")
    entered = connection.getresponse()
    entered.read()
    headers = {"Cookie": str(entered.headers["Set-Cookie"]).partition(";")[0]}

    def look(path: str) -> tuple[int, float]:
        began = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status not in {200, _UNFINISHED}:
            raise ProcessError(f"the desk answered {path} with {answer.status}")
        return answer.status, 1000 * (time.perf_counter() - began)

    def page(name: str, path: str) -> Page:
        while look(path)[0] == _UNFINISHED:
            # It says that it reads the payments, and opens by itself when they are read.
            time.sleep(_PAUSE_SECONDS)
        before = processor.seconds([pid])
        took = [look(path)[1] for _ in range(looks)]
        spent = 1000 * (processor.seconds([pid]) - before) / looks
        return Page(name, median(took), max(took), spent)

    return [page(name, path) for name, path in paths.items()]
