"""The detector beside others, and cut short: nothing is lost, told wrongly or learnt twice."""

from typing import Any
from unittest.mock import patch

import pytest

from shared.runtime.events import StoredTransaction
from stacks.compute.functions.detector.adapters import ProfilesTable, SuspiciousQueue
from stacks.compute.functions.detector.detection import Detection
from stacks.compute.functions.detector.ports import DetectorError, Profiles
from stacks.compute.functions.detector.scoring import NO_CONTROLS, AccountProfile, MerchantProfile
from tests.unit.functions.builders import NOW, stored
from tests.unit.functions.conftest import Cloud, controls_in
from tests.unit.functions.detector.detecting import FRAUD, deliver, detector_with, learnt, messages


class Raced(ProfilesTable):
    """A table where another transaction of the account is written just before each of the first writes."""

    def __init__(self, cloud: Cloud, races: list[StoredTransaction]) -> None:
        super().__init__(cloud.dynamodb, "profiles-test", controls_in(cloud.dynamodb))
        self._races = races
        self._cloud = cloud
        self._other = detector_with(cloud.profiles(), cloud)

    def write(
        self, account_id: str, profile: AccountProfile, *, revision: int, expires_at: int | None
    ) -> bool:
        if self._races:
            rival = self._races.pop(0)
            changes = {name: getattr(rival, name) for name in ("transaction_id", "timestamp", "amount")}
            deliver(self._other, self._cloud, **changes)
        return super().write(account_id, profile, revision=revision, expires_at=expires_at)


@pytest.mark.parametrize("races", [1, 3, 5])
def test_concurrent_transactions_of_an_account_are_all_learnt(cloud: Cloud, races: int) -> None:
    others = [stored(transaction_id=f"other-{n}", timestamp=NOW - n) for n in range(races)]
    decision = deliver(detector_with(Raced(cloud, others), cloud), cloud, amount=FRAUD)
    assert decision is not None
    assert decision.suspicious
    assert learnt(cloud) == races + 1
    assert len(messages(cloud)) == 1, "told once, however often the write was tried"


class Behind(ProfilesTable):
    """A table that shows nothing of its last writes, unless it is asked for what was written last."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud.dynamodb, "profiles-test", controls_in(cloud.dynamodb))
        self.asked: list[bool] = []

    def read(self, account_id: str, merchant_id: str, *, as_last_written: bool = True) -> Profiles:
        self.asked.append(as_last_written)
        if as_last_written:
            return super().read(account_id, merchant_id)
        return Profiles(AccountProfile(), 0, MerchantProfile(), NO_CONTROLS)


def test_a_first_read_that_is_a_moment_old_loses_nothing(cloud: Cloud) -> None:
    behind = Behind(cloud)
    for number in range(3):
        detector = detector_with(behind, cloud)
        assert deliver(detector, cloud, transaction_id=f"t-{number}", timestamp=NOW + number) is not None
    assert deliver(detector, cloud, transaction_id="t-2", timestamp=NOW + 2) is None, "a second delivery"
    assert learnt(cloud) == 3
    assert behind.asked == [False, False, True, False, True, False, True]


def test_a_first_read_costs_half(cloud: Cloud) -> None:
    table = cloud.profiles()
    with patch.object(cloud.dynamodb, "batch_get_item", wraps=cloud.dynamodb.batch_get_item) as called:
        for as_last_written in (False, True):
            table.read("account-1", "merchant-1", as_last_written=as_last_written)
    asked = [each.kwargs["RequestItems"]["profiles-test"]["ConsistentRead"] for each in called.mock_calls]
    assert asked == [False, True]


def test_a_duplicate_that_wins_the_race_is_told_and_learnt_once_at_least(cloud: Cloud) -> None:
    decision = deliver(detector_with(Raced(cloud, [stored(amount=FRAUD)]), cloud), cloud, amount=FRAUD)
    assert decision is not None
    assert learnt(cloud) == 1
    told = messages(cloud)
    assert {message.transaction.alert_id for message in told} == {stored().alert_id}, (
        "one alert for the notifier"
    )


def test_a_write_whose_answer_was_lost_is_still_a_decision(cloud: Cloud) -> None:
    class Deaf(ProfilesTable):
        def write(self, *arguments: Any, **settings: Any) -> bool:
            super().write(*arguments, **settings)
            return False

    decision = deliver(detector_with(cloud.profiles(Deaf), cloud), cloud)
    assert decision is not None
    assert not decision.suspicious
    assert learnt(cloud) == 1


def test_a_profile_that_never_rests_is_left_to_the_next_delivery(cloud: Cloud) -> None:
    others = [stored(transaction_id=f"other-{n}", timestamp=NOW - n) for n in range(20)]
    with pytest.raises(DetectorError, match="changed during each"):
        deliver(detector_with(Raced(cloud, others), cloud), cloud)


def test_a_crash_before_the_profile_is_written_loses_nothing(cloud: Cloud, detector: Detection) -> None:
    class Crashing(ProfilesTable):
        def write(self, *_: Any, **__: Any) -> bool:
            raise DetectorError("the lights went out")

    with pytest.raises(DetectorError):
        deliver(
            detector_with(cloud.profiles(Crashing), cloud),
            cloud,
            amount=FRAUD,
        )
    assert deliver(detector, cloud, amount=FRAUD) is not None
    assert len({message.transaction.alert_id for message in messages(cloud)}) == 1
    assert learnt(cloud) == 1


def test_a_queue_that_refuses_leaves_the_transaction_unknown(cloud: Cloud, detector: Detection) -> None:
    missing = SuspiciousQueue(cloud.sqs, cloud.queue_url + "-missing")
    table = cloud.profiles()
    with pytest.raises(DetectorError, match="not sent"):
        deliver(detector_with(table, cloud, missing), cloud, amount=FRAUD)
    assert cloud.items("profiles-test") == []
    assert deliver(detector, cloud, amount=FRAUD) is not None
    assert len(messages(cloud)) == 1
