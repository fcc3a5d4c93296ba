"""What nobody judged is found in the deployed tables, named, and judged after it was sent again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.runtime.decisions import RecordedDecision
from shared.runtime.dynamodb import to_item
from shared.runtime.events import AlertReason, StoredTransaction
from tests.local.tools.operate.test_redrive import clean, decision_of
from tests.local.tools.world import World, wait_until
from tools.operate.smoke.synthetic import Run

HEADER = "Root=1-6b036f52-86508312b851712353c3aa89;Parent=53995c3f42cd8ad8;Sampled=1"
MODULE = "tools.operate.reconcile"
ALERT = RecordedDecision(
    suspicious=True,
    decided_at=1,
    score=Decimal("0.9"),
    score_threshold=Decimal("0.3"),
    rules_version="3",
    reasons=(
        AlertReason(
            code="amount_limit",
            observed="9",
            baseline="1",
            threshold="2",
            unit="USD",
            contribution=Decimal("0.8"),
            points=Decimal(4),
        ),
    ),
    base=Decimal(-2),
)


@pytest.fixture
def words(world: World, tmp_path: Any) -> list[str]:
    """The time of this test, up to what may still be on its way, and a progress of its own."""
    since, until = datetime.now(UTC) - timedelta(seconds=5), datetime.now(UTC) + timedelta(minutes=5)
    span = ["--since", since.isoformat(), "--until", until.isoformat()]
    return [*span, "--progress-directory", str(tmp_path)]


def test_a_transaction_whose_event_was_dropped_is_found_and_repaired(world: World, words: list[str]) -> None:
    run = Run.begin()
    transaction = replace(run.history[0], received_at=run.started_at, trace_header=HEADER)
    item = to_item({name: getattr(transaction, name) for name in StoredTransaction.__slots__})
    dynamodb = world.emulator.client("dynamodb")
    with world.stopped_pipe():
        dynamodb.put_item(TableName=world.target.transactions_table_name, Item=item)
        code, out, err = world.run(*words, module=MODULE)
        assert code == 1, err
        assert f"{transaction.transaction_id} {transaction.timestamp}: stored and not decided\n" in out
        assert out.startswith(f"reads {world.target.transactions_table_name}: about ")
        assert f"from {words[1][:19]} to {words[3][:19]} UTC\n" in out
        assert "REPLAY=yes" in err
        assert decision_of(world, transaction) is None

        code, out, _ = world.run(*words, "--replay", module=MODULE)
        assert (code, "1 stored and not decided: resent" in out) == (0, True)
        wait_until(lambda: decision_of(world, transaction) is not None)
    decision = decision_of(world, transaction)
    code, out, _ = world.run(*words, module=MODULE)
    assert (code, out.splitlines()[-1]) == (0, "nothing is missing")
    assert "stored 1, decided 1;" in out
    wait_until(lambda: f"account#{transaction.account_id}" in world.left())
    assert decision_of(world, transaction) == decision, "the pipe's own delivery changes nothing"
    clean(world, transaction)


def test_an_alert_that_the_queue_lost_is_mailed_as_it_was_decided(world: World, words: list[str]) -> None:
    """Decided to be suspicious, and its message is gone, as after a purge."""
    run = Run.begin()
    transaction = replace(run.extreme, received_at=run.started_at, trace_header=HEADER)
    values = {name: getattr(transaction, name) for name in StoredTransaction.__slots__}
    dynamodb = world.emulator.client("dynamodb")
    with world.stopped_pipe():
        dynamodb.put_item(
            TableName=world.target.transactions_table_name,
            Item=to_item({**values, "decision": ALERT.values()}),
        )
        code, out, _ = world.run(*words, module=MODULE)
        assert (code, "1 suspicious and not recorded" in out) == (1, True)
        assert world.run(*words, "--replay", module=MODULE)[0] == 0
        wait_until(lambda: world.run(*words, module=MODULE)[0] == 0)
        key = to_item({"alert_id": transaction.alert_id})
        record = dynamodb.get_item(TableName=world.target.alerts_table_name, Key=key)["Item"]
        assert (record["mail_status"], record["score"]) == ({"S": "SENT"}, {"N": "0.9"})
    wait_until(lambda: f"account#{transaction.account_id}" in world.left())
    clean(world, transaction)


def test_the_words_of_make(world: World) -> None:
    code, _, err = world.run("--since", "yesterday", module=MODULE)
    assert (code, "use UTC, such as 2026-11-22T21:00" in err) == (2, True)
    code, _, err = world.run("--since", "2026-11-22", "--rate", "0", module=MODULE)
    assert (code, "a rate of at most 10000 transactions a second" in err) == (2, True)
    just_now = datetime.now(UTC) - timedelta(minutes=1)
    code, out, err = world.run("--since", just_now.isoformat(), module=MODULE)
    assert (code, out) == (2, "")
    assert "before SINCE: give an earlier SINCE or a later UNTIL" in err
