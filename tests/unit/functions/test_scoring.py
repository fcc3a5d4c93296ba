"""The scoring core: what must hold for every stream of transactions."""

import json
from base64 import b85decode
from dataclasses import replace
from math import isclose, log
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stacks.compute.functions.detector.scoring import (
    NAMES,
    AccountProfile,
    Controls,
    MerchantProfile,
    Mode,
    PaymentControls,
    Population,
    ProfileError,
    Scorer,
    Standing,
    Transaction,
    new_places,
    probability_of,
)
from stacks.compute.functions.detector.scoring.account import REMEMBERED_PAYMENTS
from stacks.compute.functions.detector.scoring.hard_rules import HARD_RULES
from stacks.compute.functions.detector.scoring.population import POPULATION_VERSION
from stacks.compute.functions.detector.scoring.quantities import RAW
from tests.unit.functions.builders import NOW, SCHEMA, scored, valid_bodies
from tests.unit.functions.histories import (
    DAY,
    HOUR,
    NOBODY,
    RULES,
    UNKNOWN,
    account_of,
    assess,
    counted,
    decide,
    habit,
    population,
    reasons_of_everything,
    teach,
)

CATEGORIES = [f"{n:02d}" + "c" * 62 for n in range(40)]

SMALLER_IS_WORSE = ("small_payments", "under_limit", "amount_limit")
WITHOUT_PATTERNS = Scorer(
    replace(
        RULES,
        scorecard={
            name: curve._replace(mode=Mode.OFF) if name in SMALLER_IS_WORSE else curve
            for name, curve in RULES.scorecard.items()
        },
    )
)
"""The rules without those for which a smaller amount is the worse one: small tests, just under a limit."""


@st.composite
def transactions(draw: st.DrawFn) -> Transaction:
    placed = draw(st.booleans())
    return Transaction(
        transaction_id=draw(st.text("abcdef0123456789", min_size=1, max_size=8)),
        timestamp=NOW + draw(st.integers(0, 3 * DAY)),
        account_id="account-1",
        merchant_id=draw(st.sampled_from(["merchant-1", "merchant-2", "merchant-3"])),
        amount=draw(st.floats(0.0001, 1e15)),
        currency=draw(st.sampled_from(["USD", "EUR", "JPY", "KWD", "CLF", "XOF"])),
        merchant_category=draw(st.none() | st.sampled_from(CATEGORIES)),
        country=draw(st.none() | st.sampled_from(SCHEMA["properties"]["country"]["enum"])),
        device_id=draw(st.none() | st.sampled_from([f"device-{n}" for n in range(12)])),
        channel=draw(st.none() | st.sampled_from(["web", "pos"])),
        ip_address=draw(st.none() | st.sampled_from(["192.0.2.7", "198.51.100.9", "2001:db8::7"])),
        latitude=draw(st.floats(-90, 90)) if placed else None,
        longitude=draw(st.floats(-180, 180)) if placed else None,
        card_present=draw(st.none() | st.booleans()),
    )


streams = st.lists(transactions(), max_size=60)
controls = st.builds(
    Controls,
    standing=st.none() | st.sampled_from(Standing),
    standing_until=st.sampled_from([0, NOW, NOW + 5 * DAY]),
    snoozed_until=st.sampled_from([0, NOW, NOW + 5 * DAY]),
)


@given(streams, transactions(), st.builds(PaymentControls, controls, controls), st.booleans())
def test_base_and_points_sum_to_the_log_odds_of_the_score(
    stream: list[Transaction], last: Transaction, given_controls: PaymentControls, shared: bool
) -> None:
    account = account_of(*stream)
    sharing = {place: counted(place) for place in new_places(last, account)} if shared else {}
    decision = decide(last, account, controls=given_controls, sharing=sharing)
    assert 0.0 < decision.score < 1.0
    reached = decision.score >= RULES.alert_threshold
    assert decision.suspicious is (reached and decision.suppressed is None)
    assert decision.reasons or not reached
    assert [each.points for each in decision.reasons] == sorted(
        (each.points for each in decision.reasons), reverse=True
    )
    if decision.reasons:
        total = decision.base + sum(reason.points for reason in decision.reasons)
        assert decision.score == probability_of(total)
        if total < 20:
            assert isclose(log(decision.score / (1 - decision.score)), total, rel_tol=1e-6)
    for reason in decision.reasons:
        assert reason.points == round(reason.points, 4) != 0.0
        assert all(value != "" for value in (reason.observed, reason.baseline, reason.threshold, reason.unit))


