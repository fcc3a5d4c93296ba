"""The challenger: it is recorded beside the decision, alerts on nothing, and stops nothing."""

import json
from typing import Any

import pytest

from shared.runtime.changes import Changed
from shared.runtime.decisions import Challenged, RecordedDecision
from shared.runtime.dynamodb import to_item
from stacks.compute.functions.detector.scoring import RULES_PATH, Scorer, parse_rules
from stacks.compute.functions.profiles.rules_item import CHALLENGER_KEY, publication
from tests.unit.functions.conftest import Cloud
from tests.unit.functions.deciding import FRAUD, RULES, USUAL, decisions, detector, event_of, told

SHIPPED = json.loads(RULES_PATH.read_text())
KILOBYTE = 1024


def publish(cloud: Cloud, text: str, **changes: Any) -> str:
    """Publish a challenger by hand; returns its version."""
    item = {"profile_id": CHALLENGER_KEY, **publication(text, "v", Changed.CHALLENGER), **changes}
    cloud.dynamodb.put_item(TableName="profiles-test", Item=to_item(item))
    try:
        return parse_rules(text.encode()).version
    except ValueError:
        return "bad"


def text_of(**changes: Any) -> str:
    return json.dumps({**SHIPPED, "version": "challenger", **changes}, indent=2)


STRICT = text_of(
    rules={**SHIPPED["rules"], "amount_limit": {"mode": "alert", "points": 15, "limits": {"USD": 10}}}
)


def decided(cloud: Cloud, **changes: Any) -> RecordedDecision:
    detector(cloud).receive(event_of(cloud, **changes))
    decision = decisions(cloud)[changes.get("transaction_id", "t-1")]
    assert decision is not None
    return decision


def test_what_it_would_decide_is_recorded_and_nobody_is_told(cloud: Cloud) -> None:
    alone = decided(cloud, transaction_id="alone", account_id="other", amount=USUAL)
    version = publish(cloud, STRICT)
    decision = decided(cloud, amount=USUAL)
    assert (decision.suspicious, decision.score, decision.rules_version) == (
        False,
        alone.score,
        RULES.version,
    )
    assert decision.challenger is not None
    assert (decision.challenger.rules_version, decision.challenger.suspicious) == (version, True)
    assert decision.challenger.score > 0.9
    assert told(cloud) == []
    assert alone.challenger is None


def test_an_alert_that_it_would_not_raise_is_raised(cloud: Cloud) -> None:
    publish(cloud, text_of(quantities={}))
    decision = decided(cloud, amount=FRAUD)
    assert decision.suspicious
    assert decision.challenger is not None
    assert not decision.challenger.suspicious
    assert len(told(cloud)) == 1


@pytest.mark.parametrize(
    ("text", "changes"),
    [("{", {}), ("[" * 30_000, {}), (STRICT, {"sha256": "0"}), (STRICT, {"rules": 7})],
    ids=["no-json", "brackets", "another-digest", "no-text"],
)
def test_one_that_cannot_be_used_stops_no_decision(cloud: Cloud, text: str, changes: dict[str, Any]) -> None:
    publish(cloud, text, **changes)
    decision = decided(cloud, amount=FRAUD)
    assert (decision.suspicious, decision.challenger, decision.scored_without) == (True, None, ())


def test_one_that_fails_at_a_payment_stops_no_decision(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    version = publish(cloud, STRICT)
    assess, failed = Scorer.assess, []

    def failing(self: Scorer, *arguments: Any, **named: Any) -> Any:
        if self.rules.version == version:
            failed.append(1)
            raise ZeroDivisionError
        return assess(self, *arguments, **named)

    monkeypatch.setattr(Scorer, "assess", failing)
    service = detector(cloud)
    for name in ("t-1", "t-2"):
        service.receive(event_of(cloud, transaction_id=name, amount=FRAUD))
    found = decisions(cloud).values()
    assert [(each is not None and each.suspicious, each and each.challenger) for each in found] == [
        (True, None)
    ] * 2
    assert len(failed) == 1, "what failed is not asked again"


def test_what_is_in_force_already_is_not_scored_twice(cloud: Cloud) -> None:
    service = detector(cloud)
    publish(cloud, text_of())
    service.receive(event_of(cloud, transaction_id="before"))
    champion = parse_rules(text_of().encode())
    challenger = service._rules.challenger
    challenger.use({"rules": text_of(), **publication(text_of(), "v")})
    known = service._profiles.read("account-1", "merchant-1")
    view = Scorer(champion).unknown_population()
    assert challenger.decision(champion, None, known, view, {}) is None  # type: ignore[arg-type]


def test_it_costs_no_further_write_unit(cloud: Cloud) -> None:
    """A decision is kept on the transaction's item: below a kilobyte it takes one unit, as without."""
    publish(cloud, STRICT)
    decided(
        cloud,
        transaction_id="t-" + "0" * 34,
        account_id="a" * 36,
        merchant_id="m" * 36,
        merchant_category="grocery",
        country="DE",
        channel="online",
        device_id="d" * 36,
        ip_address="203.0.113.10",
    )
    [item] = cloud.dynamodb.scan(TableName="transactions-test")["Items"]
    assert "challenger" in item["decision"]["M"]
    assert len(json.dumps(item)) < KILOBYTE, "even as JSON, which takes more than DynamoDB counts"


def test_what_was_recorded_is_read_again() -> None:
    for suspicious in (True, False):
        challenged = Challenged(rules_version="c+1", score=FRAUD, suspicious=suspicious)
        decision = RecordedDecision(
            suspicious=False, decided_at=1, shadow=("travel", "rest"), challenger=challenged
        )
        assert ("suspicious" in decision.values()["challenger"]) == suspicious
        assert RecordedDecision.read(_fields(decision.values())) == decision


def _fields(values: dict[str, Any]) -> Any:
    from shared.runtime.dynamodb import from_item  # noqa: PLC0415
    from shared.runtime.fields import Fields  # noqa: PLC0415

    return Fields(from_item(to_item(values)), "decision")
