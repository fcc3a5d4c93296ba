"""Grouping through the deployed notifier: its role, its queue's delay, its mails."""

import time
from decimal import Decimal
from pathlib import Path

from emulator.process import EmulatorProcess
from shared.runtime.alerts import group_key
from tests.unit.functions.builders import stored, suspicious
from tools.local.report.mailbox import Mail, Mailbox
from tools.local.running.environment import Environment

SECONDS_TO_WAIT = 60.0


def test_three_alerts_of_an_account_are_a_mail_and_a_summary_of_two(tmp_path: Path) -> None:
    process, environment = EmulatorProcess(tmp_path), Environment(tmp_path)
    try:
        emulator = environment.bring_up(process)
        outputs = environment.outputs()
        queue = emulator.client("sqs")
        mailbox, mails = Mailbox(tmp_path), list[Mail]()

        def wait_for(count: int) -> None:
            deadline = time.monotonic() + SECONDS_TO_WAIT
            while len(mails) < count and time.monotonic() < deadline:
                time.sleep(0.1)
                mails.extend(mailbox.new_mails())
            assert len(mails) == count, [mail.subject for mail in mails]

        def send(name: str) -> None:
            transaction = stored(transaction_id=name, amount=Decimal("512.50"))
            message = suspicious(transaction=transaction).to_json()
            queue.send_message(QueueUrl=outputs["suspicious_queue_url"], MessageBody=message)

        send("t-1")
        wait_for(1)
        send("t-2")
        send("t-2")
        send("t-3")
        wait_for(2)
        assert mails[0].transaction_id == "t-1"
        assert (mails[1].summarised, mails[1].listed) == (2, frozenset({"t-2", "t-3"}))
        group = _closed_group(emulator.client("dynamodb"), outputs["alerts_table_name"])
        assert group["grouped"] == {"N": "2"}
        mails.extend(mailbox.new_mails())
        assert len(mails) == 2
    finally:
        assert process.stop() == []


def _closed_group(dynamodb: object, table: str) -> dict[str, dict[str, str]]:
    deadline = time.monotonic() + SECONDS_TO_WAIT
    key = {"alert_id": {"S": group_key("account-1")}}
    while time.monotonic() < deadline:
        found = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)  # type: ignore[attr-defined]
        if found["Item"]["group_state"] == {"S": "CLOSED"}:
            return dict(found["Item"])
        time.sleep(0.1)
    raise AssertionError("the group was not closed")
