"""What a payment teaches the population: few do, because fraudsters send payments too."""

from collections.abc import Mapping
from math import log
from typing import Final

from stacks.compute.functions.detector.scoring.account import AccountProfile
from stacks.compute.functions.detector.scoring.keys import short_key
from stacks.compute.functions.detector.scoring.population import SHARDS, Sample, View
from stacks.compute.functions.detector.scoring.transaction import (
    MILLISECONDS_PER_DAY,
    MILLISECONDS_PER_HOUR,
    Transaction,
)
from stacks.compute.functions.detector.scoring.usual import Usual

HELD_BACK_OF_ALL: Final = 0.2
"""From this probability of fraud on a payment teaches the population nothing but the season. If less were
taught, all that is rare would seem unheard of."""

_KNOWN_PAYMENTS: Final = 2
"""An account of fewer payments is unconfirmed: it may have come for one fraud."""

_SOME_HISTORY: Final = 8
"""Payments from which on an account's mean is sure enough to teach how amounts vary about it."""


def may_be_sampled(transaction: Transaction, account: AccountProfile) -> bool:
    """Return whether a payment may teach the population: one a day of an account that has a history."""
    return (
        account.count >= _KNOWN_PAYMENTS
        and account.sampled_on < transaction.timestamp // MILLISECONDS_PER_DAY
    )


def is_in_share(transaction: Transaction, view: View) -> bool:
    """Return, by its id, whether a payment is among those sampled."""
    every = view.sampled_one_in
    return every == 1 or short_key(transaction.transaction_id) // SHARDS % every == 0


def sample_of(  # noqa: PLR0913 - what a sample tells, each named
    transaction: Transaction,
    account: AccountProfile,
    usual: Usual,
    raw: Mapping[str, float],
    brought: Mapping[str, bool],
    *,
    season: float,
    held_back: bool,
) -> Sample:
    """Return what a payment teaches the population; to be asked before the account learns it."""
    hour = transaction.timestamp // MILLISECONDS_PER_HOUR % 24
    distance = ratio = residual = None
    if account.count >= _SOME_HISTORY:
        share = usual.normal / usual.mean
        distance, residual, ratio = abs(share - 1.0), log(share), usual.value / usual.mean
    surplus = raw.get("merchant_first_uses", 0.0)
    # So that all the payments of a burst at one merchant teach about as much as one.
    if surplus > 0 and short_key(transaction.transaction_id) // SHARDS % int((1 + surplus / 2) ** 2):
        raw = {name: value for name, value in raw.items() if name != "merchant_first_uses"}
    return Sample(
        usual.value, hour, usual.category, raw, brought, distance, ratio, residual, season, held_back
    )


def shard_of(transaction_id: str) -> int:
    """Return the shard that what a transaction teaches belongs to."""
    return short_key(transaction_id) % SHARDS
