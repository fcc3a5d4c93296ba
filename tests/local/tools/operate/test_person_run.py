"""What the deployed pipeline keeps of an account is exported, and erased to the last item."""

import json
from pathlib import Path

from shared.runtime.dynamodb import to_item
from shared.runtime.events import StoredTransaction
from tests.local.tools.world import World, wait_until
from tools.operate.smoke.synthetic import Run

HEADER = "Root=1-6b036f52-86508312b851712353c3aa89;Parent=53995c3f42cd8ad8;Sampled=1"
MODULE = "tools.operate.person"


def learnt(world: World, account: str) -> int:
    """How many payments the account's profile was written for."""
    key = to_item({"profile_id": f"account#{account}"})
    item = world.emulator.client("dynamodb").get_item(TableName=world.target.profiles_table_name, Key=key)
    return int(item.get("Item", {"revision": {"N": "0"}})["revision"]["N"])


def test_an_account_that_paid_leaves_nothing_but_evidence(world: World, tmp_path: Path) -> None:
    run = Run.begin()
    account = run.history[0].account_id
    for transaction in run.history[:3]:
        values = {name: getattr(transaction, name) for name in StoredTransaction.__slots__}
        values |= {"received_at": run.started_at, "trace_header": HEADER}
        world.emulator.client("dynamodb").put_item(
            TableName=world.target.transactions_table_name, Item=to_item(values)
        )
    wait_until(lambda: learnt(world, account) == 3)
    dead = world.target.queue_url("rule-dlq-local")
    world.emulator.client("sqs").send_message(QueueUrl=dead, MessageBody=json.dumps({"account_id": account}))

    def person(verb: str, *more: str) -> tuple[int, str]:
        words = [verb, "--accounts", account, "--directory", str(tmp_path), *more]
        code, out, err = world.run(*words, module=MODULE)
        assert err == ""
        return code, out

    code, out = person("export")
    assert (code, "rule-dlq-local: 1 found" in out) == (0, True)
    [path] = tmp_path.iterdir()
    kept = json.loads(path.read_text())["items"]
    assert len(kept[world.target.transactions_table_name]) == 3
    assert len(kept[world.target.profiles_table_name]) == 1
    assert person("erase")[0] == 0
    assert f"account#{account}" in world.left(), "nothing is erased yet"
    code, out = person("erase", "--yes")
    assert (code, f"{world.target.transactions_table_name}: 3 erased" in out) == (0, True)
    evidence = json.loads(max(tmp_path.glob("erased-*")).read_text())
    assert set(evidence["left"].values()) == {0}
    # Counters of first uses are of merchants and devices: the smoke test's own are taken away by itself.
    assert world.run("--clean", account.removeprefix("smoke-"))[0] == 0
    assert world.left() == []
