"""Operators' rules beside the scorecard: a limit of the amount, and the watch and deny lists."""

from stacks.compute.functions.detector.scoring.controls import NO_CONTROLS, PaymentControls, Standing
from stacks.compute.functions.detector.scoring.reasons import Reason
from stacks.compute.functions.detector.scoring.rules import HardRule, RuleSet
from stacks.compute.functions.detector.scoring.setting_kinds import Mode
from stacks.compute.functions.detector.scoring.transaction import Transaction
from stacks.compute.functions.detector.scoring.usual import Usual
from stacks.compute.functions.detector.scoring.value import DOLLARS_PER_UNIT

HARD_RULES = ("amount_limit", "watched_merchant", "watched_account", "denied")


def hard_rules_hit(
    transaction: Transaction, controls: PaymentControls, rules: RuleSet, usual: Usual
) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """Return the reasons of the rules that are hit: those that count, and those in mode shadow."""
    limit = rules.amount_limit.limits.get(transaction.currency)
    if limit is None and controls is NO_CONTROLS:
        return (), ()
    hit: list[tuple[HardRule, Reason]] = []
    if limit is not None and transaction.amount >= limit:
        mean = usual.mean / DOLLARS_PER_UNIT.get(transaction.currency, 1.0)
        points = rules.amount_limit.points
        reason = Reason("amount_limit", transaction.amount, mean, limit, transaction.currency, points)
        hit.append((rules.amount_limit, reason))
    if controls is not NO_CONTROLS:
        hit += _listed(transaction, controls, rules)
    return _in_mode(hit, Mode.ALERT), _in_mode(hit, Mode.SHADOW)


def _in_mode(hit: list[tuple[HardRule, Reason]], mode: Mode) -> tuple[Reason, ...]:
    return tuple(reason for rule, reason in hit if rule.mode is mode and reason.points)


def _listed(
    transaction: Transaction, controls: PaymentControls, rules: RuleSet
) -> list[tuple[HardRule, Reason]]:
    account, merchant = controls.standings(transaction.timestamp)
    hit = []
    for kind, name, standing, watch in (
        ("account", transaction.account_id, account, rules.watched_account),
        ("merchant", transaction.merchant_id, merchant, rules.watched_merchant),
    ):
        if standing is Standing.WATCH:
            hit.append((watch, _reason(f"watched_{kind}", name, kind, "on watch", watch)))
        elif standing is Standing.DENY:
            hit.append((rules.denied, _reason("denied", name, kind, "denied", rules.denied)))
    return hit


def _reason(code: str, name: str, kind: str, threshold: str, rule: HardRule) -> Reason:
    return Reason(code, name, f"{kind}s on no list", threshold, kind, rule.points)
