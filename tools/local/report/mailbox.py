"""The mails that arrived: one .eml file each, and an index with a line for each."""

import email
import email.policy
import json
import re
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from stacks.alerting.functions.notifier.summary import COUNT_LABEL, LISTED_MARK
from tools.local.report.tail import Tail

TRANSACTION_LINE, TRACE_LINE = "Transaction:", "Trace:"
_LISTED = re.compile(rf"^ +{LISTED_MARK}(\S+) ", re.MULTILINE)


@dataclass(frozen=True)
class Mail:
    """One mail as it was delivered; ``transaction_id`` and ``trace_id`` are empty where it names none."""

    path: Path
    recipient: str
    subject: str
    received_at: float
    """Epoch milliseconds."""
    topic_arn: str
    body: str

    @property
    def transaction_id(self) -> str:
        """The transaction that the mail is about, empty in a summary of several alerts."""
        return _named(self.body, TRANSACTION_LINE)

    @property
    def summarised(self) -> int:
        """How many alerts the mail sums up, 0 where it is about one transaction."""
        return int(_named(self.body, COUNT_LABEL) or 0)

    @property
    def listed(self) -> frozenset[str]:
        """The transactions that a summary lists: the first of those that it sums up."""
        return frozenset(_LISTED.findall(self.body)) if self.summarised else frozenset()

    @property
    def trace_id(self) -> str:
        """The X-Ray trace that led to the mail."""
        return _named(self.body, TRACE_LINE)


class Mailbox:
    """Reads the index of a mailbox from where it left off.

    Args:
        run_directory: Where the emulator keeps ``mail/``.
    """

    def __init__(self, run_directory: Path) -> None:
        self._directory = run_directory / "mail"
        self._index = Tail(self._directory / "index.jsonl")

    def new_mails(self) -> list[Mail]:
        """Return the mails that arrived since the last call, in order of arrival."""
        return [self._mail(json.loads(line)) for line in self._index.new_lines()]

    def _mail(self, entry: dict[str, str]) -> Mail:
        path = self._directory / entry["file"]
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        return Mail(
            path=path,
            recipient=entry["to"],
            subject=entry["subject"],
            received_at=float(entry["received_at_ms"]),
            topic_arn=entry["topic_arn"],
            body=_text(message),
        )


def _text(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    if part is None:
        raise ValueError(f"the mail {message['Subject']!r} has no text")
    return str(part.get_content())


def _named(body: str, label: str) -> str:
    found = (line.strip() for line in body.splitlines())
    return next((line.removeprefix(label).strip() for line in found if line.startswith(label)), "")