@given(streams, transactions(), st.sets(st.sampled_from(NAMES)))
def test_what_is_measured_for_others_changes_no_decision(
    stream: list[Transaction], last: Transaction, names: set[str]
) -> None:
    account = account_of(*stream)
    silent, telling = Scorer(RULES), Scorer(RULES, measured=names)
    alone, beside = (each.assess(last, account, NOBODY, UNKNOWN) for each in (silent, telling))
    assert beside.decision == alone.decision
    for name in NAMES:
        assert hasattr(beside.quantities, name) is (name in names)
        assert not hasattr(alone.quantities, name)


def test_a_quantity_that_was_not_measured_is_no_unknown_one() -> None:
    scorer = Scorer(RULES, measured={"new_device"})
    quantities = scorer.assess(scored(), AccountProfile(), NOBODY, UNKNOWN).quantities
    assert quantities.new_device is None
    with pytest.raises(AttributeError, match="account_age was not measured"):
        _ = quantities.account_age


@given(streams)
def test_the_sum_of_the_hours_is_kept(stream: list[Transaction]) -> None:
    account = account_of(*habit(150, HOUR), *stream)
    restored = AccountProfile.from_state(account.to_state())
    assert account.hours_sum == sum(account.hours)
    assert restored.hours_sum == sum(restored.hours)


def test_every_quantity_and_rule_can_be_explained() -> None:
    reasons = reasons_of_everything()
    assert {reason.code for reason in reasons} == {*NAMES, *HARD_RULES}
    for reason in reasons:
        assert all(value != "" for value in (reason.observed, reason.baseline, reason.threshold, reason.unit))


@given(valid_bodies(), valid_bodies())
def test_whatever_the_schema_allows_is_scored(first: dict[str, Any], second: dict[str, Any]) -> None:
    seen = [
        Transaction(**{name: _plain(value) for name, value in body.items() if name in Transaction._fields})
        for body in (first, second)
    ]
    assert 0.0 <= decide(seen[1], account_of(seen[0])).score <= 1.0


def _plain(value: Any) -> Any:
    return float(value) if hasattr(value, "as_tuple") else value


@given(streams, transactions(), st.floats(1.0, 1000.0))
def test_a_greater_amount_never_scores_less(
    stream: list[Transaction], last: Transaction, factor: float
) -> None:
    account = account_of(*stream)
    greater = last._replace(amount=last.amount * factor)
    scores = [
        WITHOUT_PATTERNS.assess(each, account, MerchantProfile(), UNKNOWN).decision.score
        for each in (last, greater)
    ]
    # Points have four decimals: the logarithm of the greater amount may be rounded the other way, once.
    assert scores[0] <= scores[1] + 0.0001 / 4


@given(streams)
def test_duplicates_teach_nothing(stream: list[Transaction]) -> None:
    once, twice = AccountProfile(), AccountProfile()
    for transaction in stream:
        teach(once, transaction)
        teach(twice, transaction)
        state = twice.to_state()
        assert not teach(twice, transaction)
        assert twice.to_state() == state
    assert once.to_state() == twice.to_state()


@given(st.data())
@settings(max_examples=50)
def test_the_order_of_arrival_matters_little(data: st.DataObject) -> None:
    stream = data.draw(
        st.lists(transactions(), max_size=REMEMBERED_PAYMENTS, unique_by=lambda t: t.transaction_id)
    )
    # Equal amounts: only the cap on an amount depends on what was usual when it came.
    stream = [each._replace(amount=10.0, currency="USD") for each in stream]
    ordered, other = account_of(*stream), account_of(*data.draw(st.permutations(stream)))
    for name in ("count", "first_at", "last_at"):
        assert getattr(ordered, name) == getattr(other, name)
    assert [each[:3] for each in ordered.recent] == [each[:3] for each in other.recent]


