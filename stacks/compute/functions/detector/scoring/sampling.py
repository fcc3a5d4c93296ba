"""Which payments teach the population, and what."""

from math import log, sqrt
from typing import Final

from stacks.compute.functions.detector.scoring.population import SHARDS, Sample, View
from stacks.compute.functions.detector.scoring.profile import AccountProfile
from stacks.compute.functions.detector.scoring.reasons import Decision
from stacks.compute.functions.detector.scoring.rules import Rules
from stacks.compute.functions.detector.scoring.transaction import (
    MILLISECONDS_PER_DAY,
    Transaction,
    short_key,
)
from stacks.compute.functions.detector.scoring.typologies.amounts import log_variance
from stacks.compute.functions.detector.scoring.typologies.evaluator import Usual

_MINIMUM_HISTORY: Final = 8
_HIT: Final = 0.5


def is_sampled(transaction: Transaction, account: AccountProfile, population: View) -> bool:
    """Tell whether a payment teaches the population: a share of them by id, one a day of an account."""
    every = population.sampled_one_in
    if every > 1 and short_key(transaction.transaction_id) // SHARDS % every:
        return False
    return transaction.amount > 0 and account.sampled_on < transaction.timestamp // MILLISECONDS_PER_DAY


def sample_of(
    transaction: Transaction, decision: Decision, usual: Usual, rules: Rules, population: View
) -> Sample:
    """Return what a payment teaches the population.

    Args:
        transaction: The payment.
        decision: The payment's.
        usual: What the account usually paid before it.
        rules: The rules' settings.
        population: As the payment was scored by.
    """
    deviation = distance = ratio = residual = None
    category = transaction.merchant_category
    if usual.known >= _MINIMUM_HISTORY and usual.mean > 0:
        residual = log(transaction.amount / usual.mean)
        variance = log_variance(usual.mean, usual.deviation)
        # Before a category's own scale is known, its payments would pass for deviations.
        if category is None or category in population.ratios:
            deviation = (residual + variance / 2) / sqrt(variance)
        distance = abs(transaction.amount / usual.mean - 1.0)
        ratio = transaction.amount / usual.any_mean
    return Sample(
        transaction.currency,
        transaction.amount / population.ratio(category),
        deviation,
        distance,
        category,
        ratio,
        residual,
        tuple(
            reason.code
            for reason in (*decision.reasons, *decision.shadow)
            if reason.contribution >= _HIT * _greatest(reason.code, rules, population)
        ),
    )


def shard_of(transaction_id: str) -> int:
    """Return the shard that what a transaction teaches belongs to."""
    return short_key(transaction_id) % SHARDS


def _greatest(code: str, rules: Rules, population: View) -> float:
    weight: float = getattr(rules.rules, code).weight
    return weight * population.rarity.get(code, 1.0)
