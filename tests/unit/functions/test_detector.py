"""The detector from event to queue and profile: what is suspicious is told, nothing is learnt twice."""

import json
from collections.abc import Callable, Sequence
from dataclasses import fields as dataclass_fields
from datetime import timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest
from botocore.stub import Stubber

from shared.runtime.dynamodb import to_item
from shared.runtime.events import StoredTransaction, SuspiciousTransaction, stored_transaction
from shared.runtime.fields import EventError
from shared.runtime.logs import Logger
from shared.runtime.schema import transaction_schema
from shared.runtime.tracing import parse_header
from stacks.compute.functions.detector import detection as detection_module
from stacks.compute.functions.detector.active_rules import ActiveRules
from stacks.compute.functions.detector.adapters import (
    ProfilesTable,
    PublishedRules,
    SuspiciousQueue,
    TransactionsTable,
)
from stacks.compute.functions.detector.detection import Detection
from stacks.compute.functions.detector.first_uses_table import FirstUsesTable
from stacks.compute.functions.detector.population_table import PopulationTable
from stacks.compute.functions.detector.ports import CountedPlace, DetectorError, Profiles
from stacks.compute.functions.detector.scoring import (
    NO_CONTROLS,
    SHARDS,
    AccountProfile,
    Decision,
    FirstUses,
    MerchantProfile,
    Place,
    Population,
    RiskPopulation,
    Scorer,
    Transaction,
    Verdict,
    apply_verdict,
    probability_of,
)
from stacks.compute.functions.detector.scoring.sharing import Kind
from stacks.compute.functions.profiles.items import StoredProfile
from stacks.compute.functions.profiles.transactions import scored_transaction
from tests.support.botocore_clients import create_client
from tests.unit.functions.builders import NOW, SECRET, TRACE_ID, bus_event, stored
from tests.unit.functions.conftest import Cloud, NoControls, control, controls_in
from tests.unit.functions.histories import account_of, habit, limited
from tests.unit.functions.test_scoring import BEFORE

RULES = limited(USD=4_000.0)
FRAUD = Decimal("5000.00")
"""Over the limit: suspicious, whoever pays it."""


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detection_module, "pause", lambda _: None)


@pytest.fixture
def detector(cloud: Cloud) -> Detection:
    return detector_with(cloud.profiles(), cloud)


def detector_with(
    profiles: ProfilesTable,
    cloud: Cloud,
    queue: SuspiciousQueue | None = None,
    first_uses: FirstUsesTable | None = None,
    decisions: TransactionsTable | None = None,
) -> Detection:
    return Detection(
        profiles,
        first_uses or FirstUsesTable(cloud.dynamodb, "profiles-test"),
        PopulationTable(cloud.dynamodb, "profiles-test"),
        decisions or TransactionsTable(cloud.dynamodb, "transactions-test"),
        queue or SuspiciousQueue(cloud.sqs, cloud.queue_url),
        rules=ActiveRules(
            PublishedRules(cloud.dynamodb, "profiles-test"), RULES, Logger("detector"), "detector"
        ),
        log=Logger("detector"),
        function_name="detector",
        pseudonym_secret=SECRET,
        time_to_live=timedelta(days=180),
        clock=lambda: NOW,
    )


def deliver(detector: Detection, cloud: Cloud, **changes: Any) -> Decision | None:
    """Store a transaction, unless it is, and deliver its event."""
    event = bus_event(**changes)
    cloud.store(event["detail"]["dynamodb"]["NewImage"])
    return detector.receive(event)


def messages(cloud: Cloud) -> list[SuspiciousTransaction]:
    return [SuspiciousTransaction.from_json(message["Body"]) for message in cloud.messages(cloud.queue_url)]


def learnt(cloud: Cloud) -> int:
    """How many transactions the one account's profile has learnt."""
    profiles = [item for item in cloud.items("profiles-test") if item["profile_id"] == "account#account-1"]
    return sum(AccountProfile.from_state(item["state"]).count for item in profiles)


