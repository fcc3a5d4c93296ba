"""Amounts that are too great: over a limit, for the account, for the account in the category, for anybody.

How far an amount is above the account's own is measured on a logarithmic scale, where amounts of people are
nearly normal and one of twice the mean is as far above it as one of half is below.
"""

from math import exp, log, log1p, sqrt
from typing import Final

from stacks.compute.functions.detector.scoring.population import View
from stacks.compute.functions.detector.scoring.profile import AccountProfile, MerchantProfile
from stacks.compute.functions.detector.scoring.reasons import Reason, graded
from stacks.compute.functions.detector.scoring.rules import (
    AmountDeviation,
    AmountLimit,
    CategoryAmountDeviation,
    ExtremeAmount,
    Mode,
)
from stacks.compute.functions.detector.scoring.transaction import Transaction
from stacks.compute.functions.detector.scoring.typologies.evaluator import Evaluator, Usual

_LIMIT_POWER: Final = 2
_DEVIATION_POWER: Final = 10
_EXTREME_POWER: Final = 20
_EXTREME_FROM: Final = 0.7
_NEAR_THRESHOLD: Final = 0.5
_HEAT_SCALE: Final = 3.0
_NO_HISTORY: Final = "no history"


def amount_limit(rule: AmountLimit) -> Evaluator:
    """An amount over the configured limit."""

    def evaluate(
        transaction: Transaction, _: AccountProfile, __: MerchantProfile, ___: View, usual: Usual
    ) -> Reason | None:
        limit = rule.limits.get(transaction.currency)
        if limit is None or transaction.amount < limit:
            return None
        return Reason(
            "amount_limit",
            transaction.amount,
            usual.mean if usual.known else _NO_HISTORY,
            limit,
            transaction.currency,
            graded(rule.weight, transaction.amount / limit, _LIMIT_POWER),
        )

    return evaluate


def amount_deviation(rule: AmountDeviation, category_rule: CategoryAmountDeviation) -> Evaluator:
    """An amount far above the account's own, unless the merchant category's own baseline decides."""
    category_decides_from = category_rule.minimum_history if category_rule.mode is Mode.ALERT else 1 << 31
    return _deviation("amount_deviation", rule.weight, rule, 0, category_decides_from)


def category_amount_deviation(rule: CategoryAmountDeviation, deviation: AmountDeviation) -> Evaluator:
    """An amount far above what the account pays in this merchant category."""
    return _deviation("category_amount_deviation", rule.weight, deviation, rule.minimum_history, 1 << 31)


def _deviation(
    code: str, weight: float, rule: AmountDeviation, from_history: int, below_history: int
) -> Evaluator:
    minimum_history = rule.minimum_history
    lowers, most_lowered = rule.suspicion_lowers, rule.most_lowered

    def evaluate(
        transaction: Transaction, account: AccountProfile, _: MerchantProfile, view: View, usual: Usual
    ) -> Reason | None:
        count, mean, deviation, in_category, _any = usual
        amount = transaction.amount
        if amount <= mean or count < minimum_history or not from_history <= in_category < below_history:
            return None
        variance = log_variance(mean, deviation)
        spread = sqrt(variance)
        above = (log(amount / mean) + variance / 2) / spread
        rare = view.deviations
        if account.heat:
            heat = account.heat_at(transaction.timestamp)
            rare = max(rare - min(most_lowered, lowers * log(1.0 + _HEAT_SCALE * heat)), rare / 2)
        ratio = above / rare
        if ratio < _NEAR_THRESHOLD:
            return None
        contribution = graded(weight * view.rarity.get(code, 1.0), ratio, _DEVIATION_POWER)
        if not contribution:
            return None
        threshold = mean * exp(rare * spread - variance / 2)
        return Reason(code, amount, mean, threshold, transaction.currency, contribution)

    return evaluate


def log_variance(mean: float, deviation: float) -> float:
    """Return the variance of the amounts' logarithms that mean and deviation of log-normal amounts imply."""
    variation = deviation / mean
    return log1p(variation * variation)


def extreme_amount(rule: ExtremeAmount) -> Evaluator:
    """An amount that hardly anybody pays, and that is unusual for the account too."""
    weight, own_deviations, until_known = rule.weight, rule.own_deviations, rule.limits_until_known

    def evaluate(
        transaction: Transaction, _: AccountProfile, __: MerchantProfile, view: View, usual: Usual
    ) -> Reason | None:
        limit = view.limits.get(transaction.currency) or until_known.get(transaction.currency)
        if limit is None or transaction.amount < _EXTREME_FROM * limit:
            return None
        limit *= max(1.0, view.ratio(transaction.merchant_category))
        own = usual.mean + own_deviations * usual.deviation
        limit = max(limit, own)
        contribution = graded(weight, transaction.amount / limit, _EXTREME_POWER)
        if not contribution:
            return None
        baseline = usual.mean if usual.known else _NO_HISTORY
        return Reason(
            "extreme_amount", transaction.amount, baseline, limit, transaction.currency, contribution
        )

    return evaluate
