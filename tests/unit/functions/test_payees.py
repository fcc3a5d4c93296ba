"""What an account pays again at the same merchant is no alert each time, and teaches no thief a way."""

import pytest

from stacks.compute.functions.detector.scoring import (
    AccountProfile,
    MerchantProfile,
    RiskPopulation,
    Transaction,
    Verdict,
    apply_verdict,
)
from stacks.compute.functions.detector.scoring.payees import MOST_PAYEES
from tests.unit.functions.builders import NOW, scored
from tests.unit.functions.histories import DAY, account_of, decide, habit, teach

RENT = 900.0


def rent(day: int, **changes: float | str) -> Transaction:
    """The rent on a day after `NOW`."""
    made = {"transaction_id": f"rent-{day}", "timestamp": NOW + day * DAY, "merchant_id": "landlord"}
    return scored(**{**made, "amount": RENT, **changes})


def paid_once() -> AccountProfile:
    """An account that pays about 40 a day and has paid the rent today, which was an alert."""
    account = account_of(*habit())
    assert decide(rent(0), account).suspicious
    teach(account, rent(0))
    return account


def judge(account: AccountProfile, verdict: Verdict) -> None:
    apply_verdict(
        rent(0),
        verdict,
        previous=None,
        own_suspicion=0.9,
        account=account,
        merchant=MerchantProfile(),
        population=RiskPopulation(),
    )
    account.risk.verdicts.clear()


@pytest.mark.parametrize(
    ("verdict", "day", "suspicious"),
    [
        (None, 10, True),
        (None, 30, False),
        (Verdict.LEGITIMATE, 2, True),
        (Verdict.LEGITIMATE, 7, False),
        (Verdict.CONFIRMED_FRAUD, 30, True),
    ],
)
def test_the_next_one_is_excused_after_silence_or_once_cleared_and_never_after_fraud(
    verdict: Verdict | None, day: int, *, suspicious: bool
) -> None:
    account = paid_once()
    if verdict is not None:
        judge(account, verdict)
    stored = AccountProfile.from_state(account.to_state())
    assert decide(rent(day), stored).suspicious is suspicious


@pytest.mark.parametrize("changes", [{"amount": 1.5 * RENT}, {"merchant_id": "other"}])
def test_another_amount_or_merchant_is_not(changes: dict[str, float | str]) -> None:
    assert decide(rent(30, **changes), paid_once()).suspicious


def test_what_is_excused_rises_as_rents_do_and_not_as_fast_as_a_thief() -> None:
    patient, amount, day = paid_once(), RENT, 0
    for _ in range(5):
        amount, day = 1.2 * amount, day + 30
        last = rent(day, amount=amount)
        found = decide(last, patient).suspicious
        teach(patient, last)
        if found:
            break
    assert found
    assert amount < 2 * RENT
    raised, amount = paid_once(), RENT
    for number in range(1, 7):
        amount *= 1.02
        assert not decide(rent(30 * number, amount=amount), raised).suspicious
        teach(raised, rent(30 * number, amount=amount))


def test_so_many_merchants_are_kept_and_no_more() -> None:
    account = account_of(*habit())
    for number in range(MOST_PAYEES + 3):
        teach(account, rent(number, merchant_id=f"landlord-{number}"))
    assert len(account.payees) == MOST_PAYEES
    assert AccountProfile.from_state(account.to_state()).payees == account.payees
