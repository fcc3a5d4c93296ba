"""How far payments have moved from what the points were learnt from, by week."""

from functools import cache
from pathlib import Path

import pytest

from stacks.compute.functions.detector.scoring import Transaction, load_rules
from tools.analyst.records.payments import Payment
from tools.analyst.stability import Stability, _told, _training, stability
from tools.analyst.trying import Trying
from tools.analyst.tune.drift import SHIFTED
from tools.analyst.worlds import WORLDS
from tools.deploy.outputs import OperatorError

DAY = 86_400_000
RULES = load_rules()


@cache
def world() -> list[Transaction]:
    """Nine weeks of 300 accounts."""
    return [
        Transaction(**{name: getattr(payment, name) for name in Transaction._fields})
        for payment, _, _ in WORLDS["terminals"](5, 300, 63)
    ]


def stream(*, times: float = 1, decided_every: int = 50) -> list[Payment]:
    """The world's payments; in the last week all are so many times as much."""
    end = world()[-1].timestamp
    found = []
    for number, paid in enumerate(world()):
        moved = paid._replace(amount=paid.amount * (times if paid.timestamp > end - 7 * DAY else 1))
        fraud = number % (3 * decided_every) == 0 if number % decided_every == 0 else None
        score = 0.01 if fraud is None else 0.4
        found.append(Payment(moved, paid.timestamp, score, False, False, "r", (), (), None, fraud))
    return found


@cache
def still() -> Stability:
    return stability(stream(), RULES)


def test_what_moves_is_told_in_its_week_and_what_stays_is_not() -> None:
    moved = stability(stream(times=9), RULES)
    assert len(still().weeks) == 4
    for found in (still(), moved):
        weeks = {drift.quantity: drift.weeks for drift in found.drifts}
        for quantity in ("amount_rarity", "amount_anomaly"):
            assert (weeks[quantity][-1] > SHIFTED) == (found is moved)
            assert max(weeks[quantity][:-1]) < SHIFTED
    assert any(line.startswith("  amount_rarity") and line.endswith("shifted") for line in _told(moved))


def test_scores_are_held_against_verdicts() -> None:
    [band] = [each for each in still().bands if each.decided]
    assert (band.least, band.most) == (0.3, 0.5)
    assert band.claimed == pytest.approx(0.4)
    assert band.actual == pytest.approx(1 / 3, abs=0.02)
    assert len(band.weeks) == len(still().weeks)
    assert all(week == pytest.approx(1 / 3, abs=0.1) for week in band.weeks), band
    assert {each.weeks for each in still().bands if not each.decided} == {(None,) * 4}
    assert any(line.startswith("  0.3 to 0.5") and line.count("%") == 6 for line in _told(still()))


def test_too_few_payments_and_bad_files_are_told(tmp_path: Path) -> None:
    for few in ([], stream()[:100], stream()[:2000]):
        with pytest.raises(OperatorError, match="too few payments"):
            stability(few, RULES)
    file = tmp_path / "training.json"
    for content in ("{", "[]", '{"quantities": {"amount": {"edges": [1], "shares": [1]}}}'):
        file.write_text(content)
        with pytest.raises(OperatorError, match="not the training"):
            _training(file)


def test_against_the_training(tmp_path: Path) -> None:
    file = tmp_path / "training.json"
    file.write_text('{"quantities": {"new_merchant": {"edges": [0.5], "shares": [0.0001, 0.9998, 0.0001]}}}')
    found = stability(stream(), RULES, _training(file))
    assert [each.quantity for each in found.drifts] == ["new_merchant"]
    assert found.drifts[0].weeks[0] > SHIFTED
    assert found.reference == "the training"


def test_a_budget_holds_in_the_week_after() -> None:
    """Thresholds of four weeks, tried on the fifth: within a fifth of the budget."""
    stored = stream()
    end = stored[-1].transaction.timestamp
    known = [each for each in stored if each.transaction.timestamp < end - 7 * DAY]
    tried = Trying(known, RULES, end, 28)
    per_day = 20
    chosen = tried.threshold(RULES, per_day)
    after = Trying(stored, RULES, end + 1, 7)
    found = after.expected(after.before, chosen.threshold).per_day
    assert found == pytest.approx(per_day, rel=0.2), (per_day, found, chosen)