@given(streams, streams)
def test_what_came_once_never_counts_again(stream: list[Transaction], more: list[Transaction]) -> None:
    account = account_of(*stream, *more)
    learnt = account.count
    for transaction in (*more, *stream):
        teach(account, transaction)
    # What was too late to be learnt at first may not be learnt later either.
    assert account.count == learnt


@given(streams, transactions())
def test_a_profile_survives_storage(stream: list[Transaction], last: Transaction) -> None:
    account = account_of(*stream)
    state = account.to_state()
    stored = AccountProfile.from_state(state)
    assert stored.to_state() == state
    # Counters have 24 bits there.
    assert decide(last, stored).score == pytest.approx(decide(last, account).score, rel=0.01)


def full_account(transactions: int = 500) -> AccountProfile:
    account = AccountProfile()
    countries = SCHEMA["properties"]["country"]["enum"]
    for number in range(transactions):
        transaction = scored(
            transaction_id=f"{number}" + "x" * 60,
            timestamp=NOW + number * DAY,
            merchant_id=f"merchant-{number}",
            amount=100 + number % 70,
            currency=("USD", "EUR", "GBP", "CHF", "SEK")[number % 5],
            merchant_category=f"{number:03d}" + "c" * 61,
            country=countries[number % len(countries)],
            device_id=f"device-{number}",
            ip_address=f"10.0.{number % 200}.1",
            channel=f"channel-{number % 6}",
            latitude=-89.123456789012345 + number / 997,
            longitude=-179.123456789012345 + number / 991,
            card_present=True,
        )
        assert teach(account, transaction)
    return account


def test_a_profile_stays_within_a_kilobyte_and_stops_growing() -> None:
    size, later = (len(full_account(number).to_state()) for number in (400, 800))
    assert 600 < size <= later <= 1024


def test_one_fraud_does_not_become_usual() -> None:
    account = account_of(*habit())
    fraud = scored(transaction_id="fraud", amount=100_000.0)
    assert decide(fraud, account).suspicious
    teach(account, fraud)
    assert decide(fraud._replace(transaction_id="again", timestamp=NOW + HOUR), account).suspicious
    assert account.mean < 45


def test_twenty_frauds_do_not_either() -> None:
    account = account_of(*habit(60))
    before = account.mean
    for number in range(20):
        fraud = scored(transaction_id=f"f{number}", timestamp=NOW + number * DAY, amount=50_000.0)
        assert decide(fraud, account).suspicious
        teach(account, fraud)
    assert account.mean < 2 * before


def test_too_late_an_arrival_is_not_learnt() -> None:
    account = account_of(*habit(count=REMEMBERED_PAYMENTS + 1, every=HOUR))
    before = account.to_state()
    late = scored(transaction_id="late", timestamp=NOW - 40 * DAY)
    assert not teach(account, late)
    assert account.to_state() == before


BEFORE: dict[str, Any] = json.loads(Path(__file__).with_name("profile_v2.json").read_text("utf-8"))
"""An account's profile as the version before stored it: 40 payments of about 40 USD, one of 6,000 JPY."""