def test_a_usual_transaction_is_learnt_and_not_told(detector: Detection, cloud: Cloud) -> None:
    decision = deliver(detector, cloud)
    assert decision is not None
    assert not decision.suspicious
    items = {item["profile_id"]: item for item in cloud.items("profiles-test")}
    [item] = [item for key, item in items.items() if key.startswith("account#")]
    assert (item["profile_id"], item["revision"]) == ("account#account-1", 1)
    assert item["expires_at"] == NOW // 1000 + 180 * 86_400
    assert messages(cloud) == []


def test_a_suspicious_transaction_is_told_with_its_reasons(detector: Detection, cloud: Cloud) -> None:
    decision = deliver(detector, cloud, amount=FRAUD)
    assert decision is not None
    assert decision.suspicious
    [message] = cloud.messages(cloud.queue_url)
    told = SuspiciousTransaction.from_json(message["Body"])
    assert told.transaction == stored(amount=FRAUD)
    assert told.rules_version == RULES.version
    first = told.reasons[0]
    assert (first.code, first.observed, first.threshold) == ("amount_limit", "5000", "4000")
    assert told.base is not None
    points = [reason.points for reason in told.reasons if reason.points is not None]
    assert len(points) == len(told.reasons) > 1
    assert probability_of(float(told.base + sum(points))) == pytest.approx(float(told.score), abs=1e-6)
    assert 0 < first.contribution <= told.score
    continued = parse_header(message["Attributes"]["AWSTraceHeader"])
    assert continued is not None
    assert continued.trace_id == TRACE_ID
    assert continued.parent_id not in {None, "53995c3f42cd8ad8"}
    assert told.trace_header == message["Attributes"]["AWSTraceHeader"]


def test_a_transaction_delivered_again_is_told_and_learnt_once(detector: Detection, cloud: Cloud) -> None:
    assert deliver(detector, cloud, amount=FRAUD) is not None
    assert deliver(detector, cloud, amount=FRAUD) is None
    [first, again] = messages(cloud)
    assert (first.transaction.alert_id, first.reasons) == (again.transaction.alert_id, again.reasons), (
        "the notifier tells of it once"
    )
    assert learnt(cloud) == 1


def test_a_history_makes_a_baseline(detector: Detection, cloud: Cloud) -> None:
    for day in range(12, 0, -1):
        deliver(detector, cloud, transaction_id=f"habit-{day}", timestamp=NOW - day * 86_400_000)
    decision = deliver(detector, cloud, transaction_id="much", amount=Decimal("399.99"), timestamp=NOW)
    assert decision is not None
    assert "amount_anomaly" in {reason.code for reason in decision.reasons}
    assert len(messages(cloud)) == 1
    assert learnt(cloud) == 13


def test_a_watch_that_people_put_on_a_merchant(detector: Detection, cloud: Cloud) -> None:
    watch = control("merchant#merchant-1", standing="watch", standing_until=NOW + 1)
    cloud.dynamodb.put_item(TableName="profiles-test", Item=to_item(watch))
    decision = deliver(detector, cloud)
    assert decision is not None
    assert decision.reasons[0].code == "watched_merchant"


def test_a_snoozed_account_raises_no_alert_and_still_learns(detector: Detection, cloud: Cloud) -> None:
    snooze = control("account#account-1", snoozed_until=NOW + 1)
    cloud.dynamodb.put_item(TableName="profiles-test", Item=to_item(snooze))
    decision = deliver(detector, cloud, amount=FRAUD)
    assert decision is not None
    assert (decision.suspicious, decision.suppressed) == (False, "snooze")
    assert messages(cloud) == []
    assert learnt(cloud) == 1


def test_a_merchant_with_a_confirmed_fraud_is_at_risk(detector: Detection, cloud: Cloud) -> None:
    fraud = scored_transaction(stored(transaction_id="earlier", timestamp=NOW - 3_600_000))
    merchant = MerchantProfile()
    apply_verdict(
        fraud,
        Verdict.CONFIRMED_FRAUD,
        previous=None,
        own_suspicion=None,
        account=AccountProfile(),
        merchant=merchant,
        population=RiskPopulation(),
    )
    item = {"profile_id": "merchant#merchant-1", "revision": 1, "state": json.dumps(merchant.to_state())}
    cloud.dynamodb.put_item(TableName="profiles-test", Item=to_item(item))
    decision = deliver(detector, cloud)
    assert decision is not None
    assert decision.reasons[0].code == "merchant_risk"


