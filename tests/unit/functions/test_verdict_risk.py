"""Verdicts and later scores, on the same tables: what a fraud adds, a legitimate verdict takes away."""

import json
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runtime.events import StoredTransaction
from shared.runtime.logs import Logger
from stacks.alerting.functions.notifier.adapters import AlertsTable
from stacks.alerting.functions.notifier.record import alert_record
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
from stacks.compute.functions.detector.scoring import Decision, Scorer, load_rules
from stacks.compute.functions.detector.scoring.quantities import PLACE_QUANTITIES
from stacks.compute.functions.profiles.items import StoredProfile
from stacks.compute.functions.profiles.transactions import scored_transaction
from stacks.compute.functions.verdicts.adapters import DynamoTables
from stacks.compute.functions.verdicts.ports import Change, Known
from stacks.compute.functions.verdicts.risk import changed_profiles, profiles_of
from tests.unit.functions.builders import NOW, SECRET, TRACE_HEADER, TRACE_ID, stored, suspicious
from tests.unit.functions.conftest import Cloud, controls_in
from tests.unit.functions.verdict_desk import NAMES, Desk

HOUR = 3_600_000
RISK_CODES = PLACE_QUANTITIES


class World(Desk):
    """The detector and the verdicts function on the same tables; the detector's memory is always fresh."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud)
        self.scorer = Scorer(load_rules())

    def pay(self, transaction_id: str, **fields: Any) -> Decision:
        """Store a payment of now and let the detector decide and learn."""
        values = {"timestamp": self.now, "amount": Decimal("20.00"), **fields}
        self.store(transaction_id=transaction_id, **values)
        decision = self._detection().decide(stored(transaction_id=transaction_id, **values))
        assert decision is not None
        return decision

    def _detection(self) -> Detection:
        dynamodb, log = self.cloud.dynamodb, Logger("detector", "ERROR")
        return Detection(
            ProfilesTable(dynamodb, NAMES.profiles, controls_in(dynamodb)),
            FirstUsesTable(dynamodb, NAMES.profiles),
            PopulationTable(dynamodb, NAMES.profiles),
            TransactionsTable(dynamodb, NAMES.transactions),
            SuspiciousQueue(self.cloud.sqs, self.cloud.queue_url),
            rules=ActiveRules(PublishedRules(dynamodb, NAMES.profiles), self.scorer.rules, log, "detector"),
            log=log,
            function_name="detector",
            pseudonym_secret=SECRET,
            time_to_live=timedelta(days=180),
            clock=lambda: self.now,
        )

    def would_score(self, account_id: str, merchant_id: str) -> Decision:
        """What a usual payment of now would score; nobody learns of it."""
        dynamodb = self.cloud.dynamodb
        known = ProfilesTable(dynamodb, NAMES.profiles, controls_in(dynamodb)).read(account_id, merchant_id)
        view = PopulationTable(dynamodb, NAMES.profiles).view(self.scorer.rules)
        transaction = stored(
            transaction_id="next", timestamp=self.now, account_id=account_id, merchant_id=merchant_id
        )
        scored = scored_transaction(transaction)
        return self.scorer.assess(scored, known.account, known.merchant, view).decision

    def profiles(self) -> dict[str, Any]:
        return {item["profile_id"]: item for item in self.cloud.items(NAMES.profiles)}


@pytest.fixture
def world(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", TRACE_HEADER)
    world = World(cloud)
    for number in range(12):
        world.now = NOW + number * HOUR
        for account in ("a", "b"):
            world.pay(f"{account}-{number}", account_id=account, merchant_id=f"shop-{number % 3}")
    world.now += HOUR
    world.pay("taken", account_id="a", merchant_id="m")
    world.now += HOUR
    return world


def codes(decision: Decision) -> set[str]:
    return {reason.code for reason in decision.reasons} & RISK_CODES


def test_a_fraud_raises_what_another_account_s_payment_there_scores_and_a_legitimate_verdict_lowers_it(
    world: World,
) -> None:
    before = world.would_score("b", "m").score
    assert world.give("taken", verdict="confirmed_fraud", decided_by="Ana")[0] == 200
    at_risk = world.would_score("b", "m")
    assert codes(at_risk) == {"merchant_risk"}
    assert at_risk.score > before
    assert world.would_score("b", "elsewhere").score <= before
    assert world.give("taken", verdict="legitimate", decided_by="Ana")[0] == 200
    assert world.would_score("b", "m").score == before
    assert codes(world.would_score("a", "m")) == set()


def test_a_fraud_that_the_account_s_own_behaviour_explains_does_not_speak_against_the_merchant(
    world: World,
) -> None:
    decision = world.pay("huge", account_id="a", merchant_id="m", amount=Decimal("9500.00"))
    assert decision.suspicious
    [message] = world.cloud.messages(world.cloud.queue_url)
    _record(world, message["Body"])
    assert world.give("huge", verdict="confirmed_fraud", decided_by="Ana")[0] == 200
    assert codes(world.would_score("b", "m")) == set()
    assert "merchant#m" not in world.profiles()


def _record(world: World, message: str) -> None:
    """Record an alert as the notifier does."""
    alert = type(suspicious()).from_json(message)
    record = alert_record(alert, account="acct-0", trace_id=TRACE_ID, now=world.now, time_to_live_days=365)
    AlertsTable(world.cloud.dynamodb, NAMES.alerts).claim(record, now=world.now, lease_until=world.now)


def learnt(world: World) -> dict[str, Any]:
    """The profiles without the history of who decided what."""
    return {key: item for key, item in world.profiles().items() if not key.startswith("history#")}


def test_a_genuine_payment_where_there_is_no_risk_writes_no_profile(world: World) -> None:
    before = world.profiles()
    assert world.give("b-3", verdict="legitimate", decided_by="Ana")[0] == 200
    assert learnt(world) == before
    assert len(world.profiles()) == len(before) + 1, "and the history has an entry"


def test_the_same_verdict_again_counts_once(world: World) -> None:
    world.give("taken", verdict="confirmed_fraud", decided_by="Ana")
    profiles = learnt(world)
    world.give("taken", verdict="confirmed_fraud", decided_by="Ana")
    world.give("taken", verdict="confirmed_fraud", decided_by="Ben", note="I saw it, too.")
    assert learnt(world) == profiles
    assert (
        world.record(stored(transaction_id="taken", timestamp=world.now - HOUR).alert_id)["decided_by"]
        == "Ben"
    )


def test_what_the_verdict_writes_expires_as_profiles_do_and_the_population_never(world: World) -> None:
    world.give("taken", verdict="confirmed_fraud", decided_by="Ana")
    profiles = world.profiles()
    assert profiles["merchant#m"]["expires_at"] == world.now // 1000 + 180 * 86_400
    risks = [item for key, item in profiles.items() if key.startswith("population#risk#")]
    assert len(risks) == 1
    assert "expires_at" not in risks[0]


def test_a_payment_that_the_detector_learns_meanwhile_is_not_lost(world: World) -> None:
    class Meanwhile(DynamoTables):
        paid = False

        def write(self, change: Change) -> bool:
            if not self.paid:
                self.paid = True
                world.pay("meanwhile", account_id="a", merchant_id="shop-1")
            return super().write(change)

    world.tables = Meanwhile(world.cloud.dynamodb, NAMES)
    assert world.give("taken", verdict="confirmed_fraud", decided_by="Ana")[0] == 200
    known = world.cloud.profiles().read("a", "m")
    assert known.account.count == 14
    assert known.account.risk
    assert known.merchant.risk


def test_a_profile_of_another_version_is_left_as_it_is(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    class Newer(DynamoTables):
        def read(self, alert_id: str, profile_ids: Sequence[str]) -> Known:
            known = super().read(alert_id, profile_ids)
            newer = {
                key: type(each)(each.profile_id, {"version": 99}, 7) for key, each in known.profiles.items()
            }
            return Known(known.record, newer if profile_ids else {})

    world.tables = Newer(world.cloud.dynamodb, NAMES)
    before = world.profiles()
    assert world.give("taken", verdict="confirmed_fraud", decided_by="Ana")[0] == 500
    assert world.profiles() == before
    assert '"message": "not recorded"' in capsys.readouterr().out


@pytest.mark.parametrize(
    "said", [["fraud", "legitimate"], ["legitimate", "fraud"], ["fraud", "legitimate", "fraud"]]
)
def test_only_the_last_verdict_on_a_payment_counts(world: World, said: list[str]) -> None:
    verdicts = {"fraud": "confirmed_fraud", "legitimate": "legitimate"}
    world.pay("alike", account_id="b", merchant_id="n")
    world.now += HOUR
    for number, verdict in enumerate(said):
        world.give("taken", verdict=verdicts[verdict], decided_by=f"Ana {number}")
    world.give("alike", verdict=verdicts[said[-1]], decided_by="Ana")
    for merchant in ("m", "n"):
        found = codes(world.would_score("c", merchant))
        assert found == ({"merchant_risk"} if said[-1] == "fraud" else set())


@pytest.mark.parametrize(("score", "explained"), [("0.97", True), ("0.01", False)])
def test_the_score_of_an_alert_from_before_there_were_points_says_how_much_explains_it(
    score: str, explained: bool
) -> None:
    reason = {"code": "extreme_amount", "contribution": Decimal(score)}
    record = {"score": Decimal(score), "reasons": [reason]}
    payment = stored(amount=Decimal("9500.00"))
    known = Known(record, {key: StoredProfile(key) for key in profiles_of(payment)})
    changed = changed_profiles("confirmed_fraud", payment, known, expires_at=None)
    merchants = [each for each in changed if each.stored.profile_id.startswith("merchant#")]
    assert bool(merchants) is not explained


class Stored:
    """What is stored, in memory: the record's part that counts, and the profiles as their states."""

    def __init__(self) -> None:
        self.records: dict[str, dict[str, Any]] = {}
        self.profiles: dict[str, StoredProfile] = {}

    def give(self, transaction: StoredTransaction, verdict: str) -> int:
        keys = profiles_of(transaction)
        known = Known(
            self.records.get(transaction.transaction_id),
            {key: self.profiles.get(key, StoredProfile(key)) for key in keys},
        )
        changed = changed_profiles(verdict, transaction, known, expires_at=None)
        for new in changed:
            state = new.state if isinstance(new.state, bytes) else json.loads(json.dumps(new.state))
            self.profiles[new.stored.profile_id] = StoredProfile(
                new.stored.profile_id, state, new.stored.revision + 1
            )
        self.records[transaction.transaction_id] = {"verdict": verdict}
        return len(changed)


def _size(state: Any) -> int:
    return len(state if isinstance(state, bytes) else json.dumps(state))


GIVEN = st.lists(
    st.tuples(st.integers(0, 40), st.sampled_from(["confirmed_fraud", "legitimate"])), min_size=1, max_size=80
)


@given(GIVEN)
def test_any_verdicts_in_any_order_are_stored_small_and_count_once(
    given_verdicts: list[tuple[int, str]],
) -> None:
    world = Stored()
    payments = [
        stored(
            transaction_id=f"t-{n}",
            timestamp=NOW + n * HOUR,
            account_id=f"a-{n % 3}",
            merchant_id=f"m-{n % 2}",
        )
        for n in range(41)
    ]
    for number, verdict in given_verdicts:
        world.give(payments[number], verdict)
        assert world.give(payments[number], verdict) == 0
    for profile in world.profiles.values():
        assert _size(profile.state) < 4096
    assert all(profile.revision <= len(given_verdicts) for profile in world.profiles.values())
