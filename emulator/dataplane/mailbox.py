"""The mailbox: store e-mail from topics as .eml files with an index.

Subscriptions are confirmed at once; on AWS the recipient clicks a link in a confirmation mail.
"""

import json
import re
import threading
import time
from email import policy
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path

from emulator.cloud import taps
from emulator.cloud.taps import PublishedMail

INDEX = "index.jsonl"
_SUBJECT_LIMIT = 60
_READABLE = policy.default.clone(max_line_length=998)
"""Mail policy with the maximum line length, so that text is neither quoted nor folded."""


class Mailbox:
    """Writes mails to a folder.

    Args:
        folder: Created if missing; its ``index.jsonl`` has one line per mail.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._count = sum(1 for _ in folder.glob("*.eml"))
        taps.mail_published.listen(self._deliver)

    def stop(self) -> None:
        """Stop taking mails."""
        taps.mail_published.forget(self._deliver)

    def _deliver(self, mail: PublishedMail) -> None:
        subject = mail.subject or "AWS Notification Message"
        message = EmailMessage(policy=_READABLE)
        message["From"] = f"{mail.topic_name} <no-reply@sns.amazonaws.com>"
        message["To"] = mail.address
        message["Subject"] = " ".join(subject.split())
        message["Date"] = formatdate(mail.published_at)
        message["Message-ID"] = make_msgid(mail.message_id, "sns.amazonaws.com")
        message["x-amz-sns-message-id"] = mail.message_id
        message["x-amz-sns-subscription-arn"] = mail.subscription_arn
        message.set_content(mail.message)
        with self._lock:
            self._count += 1
            name = f"{self._count:05d}-{_slug(subject)}.eml"
            (self._folder / name).write_bytes(message.as_bytes())
            entry = {
                "file": name,
                "to": mail.address,
                "subject": subject,
                "received_at_ms": int(time.time() * 1000),
                "topic_arn": mail.topic_arn,
            }
            with (self._folder / INDEX).open("a", encoding="utf-8") as index:
                index.write(json.dumps(entry) + "\n")


def _slug(subject: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", subject.lower()).strip("-")[:_SUBJECT_LIMIT] or "mail"