def test_an_account_with_a_history_teaches_the_population_once_a_day(
    detector: Detection, cloud: Cloud
) -> None:
    for number in range(5):
        deliver(detector, cloud, transaction_id=f"t-{number}", timestamp=NOW - 5 + number)
    shards = [item for item in cloud.items("profiles-test") if item["profile_id"].startswith("population#")]
    assert [Population.from_state(StoredProfile.of_item("", shard).state).samples for shard in shards] == [1]


def test_a_sample_is_left_out_where_another_is_faster(cloud: Cloud) -> None:
    table = PopulationTable(cloud.dynamodb, "profiles-test", clock=lambda: 0.0)
    rival = PopulationTable(cloud.dynamodb, "profiles-test", clock=lambda: 0.0)
    account, scorer = account_of(*habit(3)), Scorer(RULES)
    transaction = scored_transaction(stored())
    assessment = scorer.assess(transaction, account, MerchantProfile(), table.view(RULES))
    sample = scorer.sample(transaction, account, assessment, rival.view(RULES))
    assert sample is not None
    for each in (rival, table, table):
        each.learn(sample, transaction.transaction_id)
    [shard] = cloud.items("profiles-test")
    assert (shard["revision"], Population.from_state(StoredProfile.of_item("", shard).state).samples) == (
        2,
        2,
    )


def test_a_population_of_the_version_before_starts_anew(detector: Detection, cloud: Cloud) -> None:
    keys = [f"population#sample#{shard}" for shard in range(SHARDS)]
    for key in keys:
        old = {"profile_id": key, "revision": 7, "state": json.dumps({"version": 1, "samples": 900})}
        cloud.dynamodb.put_item(TableName="profiles-test", Item=to_item(old))
    for number in range(5):
        assert deliver(detector, cloud, transaction_id=f"t-{number}", timestamp=NOW - 5 + number)
    items = {item["profile_id"]: item for item in cloud.items("profiles-test")}
    [taught] = [items[key] for key in keys if items[key]["revision"] == 8]
    assert Population.from_state(json.loads(taught["state"])).samples == 1


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


def test_a_profile_of_the_version_before_is_taken_over_and_stored_anew(
    detector: Detection, cloud: Cloud
) -> None:
    item = {"profile_id": "account#account-1", "revision": 4, "state": json.dumps(BEFORE)}
    cloud.dynamodb.put_item(TableName="profiles-test", Item=to_item(item))
    assert deliver(detector, cloud, timestamp=BEFORE["last_at"] + 1) is not None
    [stored_now] = [each for each in cloud.items("profiles-test") if each["profile_id"] == item["profile_id"]]
    assert (stored_now["revision"], type(stored_now["state"])) == (5, bytes)
    assert learnt(cloud) == BEFORE["count"] + 1


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


def test_an_event_that_is_not_ours_is_an_error(detector: Detection) -> None:
    with pytest.raises(EventError):
        detector.receive({"source": "aws.s3", "detail-type": "Object Created", "detail": {}})


def test_logs_show_the_decision_and_the_pseudonym_alone(
    detector: Detection, cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    deliver(detector, cloud, account_id="account-of-somebody")
    deliver(detector, cloud, account_id="account-of-somebody", transaction_id="t-2", amount=FRAUD)
    deliver(detector, cloud, account_id="account-of-somebody")
    logged = capsys.readouterr().out
    lines = [json.loads(line) for line in logged.splitlines()]
    assert [line["message"] for line in lines] == ["scored", "suspicious", "duplicate"]
    assert all(line["trace_id"] == TRACE_ID and line["account"].startswith("acct-") for line in lines)
    assert (lines[1]["reasons"][0], lines[1]["rules_version"]) == ("amount_limit", RULES.version)
    assert "account-of-somebody" not in logged


Respond = Callable[[Stubber], None]


@pytest.fixture
def stubbed(monkeypatch: pytest.MonkeyPatch) -> tuple[ProfilesTable, Stubber]:
    monkeypatch.setattr("stacks.compute.functions.profiles.reading.pause", lambda _: None)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "none")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    client = create_client("dynamodb")
    client.meta.events.unregister("needs-retry.dynamodb")
    return ProfilesTable(client, "profiles-test", NoControls()), Stubber(client)


