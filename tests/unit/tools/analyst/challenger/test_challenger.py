"""The challenger decides, explains and remembers as it says."""

from math import isclose, log

import pytest

from tools.analyst.challenger import (
    RULES_PATH,
    AccountProfile,
    Assessment,
    MerchantProfile,
    ProfileError,
    RiskPopulation,
    RulesError,
    Scorer,
    Transaction,
    Verdict,
    apply_verdict,
    load_rules,
    parse_rules,
)
from tools.analyst.challenger.__main__ import main

DAY = 86_400_000
NOW = 1_750_000_000_000
SCORER = Scorer(load_rules())
VIEW = SCORER.unknown_population()


def paid(number: int, amount: float, **changes: object) -> Transaction:
    """A payment of an account that pays once a day."""
    fields = {
        "transaction_id": f"t-{number}",
        "timestamp": NOW + number * DAY,
        "account_id": "a-1",
        "merchant_id": f"m-{number % 3}",
        "amount": amount,
        "currency": "USD",
    }
    return Transaction(**{**fields, **changes})  # type: ignore[arg-type]


def assess(account: AccountProfile, transaction: Transaction) -> Assessment:
    """Assess and teach."""
    assessment = SCORER.assess(transaction, account, MerchantProfile(), VIEW)
    SCORER.update(account, transaction, assessment)
    return assessment


def mature(payments: int = 60) -> AccountProfile:
    """An account that pays about 40 dollars a day."""
    account = AccountProfile()
    for number in range(payments):
        assess(account, paid(number, 38.0 + number % 5))
    return account


def test_points_and_base_sum_to_the_log_odds_of_the_score() -> None:
    decision = assess(mature(), paid(60, 5_000.0)).decision
    assert decision.suspicious
    assert decision.reasons
    total = decision.base + sum(reason.points for reason in decision.reasons)
    assert isclose(log(decision.score / (1 - decision.score)), total, rel_tol=1e-9)


def test_an_ordinary_payment_is_no_alert() -> None:
    assert not assess(mature(), paid(60, 41.0)).decision.suspicious


def test_yen_are_not_compared_with_dollars() -> None:
    account = mature()
    assert not assess(account, paid(60, 6_000.0, currency="JPY")).decision.suspicious


def test_an_enormous_amount_in_a_new_currency_is_an_alert() -> None:
    assert assess(mature(), paid(60, 25_000.0, currency="KWD")).decision.suspicious


def test_what_is_suspicious_hardly_moves_what_is_usual() -> None:
    account = mature()
    before = account.mean
    for number in range(60, 80):
        assert assess(account, paid(number, 50_000.0)).decision.suspicious
    assert account.mean < 2 * before


def test_a_legitimate_verdict_teaches_what_was_held_back() -> None:
    account, merchant, transaction = mature(), MerchantProfile(), paid(60, 5_000.0)
    decision = assess(account, transaction).decision
    before = account.mean
    effect = apply_verdict(
        transaction,
        Verdict.LEGITIMATE,
        previous=None,
        own_suspicion=decision.own_suspicion,
        account=account,
        merchant=merchant,
        population=RiskPopulation(),
    )
    assert effect.account
    assert account.mean > before


def test_a_mature_profile_is_less_than_a_kilobyte_and_reads_back() -> None:
    account = AccountProfile()
    for number in range(400):
        changes = {
            "merchant_id": f"m-{number}", "merchant_category": f"c-{number % 40}",
            "device_id": f"d-{number % 9}", "country": ("DE", "FR", "US", "IT")[number % 4],
            "channel": f"h-{number % 5}",
            "ip_address": f"10.0.{number % 200}.1", "latitude": 50.0, "longitude": 8.0, "card_present": True,
        }  # fmt: skip
        assess(account, paid(number, 20.0 + number % 60, **changes))
    state = account.to_state()
    assert len(state) <= 1024
    again = AccountProfile.from_state(state)
    assert again.to_state() == state
    transaction = paid(400, 3_000.0)
    score = SCORER.assess(transaction, account, MerchantProfile(), VIEW).decision.score
    read = SCORER.assess(transaction, again, MerchantProfile(), VIEW).decision.score
    assert isclose(score, read, rel_tol=0.05)


@pytest.mark.parametrize("state", [b"", b"\x07", b"\x03abc", {"version": 9}, None])
def test_a_damaged_profile_is_refused(state: object) -> None:
    with pytest.raises(ProfileError):
        AccountProfile.from_state(state)


def test_a_duplicate_changes_nothing() -> None:
    account = mature()
    transaction = paid(59, 42.0)
    assert account.knows(transaction)
    state = account.to_state()
    assessment = SCORER.assess(transaction, account, MerchantProfile(), VIEW)
    assert not SCORER.update(account, transaction, assessment)
    assert account.to_state() == state


def test_rules_whose_points_fall_are_refused() -> None:
    text = RULES_PATH.read_text("utf-8").replace('"points": [0.0, 12.0]', '"points": [12.0, 0.0]')
    text = text.replace('"points": [0, 12.0]', '"points": [12.0, 0]')
    assert text != RULES_PATH.read_text("utf-8")
    with pytest.raises(RulesError, match="recent_rarity"):
        parse_rules(text.encode())


def test_the_command_judges_a_file(tmp_path, capsys) -> None:  # type: ignore[no-untyped-def]
    rows = [paid(number, 40.0) for number in range(40)] + [paid(40, 9_000.0)]
    lines = ["transaction_id,timestamp,account_id,merchant_id,amount,currency,is_fraud"]
    lines += [
        f"{each.transaction_id},{each.timestamp},{each.account_id},{each.merchant_id},{each.amount},USD,"
        f"{int(each.amount > 1000)}"
        for each in rows
    ]
    data, scores = tmp_path / "data.csv", tmp_path / "scores.csv"
    data.write_text("\n".join(lines) + "\n", "utf-8")
    assert main([str(data), "--scores", str(scores)]) == 0
    assert "average precision 1.0" in capsys.readouterr().out
    assert len(scores.read_text("utf-8").splitlines()) == 42
