"""Risk that lies in the place: a merchant or an account with confirmed frauds, or on somebody's list."""

from stacks.compute.functions.detector.scoring.controls import PaymentControls, Standing
from stacks.compute.functions.detector.scoring.lifetimes import RiskStatistics
from stacks.compute.functions.detector.scoring.population import View
from stacks.compute.functions.detector.scoring.profile import AccountProfile, MerchantProfile
from stacks.compute.functions.detector.scoring.reasons import Reason, full
from stacks.compute.functions.detector.scoring.risk import RiskHistory
from stacks.compute.functions.detector.scoring.rules import Listed, Mode, PlaceAtRisk, RuleSet
from stacks.compute.functions.detector.scoring.transaction import MILLISECONDS_PER_DAY, Transaction
from stacks.compute.functions.detector.scoring.typologies.evaluator import Evaluator, Usual

PLACES = frozenset({"merchant_at_risk", "account_at_risk", "watched_merchant", "watched_account", "denied"})
"""Codes of the rules that say nothing about what the account itself did."""


def merchant_at_risk(rule: PlaceAtRisk) -> Evaluator:
    """A merchant that confirmed frauds make likely to be compromised."""

    def evaluate(
        transaction: Transaction, _: AccountProfile, merchant: MerchantProfile, view: View, __: Usual
    ) -> Reason | None:
        if not merchant.risk:
            return None
        return _at_risk("merchant_at_risk", rule, transaction, merchant.risk, view.merchants)

    return evaluate


def account_at_risk(rule: PlaceAtRisk) -> Evaluator:
    """An account that confirmed frauds, explained by nothing else, make likely to be taken over."""

    def evaluate(
        transaction: Transaction, account: AccountProfile, _: MerchantProfile, view: View, __: Usual
    ) -> Reason | None:
        if not account.risk:
            return None
        return _at_risk("account_at_risk", rule, transaction, account.risk, view.accounts)

    return evaluate


def _at_risk(
    code: str, rule: PlaceAtRisk, transaction: Transaction, risk: RiskHistory, statistics: RiskStatistics
) -> Reason | None:
    probability, frauds, last_fraud = risk.estimate(transaction.timestamp, statistics)
    if probability < rule.minimum_probability:
        return None
    days = max(0.0, (transaction.timestamp - last_fraud) / MILLISECONDS_PER_DAY)
    baseline = f"{frauds} confirmed {'fraud' if frauds == 1 else 'frauds'}, the latest {days:.0f} days before"
    return Reason(
        code,
        round(probability, 4),
        baseline,
        rule.minimum_probability,
        "probability of fraud here",
        full(rule.weight * probability),
    )


def listed(transaction: Transaction, controls: PaymentControls, rules: RuleSet, mode: Mode) -> list[Reason]:
    """Return the reasons of the watch and the deny list that are in a mode."""
    account, merchant = controls.standings(transaction.timestamp)
    reasons = []
    for kind, name, standing, watch in (
        ("account", transaction.account_id, account, rules.watched_account),
        ("merchant", transaction.merchant_id, merchant, rules.watched_merchant),
    ):
        if standing is Standing.WATCH and watch.mode is mode:
            reasons.append(_listed(f"watched_{kind}", name, kind, "on watch", watch))
        elif standing is Standing.DENY and rules.denied.mode is mode:
            reasons.append(_listed("denied", name, kind, "denied", rules.denied))
    return [reason for reason in reasons if reason.contribution]


def _listed(code: str, name: str, kind: str, threshold: str, rule: Listed) -> Reason:
    return Reason(code, name, f"{kind}s on no list", threshold, kind, full(rule.weight))