def test_keys_that_were_not_processed_are_asked_for_again(stubbed: tuple[ProfilesTable, Stubber]) -> None:
    table, stubber = stubbed
    rest = {"profiles-test": {"Keys": [{"profile_id": {"S": "account#a"}}], "ConsistentRead": True}}
    profile = AccountProfile()
    profile.count = 3
    item = to_item({"profile_id": "account#a", "revision": 7, "state": profile.to_state()})
    stubber.add_response("batch_get_item", {"Responses": {}, "UnprocessedKeys": rest})
    stubber.add_response("batch_get_item", {"Responses": {"profiles-test": [item]}}, {"RequestItems": rest})
    with stubber:
        profiles = table.read("a", "m")
    assert (profiles.revision, profiles.account.to_state()) == (7, profile.to_state())


def test_keys_that_are_never_processed_are_an_error(stubbed: tuple[ProfilesTable, Stubber]) -> None:
    table, stubber = stubbed
    rest = {"profiles-test": {"Keys": [{"profile_id": {"S": "account#a"}}]}}
    for _ in range(4):
        stubber.add_response("batch_get_item", {"Responses": {}, "UnprocessedKeys": rest})
    with stubber, pytest.raises(DetectorError, match="unprocessed"):
        table.read("a", "m")


@pytest.mark.parametrize("call", ["batch_get_item", "put_item"])
def test_throttling_is_left_to_the_next_delivery(stubbed: tuple[ProfilesTable, Stubber], call: str) -> None:
    table, stubber = stubbed
    stubber.add_client_error(call, "ThrottlingException", "the value account-1 is secret")

    def read_or_write() -> None:
        if call == "put_item":
            table.write("a", AccountProfile(), revision=0, expires_at=None)
        else:
            table.read("a", "m")

    with stubber, pytest.raises(DetectorError, match="ThrottlingException") as refused:
        read_or_write()
    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("code", ["ConditionalCheckFailedException", "TransactionConflictException"])
def test_a_verdict_that_is_being_written_is_somebody_faster(
    stubbed: tuple[ProfilesTable, Stubber], code: str
) -> None:
    table, stubber = stubbed
    stubber.add_client_error("put_item", code)
    with stubber:
        assert table.write("a", AccountProfile(), revision=3, expires_at=None) is False


def test_the_rules_see_every_field_that_they_have() -> None:
    full = stored(
        merchant_category="grocery",
        country="DE",
        channel="web",
        device_id="d-1",
        ip_address="192.0.2.7",
        latitude=Decimal("52.52"),
        longitude=Decimal("13.4"),
        card_present=False,
    )
    seen = scored_transaction(full)._asdict()
    assert None not in seen.values()
    numbers = {name: float(getattr(full, name)) for name in ("amount", "latitude", "longitude")}
    assert seen == {**{name: getattr(full, name) for name in seen}, **numbers}


def test_an_optional_field_costs_the_schema_and_a_line_in_each_of_two_types() -> None:
    """Reading, storing and the way to the scorer follow from those: a further field needs nothing else."""
    schema = transaction_schema()["properties"]
    shape = {each.name: each.type for each in dataclass_fields(StoredTransaction)}
    assert schema.keys() == shape.keys() - {"received_at", "trace_header"}
    assert set(Transaction._fields) == schema.keys()
    texts = [name for name, kind in shape.items() if kind == str | None]
    assert "channel" in texts
    assert "ip_address" in texts
    for name in texts:
        given = "192.0.2.7" if name == "ip_address" else "DE"
        read = stored_transaction(bus_event(**{name: given}))
        assert getattr(read, name) == getattr(scored_transaction(read), name) == given