FIRST: dict[str, Any] = {
    "version": 1,
    "count": 30,
    "first_at": NOW - 29 * DAY,
    "last_at": NOW,
    "amounts": {"USD": [30, 40.0, 60.0, NOW]},
    "categories": [30, {"grocery": (NOW // DAY)}],
    "countries": [30, {"DE": (NOW // DAY)}],
    "position": [NOW, 52.5, 13.4],
    "recent": [DAY, "AAAAAAAA", 0, "NXDwZcVm"],
}


def test_a_profile_of_the_version_before_is_taken_over() -> None:
    account = AccountProfile.from_state(BEFORE)
    assert (account.count, account.first_at, account.last_at) == (40, BEFORE["first_at"], BEFORE["last_at"])
    assert account.mean == pytest.approx(39.6, abs=0.1)
    assert (len(account.recent), len(account.merchants.first_hours), bool(account.risk)) == (16, 7, True)
    known: dict[str, Any] = {"merchant_category": "grocery", "country": "DE", "device_id": "phone-1"}
    usual = scored(timestamp=BEFORE["last_at"] + DAY, merchant_id="merchant-1", **known)
    account.risk.verdicts.clear()
    assert new_places(usual, account) == ()
    assert not decide(usual, account).suspicious
    fraud = decide(usual._replace(amount=400.0, country="FR", device_id="stolen"), account)
    assert fraud.suspicious
    assert {"amount_anomaly", "new_country", "new_device"} <= {each.code for each in fraud.reasons}
    last = scored(transaction_id="habit-39", timestamp=BEFORE["last_at"])
    assert account.knows(last)
    again = AccountProfile.from_state(account.to_state())
    assert again.to_state() == account.to_state()


def test_a_profile_of_the_first_version_is_taken_over() -> None:
    account = AccountProfile.from_state(FIRST)
    assert (account.count, account.mean) == (30, 40.0)
    assert decide(scored(timestamp=NOW + DAY, amount=900.0, merchant_id="new"), account).suspicious


THIRD = (
    "0~7!N005}kcAEhJ004Zm*qZ?W000000DwO>e#$>Plj1;}oq|CC0Bl0|)VM-&BECZa0000000000000000H8rb6FWkJH;hAyo>D>-000000000000"
    "0000000000000000016alo`$N>Qq0f}PB0Ra>N;VsAk0000000000009&MSH8#r00D_&6FYPiJ`ez)ZT-UuhX4R%KTQAt05C!TQfI584&eX*2pLEK"
    "001;X0PNojGMNGZ0Ic#t0000uLI6`sf#}-4002<TJpcdzJVF4&t`-(%JOBXnr8ocp06;<jz#uvJt7QNHn13?>002Zn0JWue_r7TW06bYP0000;LI4"
    "vm%6|9s007`JDF6TfOhN#5m&*rKx&Q!#3?u*m08l~zHnOB}doTb1DCQmj002}%01~pY1zlnQ0L;G`00013LIAB%+ba#+003~A6aWAKTtWc$vkbM$p"
    "8x<9a}NLj0ANA@%aGE>zn1_2xJ(KF003k{01|`YhBe6m09+;o0001JLIAPBo3B$|0000000000Y(f"
)
"""An account's profile as version 3 stored it: 20 payments from 40 to 59 USD, one a day."""


FOURTH = (
    "1QY-O005}kcAEhJ004Zm*qZ?W000000DwO>e#$>Plj1;}oq|CC0Bl0|)VM-&BECZa0000000000000000H8rb6FWkJH;hAyo>D>p002J}000000000"
    "0000000000000000000016alo`$N>Qq0f}PB0Ra>N;VsAk0000000000009&MSH8#r00D_&6FYPiJ`ez)ZT-UuhX4R%KTQAt05C!TQfI584&eX*2pL"
    "EK001;X0PNojGMNGZ0Ic#t0000uLI6`sf#}-4002<TJpcdzJVF4&t`-(%JOBXnr8ocp06;<jz#uvJt7QNHn13?>002Zn0JWue_r7TW06bYP0000;LI"
    "4vm%6|9s007`JDF6TfOhN#5m&*rKx&Q!#3?u*m08l~zHnOB}doTb1DCQmj002}%01~pY1zlnQ0L;G`00013LIAB%+ba#+003~A6aWAKTtWc$vkbM$p"
    "8x<9a}NLj0ANA@%aGE>zn1_2xJ(KF003k{01|`YhBe6m09+;o0001JLIAPBo3B$|0000000000Y(f"
)
"""The same as version 4 stored it, with a usual rarity of 0.5."""


@pytest.mark.parametrize(("state", "usual_rarity"), [(THIRD, 0.0), (FOURTH, 0.5)], ids=["third", "fourth"])
def test_a_profile_of_an_earlier_layout_is_taken_over(state: str, usual_rarity: float) -> None:
    account = AccountProfile.from_state(b85decode(state))
    assert (account.count, len(account.recent), account.fastest_pace) == (20, 16, 0.0)
    assert account.usual_rarity == usual_rarity
    assert account.mean == pytest.approx(46.769, abs=0.001)
    assert account.hours[0] == 20
    assert AccountProfile.from_state(account.to_state()).to_state() == account.to_state()


def test_who_pays_in_runs_is_used_to_it_and_no_run_gets_used_to_itself() -> None:
    """Twenty payments within twenty minutes, every week; the other account pays once a day."""
    even, in_runs = account_of(*habit(28)), AccountProfile()
    runs = [
        [
            scored(transaction_id=f"run{week}-{each}", timestamp=NOW + week * 7 * DAY + each * 60_000)
            for each in range(20)
        ]
        for week in range(5)
    ]
    paces = [max(_paces(in_runs, run)) for run in runs]
    assert paces[0] > 4
    assert paces[-1] < 0.2 * paces[0], paces
    first = _paces(even, _run("first", NOW + DAY))
    assert first == sorted(first), "a run is no slower to itself the longer it is"


def test_what_an_outage_delayed_is_no_run() -> None:
    """Payments of ten days arrive after the latest one, at once: each counts at its own time."""
    stream = habit(30)
    late, in_time = stream[15:25], account_of(*stream[:15], *stream[25:])
    paces = _paces(in_time, late)
    assert len(paces) == 10
    assert max(paces) < 0.5, paces
    assert in_time.hour_count == pytest.approx(account_of(*stream).hour_count, rel=0.01)


def _run(name: str, timestamp: int) -> list[Transaction]:
    """Twenty payments within twenty minutes."""
    return [
        scored(transaction_id=f"{name}-{each}", timestamp=timestamp + each * 60_000) for each in range(20)
    ]


def _paces(account: AccountProfile, run: list[Transaction]) -> list[float]:
    """How fast each payment of a run was for its account, which learns it."""
    found = []
    for payment in run:
        pace = RAW["hour_pace"](assess(payment, account).evidence)
        found.append(0.0 if pace is None else pace)
        teach(account, payment)
    return found


@pytest.mark.parametrize(
    "state",
    [
        b"", b"\x07", b"\x03abc", None, 7, {}, {"version": 3}, {"version": 1}, {**FIRST, "amounts": 7},
        {**BEFORE, "recent": "AAAA"}, {**BEFORE, "amounts": 7}, {**BEFORE, "risk": 7},
        {**BEFORE, "countries": [1]}, {**BEFORE, "hours": "AAAA"},
        {key: value for key, value in BEFORE.items() if key != "count"},
    ],
)  # fmt: skip
def test_a_profile_that_cannot_be_read_is_refused(state: Any) -> None:
    with pytest.raises(ProfileError):
        AccountProfile.from_state(state)


@given(st.binary(max_size=300), st.integers(0, 400))
def test_a_damaged_profile_is_refused_or_scored(garbage: bytes, length: int) -> None:
    state = full_account(20).to_state()[:length] + garbage
    try:
        account = AccountProfile.from_state(state)
    except ProfileError:
        return
    assert account.count >= 0


def test_the_population_survives_storage_and_is_bounded() -> None:
    known = population(3_000)
    state = json.loads(json.dumps(known.to_state()))
    assert len(json.dumps(state)) < 16_384
    again = Population.from_state(state)
    assert again.to_state() == known.to_state()


def test_a_population_of_a_version_before_starts_anew_and_a_later_one_is_left_alone() -> None:
    old: dict[str, Any] = {**population(300).to_state(), "version": POPULATION_VERSION - 1}
    assert Population.from_state(old).samples == 0
    states: list[Any] = [{**old, "version": POPULATION_VERSION + 1}, {}, [], {"version": POPULATION_VERSION}]
    for state in states:
        with pytest.raises(ProfileError):
            Population.from_state(state)
