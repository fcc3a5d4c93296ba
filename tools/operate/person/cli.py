"""The command; see `python -m tools.operate.person --help`.

Exit code 0: done, or nothing was there. 1: something is still there. 2: it could not be tried.
"""

import argparse
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import get_session

from shared.infra import stems
from shared.runtime import pseudonym
from shared.runtime.dynamodb import from_item
from shared.runtime.schema import transaction_schema
from tools.deploy import outputs
from tools.deploy.outputs import OperatorError
from tools.deploy.project import ROOT
from tools.deploy.target import Target
from tools.operate.person.erasing import Evidence, delete_items
from tools.operate.person.finding import (
    MOST_ACCOUNTS,
    Found,
    costs,
    items_of,
    messages_of,
    tables_of,
)
from tools.terminal.parser import Parser

_LEFT, _IMPOSSIBLE = 1, 2
_ID: Final = transaction_schema()["properties"]["account_id"]["pattern"].removesuffix("$")
_CONFIG: Final = Config(retries={"mode": "standard", "total_max_attempts": 6})
_BACKUPS: Final = (
    "Backups (point-in-time recovery) keep the data for up to 35 days, the stream for 24 hours, and the "
    "security team's mailboxes until deleted; logs and mails contain only the account's pseudonym."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    options = _parser().parse_args(arguments)
    try:
        person = Person(Target.of(outputs.Outputs.named(options)), options.accounts, options.directory)
        return person.export() if options.verb == "export" else person.erase(really=options.yes)
    except (OperatorError, OSError, BotoCoreError, ClientError) as error:
        print(f"error: {error}", file=sys.stderr)
        return _IMPOSSIBLE


class Person:
    """What one environment keeps of some accounts.

    Args:
        target: The environment.
        accounts: Their ids.
        directory: Where files are written.
    """

    def __init__(self, target: Target, accounts: Sequence[str], directory: Path) -> None:
        session = get_session()

        def client(service: str) -> Any:
            return session.create_client(service, region_name=target.region, config=_CONFIG)

        self._target = target
        self._accounts = accounts
        self._directory = directory
        self._tables = tables_of(target)
        self._dynamodb, self._sqs = client("dynamodb"), client("sqs")
        # The pipe's holds places in the stream, and what it names is in the table.
        queues = (stems.BUS_DLQ, stems.RULE_DLQ, stems.DETECTOR_DLQ)
        suffix = target.environment_suffix
        self._queues = (*(f"{stem}-{suffix}" for stem in queues), target.suspicious_dlq_name)

    def export(self) -> int:
        """Write everything to a file that its owner alone may read."""
        self._say_costs()
        found = self._found()
        content = {
            "environment": self._target.environment,
            "exported_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "accounts": self._accounts,
            "items": {name: [from_item(item) for item in items] for name, items in found.items.items()},
            "messages": {name: [_parsed(body) for body in bodies] for name, bodies in found.messages.items()},
        }
        path = self._write("export", json.dumps(content, indent=2, default=_exact))
        self._say(found.counts, "found")
        print(
            f"written to {path}: personal data for the person or authority that requested it; delete it "
            "afterwards"
        )
        return 0

    def erase(self, *, really: bool) -> int:
        """Count what would be erased; with `really`, erase it, look again, and write the evidence."""
        self._say_costs()
        if not really:
            self._say(self._found().counts, "would be erased")
            print("to erase it, run the same command with ERASE=yes")
            return 0
        erased: dict[str, int] = {}
        for queue in self._queues:
            url = self._target.queue_url(queue)
            erased[queue] = len(messages_of(self._sqs, url, self._accounts, delete=True))
        for table in self._tables:
            erased[table.name] = sum(
                delete_items(self._dynamodb, table, page)
                for page in items_of(self._dynamodb, table, self._accounts)
            )
        self._say(erased, "erased")
        left = self._found().counts
        evidence = Evidence.of(self._target.environment, self._accounts, erased, left)
        path = self._write("erased", json.dumps(asdict(evidence), indent=2))
        print(f"evidence without the data: {path}")
        print(_BACKUPS)
        if any(left.values()):
            self._say(left, "still there")
            print("items were in flight: run the same command again", file=sys.stderr)
            return _LEFT
        return 0

    def _found(self) -> Found:
        found = Found()
        for table in self._tables:
            pages = items_of(self._dynamodb, table, self._accounts)
            found.items[table.name] = [item for page in pages for item in page]
        for queue in self._queues:
            url = self._target.queue_url(queue)
            found.messages[queue] = messages_of(self._sqs, url, self._accounts, delete=False)
        return found

    def _say_costs(self) -> None:
        for name, size, dollars in costs(self._dynamodb, self._tables):
            print(f"reads {name}: {size:,} bytes, ${dollars:,.2f}", flush=True)

    def _say(self, counts: dict[str, int], what: str) -> None:
        for name, count in counts.items():
            print(f"  {name}: {count} {what}")

    def _write(self, what: str, text: str) -> Path:
        self._directory.mkdir(parents=True, exist_ok=True)
        now = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        path = self._directory / f"{what}-{self._target.environment}-{now}.json"
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(text + "\n", "utf-8")
        return path


def _parsed(body: str) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body


def _exact(value: object) -> Any:
    """Return a form in JSON: an exact number as a text, bytes in hexadecimal."""
    return value.hex() if isinstance(value, bytes) else str(value)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m tools.operate.person",
        description="Export the stored data of accounts to a file, or erase it.",
        epilog="docs/runbooks/personal-data.md lists the data, its location and its retention.",
    )
    outputs.add_arguments(parser)
    parser.add_argument("verb", choices=("export", "erase"))
    parser.add_argument(
        "--accounts",
        required=True,
        type=_accounts,
        metavar="IDS",
        help="account ids, separated by spaces",
    )
    parser.add_argument("--yes", action="store_true", help="erase; otherwise, list what would be erased")
    parser.add_argument("--directory", type=Path, default=ROOT / "build", help=argparse.SUPPRESS)
    return parser


def _accounts(text: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(text.split()))
    if not 1 <= len(found) <= MOST_ACCOUNTS:
        raise argparse.ArgumentTypeError(f"ACCOUNT: 1 to {MOST_ACCOUNTS} ids, separated by spaces")
    for each in found:
        if re.fullmatch(pseudonym.PATTERN, each):
            raise argparse.ArgumentTypeError(
                f"ACCOUNT: {each} is a pseudonym; the transaction and the alert contain the account id"
            )
        if not re.fullmatch(_ID, each):
            raise argparse.ArgumentTypeError(f"ACCOUNT: {each!r} is not an account id")
    return found
