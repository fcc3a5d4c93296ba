"""First uses of merchants, devices and addresses: counted once for each account, and judged together."""

from collections.abc import Sequence

import pytest

from stacks.compute.functions.detector.detection import Detection
from stacks.compute.functions.detector.first_uses_table import FirstUsesTable
from stacks.compute.functions.detector.ports import CountedPlace, DetectorError
from stacks.compute.functions.detector.scoring import FirstUses, Place, Transaction
from stacks.compute.functions.detector.scoring.sharing import Kind
from stacks.compute.functions.profiles.transactions import scored_transaction
from tests.unit.functions.builders import NOW, stored
from tests.unit.functions.conftest import Cloud
from tests.unit.functions.detector.detecting import FRAUD, deliver, detector_with, learnt


def first_uses(cloud: Cloud) -> dict[str, FirstUses]:
    """The stored counters, by kind of place."""
    items = [item for item in cloud.items("profiles-test") if item["profile_id"].startswith("uses#")]
    assert all(len(item["profile_id"]) < 64 and item["expires_at"] for item in items)
    return {item["profile_id"].split("#")[1]: FirstUses.from_state(item["state"]) for item in items}


HOME = {"device_id": "a device#with/signs", "ip_address": "192.0.2.7"}


def test_first_uses_are_counted_once_for_each_account(detector: Detection, cloud: Cloud) -> None:
    for number in range(3):
        deliver(detector, cloud, transaction_id=f"t-{number}", timestamp=NOW + number, **HOME)
    counted = first_uses(cloud)
    assert {kind: uses.total for kind, uses in counted.items()} == {"merchant": 1, "device": 1, "address": 1}
    deliver(detector, cloud, transaction_id="other", account_id="account-2", timestamp=NOW + 9, **HOME)
    assert {uses.total for uses in first_uses(cloud).values()} == {2}


def test_accounts_that_share_a_device_all_at_once_are_suspicious(detector: Detection, cloud: Cloud) -> None:
    scores = []
    for number in range(30):
        account = f"account-{number}"
        for day in range(4, 0, -1):
            deliver(
                detector, cloud, transaction_id=f"u-{number}-{day}", account_id=account,
                timestamp=NOW - day * 86_400_000, device_id=f"phone-{number}", ip_address=f"10.0.{number}.1",
            )  # fmt: skip
        decision = deliver(
            detector, cloud, transaction_id=f"r-{number}", account_id=account, timestamp=NOW + number, **HOME
        )
        assert decision is not None
        scores.append(decision.score)
    assert scores[-1] > 10 * scores[0]


def test_a_place_that_the_account_knows_costs_no_read_and_no_write(cloud: Cloud) -> None:
    class Closed(FirstUsesTable):
        def read(self, places: Sequence[Place]) -> Sequence[CountedPlace]:
            raise AssertionError(places)

    deliver(
        detector_with(cloud.profiles(), cloud),
        cloud,
        **HOME,
    )
    closed = Closed(cloud.dynamodb, "profiles-test")
    known = detector_with(cloud.profiles(), cloud, first_uses=closed)
    assert deliver(known, cloud, transaction_id="t-2", timestamp=NOW, **HOME) is not None


def test_a_first_use_that_meets_another_is_counted_at_the_next_attempt(cloud: Cloud) -> None:
    table = FirstUsesTable(cloud.dynamodb, "profiles-test")
    place = Place(Kind.DEVICE, "phone")
    [one], [other] = table.read([place]), table.read([place])
    table.learn(one, scored_transaction(stored()))
    table.learn(other, scored_transaction(stored(transaction_id="t-2")))
    [counted] = table.read([place])
    assert (counted.uses.total, counted.revision) == (2, 2)


def test_a_first_use_that_is_lost_fails_no_decision(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    class Refused(FirstUsesTable):
        def learn(self, counted: CountedPlace, transaction: Transaction) -> None:
            raise DetectorError("the counter was not written")

    refused = Refused(cloud.dynamodb, "profiles-test")
    table = cloud.profiles()
    decision = deliver(detector_with(table, cloud, first_uses=refused), cloud, amount=FRAUD)
    assert decision is not None
    assert decision.suspicious
    assert learnt(cloud) == 1
    assert '"message": "a first use is not counted"' in capsys.readouterr().out
