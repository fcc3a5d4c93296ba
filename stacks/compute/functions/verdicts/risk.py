"""What a verdict changes in the profiles that later scores come from. Pure."""

from collections.abc import Sequence
from typing import Any

from shared.runtime.events import StoredTransaction
from stacks.compute.functions.profiles.items import StoredProfile
from stacks.compute.functions.verdicts.ports import Known


def profiles_of(transaction: StoredTransaction) -> Sequence[str]:
    """Return the keys of the profiles that a verdict on the transaction may change."""
    del transaction
    return ()


def changed_profiles(
    verdict: str, transaction: StoredTransaction, known: Known
) -> tuple[Sequence[tuple[StoredProfile, Any]], dict[str, Any]]:
    """Return each profile to replace with its new state, and what the record must remember to undo it."""
    del verdict, transaction, known
    return (), {}
