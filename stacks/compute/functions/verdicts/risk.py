"""Apply a verdict to stored profiles, using `scoring`. Pure.

The share of the account's own behaviour in the suspicion comes from the alert's reasons or, for a transaction
without an alert, from the account's profile.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.runtime.events import StoredTransaction
from stacks.compute.functions.detector.scoring import (
    AccountProfile,
    MerchantProfile,
    RiskPopulation,
    Verdict,
    apply_verdict,
    own_suspicion_of,
    shard_of,
)
from stacks.compute.functions.profiles.items import account_key, merchant_key, risk_key
from stacks.compute.functions.profiles.transactions import scored_transaction
from stacks.compute.functions.verdicts.ports import Known, NewState


def profiles_of(transaction: StoredTransaction) -> Sequence[str]:
    """Return the keys of the profiles that a verdict on a transaction may change."""
    return (
        account_key(transaction.account_id),
        merchant_key(transaction.merchant_id),
        risk_key(shard_of(transaction.transaction_id)),
    )


def changed_profiles(
    verdict: str, transaction: StoredTransaction, known: Known, *, expires_at: int | None
) -> list[NewState]:
    """Return the changed profiles; empty if the verdict does not affect later scores.

    Args:
        verdict: The verdict.
        transaction: The transaction.
        known: Stored state, with the profiles of `profiles_of`.
        expires_at: Expiry of account and merchant profiles in epoch seconds; None for no expiry.

    Raises:
        ProfileError: This version of the code cannot read a profile.
    """
    of_account, of_merchant, of_population = (known.profiles[key] for key in profiles_of(transaction))
    account = AccountProfile.from_state(of_account.state) if of_account.revision else AccountProfile()
    merchant = MerchantProfile.from_state(of_merchant.state) if of_merchant.revision else MerchantProfile()
    population = RiskPopulation.from_state(of_population.state)
    record = known.record or {}
    effect = apply_verdict(
        scored_transaction(transaction),
        Verdict(verdict),
        previous=Verdict(record["verdict"]) if "verdict" in record else None,
        own_suspicion=_own_suspicion(record),
        account=account,
        merchant=merchant,
        population=population,
    )
    changed = []
    if effect.account:
        changed.append(NewState(of_account, account.to_state(), expires_at))
    if effect.merchant:
        changed.append(NewState(of_merchant, merchant.to_state(), expires_at))
    if effect.population:
        # Statistics of all profiles never expire.
        changed.append(NewState(of_population, population.to_state(), None))
    return changed


def _own_suspicion(record: Mapping[str, Any]) -> float | None:
    """Return the share of the account's own behaviour in an alert's score, or None without an alert."""
    reasons = record.get("reasons")
    if reasons is None:
        return None
    if "base" not in record:
        # An alert from before points were introduced: use its score.
        return float(record["score"])
    points = ((reason["code"], float(reason["points"])) for reason in reasons)
    return own_suspicion_of(float(record["base"]), points)
