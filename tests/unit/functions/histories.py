"""Accounts with a history, for tests of the scoring core."""

from typing import Any

from stacks.compute.functions.detector.scoring import (
    AccountProfile,
    Decision,
    MerchantProfile,
    Transaction,
    load_rules,
    score,
    update,
)
from tests.unit.functions.builders import NOW, scored

RULES = load_rules()
NOBODY = MerchantProfile()
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


def account_of(*transactions: Transaction) -> AccountProfile:
    """The profile that these transactions leave, in this order."""
    account = AccountProfile()
    for transaction in transactions:
        update(account, transaction, RULES)
    return account


def habit(count: int = 30, every: int = DAY, **changes: Any) -> list[Transaction]:
    """Regular purchases of about 40, the last one `every` before `NOW`."""
    return [
        scored(
            transaction_id=f"habit-{number}",
            timestamp=NOW - (count - number) * every,
            amount=38.0 + number % 5,
            **changes,
        )
        for number in range(count)
    ]


def decide(transaction: Transaction, account: AccountProfile, merchant: MerchantProfile = NOBODY) -> Decision:
    """Score by the shipped rules."""
    return score(transaction, account, merchant, RULES)


def codes(decision: Decision) -> list[str]:
    """The rules that were hit, the strongest first."""
    return [reason.code for reason in decision.reasons]
