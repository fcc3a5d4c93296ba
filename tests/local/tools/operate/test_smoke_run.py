"""The smoke test against the deployed pipeline: it passes where all is well, and fails at the right hop."""

import json
import re
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from emulator.address import Emulator
from tests.local.tools.world import World, wait_until
from tools.local.report.mailbox import Mailbox
from tools.operate.smoke.synthetic import CATEGORY, HISTORY_LENGTH

HOPS = ["answered", "stored", "judged", "recorded", "mailed", "queues"]
TABLES = ("transactions_table_name", "profiles_table_name", "alerts_table_name")


@contextmanager
def without_right(emulator: Emulator, role: str, action: str) -> Iterator[None]:
    """Take an action away from a role's own policies while the block lasts."""
    iam = emulator.client("iam")
    before = {
        name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
    }
    taken = 0
    for name, document in before.items():
        kept = [
            each for each in document["Statement"] if action not in each["Action"] or each["Effect"] == "Deny"
        ]
        taken += len(document["Statement"]) - len(kept)
        put = {**document, "Statement": kept}
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(put))
    assert taken, f"{role} was never allowed {action}"
    try:
        yield
    finally:
        for name, document in before.items():
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))


def test_two_runs_at_once_pass_with_exactly_the_rights_listed_and_leave_nothing(world: World) -> None:
    role = world.role()
    processes = [world.start("--json", role=role) for _ in range(2)]
    ended = [process.communicate(timeout=120) for process in processes]
    reports = [json.loads(out) for out, _ in ended]
    assert [process.returncode for process in processes] == [0, 0], ended
    for report in reports:
        assert report["ok"] is True
        assert [hop["hop"] for hop in report["hops"]] == HOPS
        latencies = {hop["hop"]: hop["milliseconds"] for hop in report["hops"]}
        assert all(latencies[hop] > 0 for hop in ("answered", "judged", "recorded", "mailed"))
        assert report["received_to_mailed_milliseconds"] == latencies["recorded"] + latencies["mailed"]
        assert report["removed"] == {
            "transactions": HISTORY_LENGTH + 1,
            "alert records": 1,
            "alert groups": 1,
            "profiles": 1,
            "counters": 1,
        }
        assert set(report["queues"]) == set(world.target.queues)
    assert reports[0]["account_id"] != reports[1]["account_id"]
    assert world.left() == []

    accounts = tuple(report["account_id"] for report in reports)
    mails = [m for m in Mailbox(world.directory).new_mails() if m.transaction_id.startswith(accounts)]
    assert sorted(mail.transaction_id for mail in mails) == sorted(each["transaction_id"] for each in reports)
    for mail in mails:
        assert re.search(rf"^Merchant: smoke-test-\S+ \({CATEGORY}\)$", mail.body, re.MULTILINE)
        assert "1,234,567.89 USD" in mail.subject


@pytest.mark.parametrize(
    ("statement", "code", "shown"),
    [
        ("SendTransactions", 1, "FAILED at ANSWERED"),
        ("FollowItsProfile", 2, "dynamodb:GetItem"),
        ("ReadEncryptedItems", 2, "kms:Decrypt"),
        ("CountMessages", 2, "sqs:GetQueueAttributes"),
    ],
)
def test_without_one_of_the_rights_it_says_which_and_how_to_get_it(
    world: World, statement: str, code: int, shown: str
) -> None:
    ended, out, err = world.run(role=world.role(statement))
    assert ended == code
    assert shown in out + err
    assert "make rights ENV=local JOB=smoke-test" in out + err
    assert world.left() == []


def test_a_stopped_pipe_is_found_and_what_comes_later_is_cleaned_by_the_runs_name(world: World) -> None:
    with world.stopped_pipe():
        code, report = world.report("--patience", "1", role=world.role())
        unknown = world.report("--patience", "1", role=world.role("SeeWhetherThePipeRuns"))[1]
    assert (code, report["failure"]["hop"]) == (1, "judged")
    assert "is STOPPED" in report["failure"]["likely_causes"][0]
    assert not any("unknown" in cause for cause in report["failure"]["likely_causes"])
    assert report["failure"]["commands"][0] == f"aws pipes start-pipe --name {world.target.pipe_name}"
    assert [hop["hop"] for hop in report["hops"]] == ["answered", "stored"]
    assert "pipes:DescribePipe" in unknown["failure"]["likely_causes"][0]

    # Started again, the pipe hands on what the stream has kept: profiles and counters come back.
    wait_until(lambda: len(world.left()) == 4)
    for each in (report, unknown):
        removed = f"run {each['run']}: removed profiles 1, counters 1\n"
        assert world.run("--clean", each["run"])[:2] == (0, removed)
    assert world.left() == []


def test_a_detector_without_a_right_fails_the_run_where_it_judges(world: World) -> None:
    with without_right(world.emulator, "detector-role-local", "dynamodb:BatchGetItem"):
        code, report = world.report("--patience", "7")
    assert (code, report["failure"]["hop"]) == (1, "judged")
    failures = f"detector-dlq-{world.target.environment_suffix}"
    assert any(cause.startswith(f"{failures} has grown") for cause in report["failure"]["likely_causes"])
    assert report["queues"][failures]["after"] == report["queues"][failures]["before"] + 1
    assert any(world.target.queue_url(failures) in command for command in report["failure"]["commands"])
    assert world.left() == []


def test_an_interruption_waits_for_what_is_under_way_and_cleans(world: World) -> None:
    running = world.start("--json")
    assert running.stderr is not None
    line = running.stderr.readline()
    while "one that must alert" not in line:
        assert line, "ended before the extreme transaction"
        line = running.stderr.readline()
    running.send_signal(signal.SIGTERM)
    out, err = running.communicate(timeout=60)
    report: Mapping[str, Any] = json.loads(out)
    assert (running.returncode, report["interrupted"], report["ok"]) == (130, True, False), err
    assert report["removed"]["transactions"] >= HISTORY_LENGTH
    time.sleep(1)  # whatever still came would be back by now
    assert world.left() == []


def test_a_mail_that_is_not_published_fails_the_run_there(world: World) -> None:
    with without_right(world.emulator, "notifier-role-local", "sns:Publish"):
        code, out, _ = world.run("--patience", "1.5")
    assert code == 1
    assert "FAILED at MAILED" in out
    assert f"aws sns get-topic-attributes --topic-arn {world.target.fraud_alerts_topic_arn}" in out
    assert "removed: transactions 13, alert records 1, alert groups 1, profiles 1, counters 1" in out
    assert "the mail about" not in out
    assert world.left() == []
