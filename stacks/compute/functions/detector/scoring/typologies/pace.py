"""Patterns in an account's latest payments: many, small before large, just under a limit, after a rest."""

from bisect import bisect_right
from math import floor, log10
from typing import Final

from stacks.compute.functions.detector.scoring.population import View
from stacks.compute.functions.detector.scoring.profile import AccountProfile, MerchantProfile, Remembered
from stacks.compute.functions.detector.scoring.reasons import Reason, graded
from stacks.compute.functions.detector.scoring.rules import CardTesting, DormantAccount, Structuring, Velocity
from stacks.compute.functions.detector.scoring.transaction import (
    MILLISECONDS_PER_DAY,
    MILLISECONDS_PER_HOUR,
    MILLISECONDS_PER_MINUTE,
    Transaction,
)
from stacks.compute.functions.detector.scoring.typologies.evaluator import Evaluator, Usual

_VELOCITY_POWER: Final = 6
_REPETITION_POWER: Final = 4
_STRUCTURING_POWER: Final = 6
_ROUND: Final = (1.0, 2.0, 3.0, 5.0, 10.0)
_AFTER_ANY_KEY: Final = 1 << 48


def velocity(rule: Velocity) -> Evaluator:
    """Many transactions in a window; of several windows, which overlap, the one that is exceeded most."""
    windows = [
        (window.minutes, window.minutes * MILLISECONDS_PER_MINUTE, float(window.transactions))
        for window in rule.windows
    ]
    # What half the limit needs must lie in the window, or nothing does; the transaction itself is one.
    windows_needed = [
        (max(1, int(limit) // 2 - 1), minutes, milliseconds, limit)
        for minutes, milliseconds, limit in windows
    ]
    times_usual, weight = rule.times_usual, rule.weight

    def evaluate(
        transaction: Transaction, account: AccountProfile, _: MerchantProfile, view: View, __: Usual
    ) -> Reason | None:
        recent, now = account.recent, transaction.timestamp
        known = len(recent)
        greatest, strongest = 0.0, None
        for needed, minutes, milliseconds, least in windows_needed:
            if needed > known or recent[-needed][0] <= now - milliseconds:
                continue
            # A young account's pace is taken over a whole day, or its first hour would look like a habit.
            pace = account.count / max(account.last_at - account.first_at, MILLISECONDS_PER_DAY)
            limit = max(least, times_usual * pace * milliseconds)
            observed = 1 + _count_between(recent, now - milliseconds, now)
            if observed > greatest * limit:
                greatest, strongest = observed / limit, (minutes, observed, pace * milliseconds, limit)
        if strongest is None:
            return None
        contribution = graded(weight * view.rarity.get("velocity", 1.0), greatest, _VELOCITY_POWER)
        if not contribution:
            return None
        minutes, observed, usual_count, limit = strongest
        unit = f"transactions in {minutes} minutes"
        return Reason("velocity", float(observed), usual_count, limit, unit, contribution)

    return evaluate


def card_testing(rule: CardTesting) -> Evaluator:
    """Small payments in a row, and a large one after them."""
    milliseconds, small, large = rule.minutes * MILLISECONDS_PER_MINUTE, rule.small, rule.large
    payments, minimum_history, weight = rule.payments, rule.minimum_history, rule.weight

    def evaluate(
        transaction: Transaction, account: AccountProfile, _: MerchantProfile, view: View, usual: Usual
    ) -> Reason | None:
        recent, now, amount = account.recent, transaction.timestamp, transaction.amount
        if len(recent) < 2 or recent[-2][0] <= now - milliseconds or usual.known < minimum_history:
            return None
        at_most = small * usual.mean
        if at_most < amount < large * usual.mean:
            return None
        tested = sum(
            each[2] <= at_most for each in recent[_place(recent, now - milliseconds) : _place(recent, now)]
        )
        # A large payment after small ones is what they were for.
        observed = tested + 1 if amount <= at_most else tested + payments
        if tested < 2:
            return None
        weighted = weight * view.rarity.get("card_testing", 1.0)
        contribution = graded(weighted, observed / payments, _REPETITION_POWER)
        if not contribution:
            return None
        unit = f"small payments in {rule.minutes} minutes" + (
            "" if amount <= at_most else ", then a large one"
        )
        return Reason("card_testing", float(observed), "none in a row", float(payments), unit, contribution)

    return evaluate


def structuring(rule: Structuring) -> Evaluator:
    """Payments just under a limit, again and again, where they are not the account's habit."""
    milliseconds, band, payments = rule.hours * MILLISECONDS_PER_HOUR, rule.band, rule.payments

    def evaluate(
        transaction: Transaction, account: AccountProfile, _: MerchantProfile, view: View, usual: Usual
    ) -> Reason | None:
        recent, now = account.recent, transaction.timestamp
        if not recent or recent[-1][0] <= now - milliseconds:
            return None
        limit = _limit_above(transaction, rule, view)
        if limit is None or limit <= usual.mean + rule.own_deviations * usual.deviation:
            return None
        from_amount = band * limit
        observed = 1 + sum(
            from_amount <= each[2] < limit
            for each in recent[_place(recent, now - milliseconds) : _place(recent, now)]
        )
        if observed < 2:
            return None
        weight = rule.weight * view.rarity.get("structuring", 1.0)
        contribution = graded(weight, observed / payments, _STRUCTURING_POWER)
        if not contribution:
            return None
        unit = f"payments just under {limit:,.0f} {transaction.currency} in {rule.hours} hours"
        return Reason("structuring", float(observed), usual.mean, float(payments), unit, contribution)

    return evaluate


def _limit_above(transaction: Transaction, rule: Structuring, view: View) -> float | None:
    """Return the limit that the amount is just under: a configured one, or a round one that is large here."""
    amount, band = transaction.amount, rule.band
    for limit in rule.limits.get(transaction.currency, ()):
        if band * limit <= amount < limit:
            return limit
    large = view.large.get(transaction.currency)
    if large is None or amount < large * max(1.0, view.ratio(transaction.merchant_category)):
        return None
    magnitude = 10.0 ** floor(log10(amount))
    for leading in _ROUND:
        if band * leading * magnitude <= amount < leading * magnitude:
            return leading * magnitude
    return None


def dormant_account(rule: DormantAccount) -> Evaluator:
    """A payment after a long rest, or soon after such a one."""
    awake, least = rule.awake_hours * MILLISECONDS_PER_HOUR, rule.minimum_days * MILLISECONDS_PER_DAY
    times_usual, minimum_history = rule.times_usual, rule.minimum_history

    def evaluate(
        transaction: Transaction, account: AccountProfile, _: MerchantProfile, view: View, __: Usual
    ) -> Reason | None:
        rested = transaction.timestamp - account.last_at
        if rested < least / 2:
            if not account.awakened_at or transaction.timestamp - account.awakened_at > awake:
                return None
            rested = account.rested
        if account.count < minimum_history:
            return None
        usual = usual_gap(account)
        limit = max(least, times_usual * usual)
        weight = rule.weight * view.rarity.get("dormant_account", 1.0)
        contribution = graded(weight, rested / limit, _REPETITION_POWER)
        if not contribution:
            return None
        days = [each / MILLISECONDS_PER_DAY for each in (rested, usual, limit)]
        return Reason("dormant_account", days[0], days[1], days[2], "days without a payment", contribution)

    return evaluate


def usual_gap(account: AccountProfile) -> float:
    """Return the usual time between an account's transactions, in milliseconds."""
    return (account.last_at - account.first_at) / max(account.count - 1, 1)


def _place(recent: list[Remembered], timestamp: int) -> int:
    return bisect_right(recent, (timestamp, _AFTER_ANY_KEY))


def _count_between(recent: list[Remembered], after: int, until: int) -> int:
    return _place(recent, until) - _place(recent, after)
