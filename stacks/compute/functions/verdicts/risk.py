"""What a verdict changes in the stored profiles that later scores come from. Pure; `scoring` decides.

The alert's reasons say how much the account's own behaviour explained it; of a transaction that was no alert,
the account's profile remembers it.
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
    """Return the keys of the profiles that a verdict on the transaction may change."""
    return (
        account_key(transaction.account_id),
        merchant_key(transaction.merchant_id),
        risk_key(shard_of(transaction.transaction_id)),
    )


def changed_profiles(
    verdict: str, transaction: StoredTransaction, known: Known, *, expires_at: int | None
) -> list[NewState]:
    """Return the profiles that the verdict changes, none where it changes no later score.

    Args:
        verdict: The verdict.
        transaction: What it is about.
        known: What is stored, with the profiles of `profiles_of`.
        expires_at: Epoch seconds when an account's or a merchant's profile may be deleted, None for never.

    Raises:
        ProfileError: A profile is not readable by this version of the code.
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
        # What is known of all of them outlives each of them.
        changed.append(NewState(of_population, population.to_state(), None))
    return changed


def _own_suspicion(record: Mapping[str, Any]) -> float | None:
    """Return what the account's own behaviour made of an alert's score, None where it was no alert."""
    reasons = record.get("reasons")
    if reasons is None:
        return None
    if "base" not in record:
        # An alert from before there were points: its reasons say nothing in these terms, its score does.
        return float(record["score"])
    points = ((reason["code"], float(reason["points"])) for reason in reasons)
    return own_suspicion_of(float(record["base"]), points)
