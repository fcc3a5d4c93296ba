"""The mailbox and the logs are read while they are written: each whole line once, a half one later."""

import json
from email.message import EmailMessage
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tools.local.report.mailbox import Mailbox
from tools.local.report.tail import Tail


def put(run_directory: Path, number: int, transaction_id: str) -> None:
    directory = run_directory / "mail"
    directory.mkdir(exist_ok=True)
    message = EmailMessage()
    message["Subject"] = "Suspicious: 9,500.00 USD"
    message.set_content(f"Why: a café, unusual.\n\nTransaction: {transaction_id}\nTrace: 1-abc\n")
    name = f"{number}-security.eml"
    (directory / name).write_bytes(message.as_bytes())
    entry = {
        "file": name,
        "to": "security@example.com",
        "subject": "Suspicious: 9,500.00 USD",
        "received_at_ms": 1000 + number,
        "topic_arn": "arn:topic",
    }
    with (directory / "index.jsonl").open("a") as index:
        index.write(json.dumps(entry) + "\n")


def test_each_mail_is_read_once_with_what_it_is_about(tmp_path: Path) -> None:
    mailbox = Mailbox(tmp_path)
    assert mailbox.new_mails() == []
    put(tmp_path, 1, "t-1")
    (mail,) = mailbox.new_mails()
    assert (mail.transaction_id, mail.trace_id, mail.received_at) == ("t-1", "1-abc", 1001.0)
    assert "café" in mail.body
    put(tmp_path, 2, "t-2")
    assert [each.transaction_id for each in mailbox.new_mails()] == ["t-2"]
    assert mailbox.new_mails() == []


@given(chunks=st.lists(st.text(alphabet="ab\n", max_size=6)))
def test_lines_that_arrive_in_pieces_come_out_whole(chunks: list[str], tmp_path_factory: object) -> None:
    path = tmp_path_factory.mktemp("tail") / "log"  # type: ignore[attr-defined]
    tail, seen = Tail(path), []
    for chunk in chunks:
        with path.open("a") as file:
            file.write(chunk)
        seen += tail.new_lines()
    whole, _, _ = "".join(chunks).rpartition("\n")
    assert seen == [line for line in whole.split("\n") if line]
