"""The detector from event to queue and profile: it sends what is suspicious, and learns nothing twice."""

import json
from decimal import Decimal

import pytest

from shared.runtime.dynamodb import to_item
from shared.runtime.events import SuspiciousTransaction
from shared.runtime.fields import EventError
from shared.runtime.tracing import parse_header
from stacks.compute.functions.detector.detection import Detection
from stacks.compute.functions.detector.population_table import PopulationTable
from stacks.compute.functions.detector.scoring import (
    SHARDS,
    AccountProfile,
    MerchantProfile,
    Population,
    RiskPopulation,
    Scorer,
    Verdict,
    apply_verdict,
    probability_of,
)
from stacks.compute.functions.profiles.items import StoredProfile
from stacks.compute.functions.profiles.transactions import scored_transaction
from tests.unit.functions.builders import NOW, TRACE_ID, stored
from tests.unit.functions.conftest import Cloud, control
from tests.unit.functions.detector.detecting import FRAUD, RULES, deliver, learnt, messages
from tests.unit.functions.histories import account_of, habit
from tests.unit.functions.test_stored_profiles import BEFORE


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
        "the notifier mails it once"
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


def test_a_profile_of_the_version_before_is_taken_over_and_stored_anew(
    detector: Detection, cloud: Cloud
) -> None:
    item = {"profile_id": "account#account-1", "revision": 4, "state": json.dumps(BEFORE)}
    cloud.dynamodb.put_item(TableName="profiles-test", Item=to_item(item))
    assert deliver(detector, cloud, timestamp=BEFORE["last_at"] + 1) is not None
    [stored_now] = [each for each in cloud.items("profiles-test") if each["profile_id"] == item["profile_id"]]
    assert (stored_now["revision"], type(stored_now["state"])) == (5, bytes)
    assert learnt(cloud) == BEFORE["count"] + 1


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
