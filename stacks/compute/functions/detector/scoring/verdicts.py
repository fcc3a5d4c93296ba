"""What an analyst's verdict on a transaction changes: the risk of its merchant and of its account.

What the caller keeps, and where:

- the verdict itself, with the transaction, so that it can give the earlier one as `previous`,
- the three profiles that this changes in place, in one write together with the verdict; `Effect` says which.

What the caller needs of the decision: where the transaction was an alert, its reasons (`own_suspicion_of`
their codes and points). Otherwise the account's profile remembers it, or nothing spoke against it.

- Idempotent: the same verdict again changes nothing.
- Reversible: a changed verdict takes the first one's effect away, exactly so long as the profile remembers
  the transaction: the risk the last 24 verdicts, the account's suspicion its last 16 transactions. What is no
  longer remembered stays as it is.
- In any order, save that a genuine verdict is remembered only where there is risk at that moment.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NamedTuple

from stacks.compute.functions.detector.scoring.account import SUSPICION_STEPS, AccountProfile
from stacks.compute.functions.detector.scoring.hard_rules import HARD_RULES
from stacks.compute.functions.detector.scoring.keys import key_of, short_key
from stacks.compute.functions.detector.scoring.learning import HELD_BACK, clear, unlearn
from stacks.compute.functions.detector.scoring.merchant import MerchantProfile
from stacks.compute.functions.detector.scoring.payees import forget_payee
from stacks.compute.functions.detector.scoring.quantities import PLACE_QUANTITIES
from stacks.compute.functions.detector.scoring.risk_population import RiskPopulation
from stacks.compute.functions.detector.scoring.scorecard import probability_of
from stacks.compute.functions.detector.scoring.transaction import Transaction


class Verdict(StrEnum):
    """What an analyst found."""

    CONFIRMED_FRAUD = "confirmed_fraud"
    LEGITIMATE = "legitimate"


class Effect(NamedTuple):
    """Which profiles a verdict changed, and so which are to be written."""

    account: bool = False
    merchant: bool = False
    population: bool = False


_OTHER_CAUSES: Final = PLACE_QUANTITIES | frozenset(HARD_RULES)
"""Reasons that say nothing about what the account itself did."""


def own_suspicion_of(base: float, points: Iterable[tuple[str, float]]) -> float:
    """Return what the account's own behaviour made of an alert's score.

    Args:
        base: Log-odds before any points.
        points: Code and points of each of the alert's reasons.
    """
    own = sum(each for code, each in points if code not in _OTHER_CAUSES)
    return probability_of(base + own)


def apply_verdict(  # noqa: PLR0913 - what a verdict is about, each named
    transaction: Transaction,
    verdict: Verdict,
    *,
    previous: Verdict | None,
    own_suspicion: float | None,
    account: AccountProfile,
    merchant: MerchantProfile,
    population: RiskPopulation,
) -> Effect:
    """Change the profiles, in place, by a verdict; return which of them changed and are to be written.

    Args:
        transaction: The transaction that the verdict is about, as it was scored.
        verdict: The verdict.
        previous: The verdict on it before this one, None for none.
        own_suspicion: `own_suspicion_of` its reasons where it was an alert, else None.
        account: Profile of its account, as stored now.
        merchant: Profile of its merchant, as stored now.
        population: The shard of the risk statistics that this verdict is to change.
    """
    if verdict is previous:
        return Effect()
    timestamp = transaction.timestamp
    key = key_of(transaction.transaction_id)
    place = account.find(timestamp, key)
    if own_suspicion is None:
        remembered = place >= 0 and previous is None
        own_suspicion = account.recent[place].suspicion / SUSPICION_STEPS if remembered else 0.0
    held_back = own_suspicion >= HELD_BACK or previous is Verdict.CONFIRMED_FRAUD
    if verdict is Verdict.LEGITIMATE and not merchant.risk and not account.risk and not held_back:
        return Effect()
    if verdict is Verdict.CONFIRMED_FRAUD:
        at_merchant = merchant.risk.estimate(timestamp, population.merchants)
        of_merchant = merchant.risk.record_fraud(
            timestamp, key, own_suspicion, short_key(transaction.account_id)
        )
        either = 1.0 - (1.0 - own_suspicion) * (1.0 - at_merchant)
        of_account = account.risk.record_fraud(timestamp, key, either, short_key(transaction.merchant_id))
        changed = _condemn(account, transaction, place, held_back=held_back)
    else:
        of_merchant = merchant.risk.record_genuine(timestamp, key)
        of_account = account.risk.record_genuine(timestamp, key)
        changed = held_back and _clear(account, transaction, place)
    if of_merchant is not None:
        population.merchants.add(of_merchant)
    if of_account is not None:
        population.accounts.add(of_account)
    return Effect(
        account=changed or of_account is not None,
        merchant=of_merchant is not None,
        population=of_merchant is not None or of_account is not None,
    )


def _condemn(account: AccountProfile, transaction: Transaction, place: int, *, held_back: bool) -> bool:
    """Take out what a fraud had taught its account; return whether that changed it."""
    was_payee = forget_payee(account.payees, transaction)
    if held_back and place < 0:
        return was_payee
    if place >= 0:
        account.recent[place] = account.recent[place]._replace(suspicion=SUSPICION_STEPS)
    if not held_back and account.count:
        unlearn(account, transaction)
    return True


def _clear(account: AccountProfile, transaction: Transaction, place: int) -> bool:
    """Teach an account what was held back of a payment that was legitimate after all."""
    if not account.count:
        return False
    if place >= 0:
        account.recent[place] = account.recent[place]._replace(suspicion=0)
    clear(account, transaction)
    return True
