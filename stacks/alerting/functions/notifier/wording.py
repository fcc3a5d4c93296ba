"""Reasons in plain words: a few for the subject, a sentence with the numbers for the body. Pure."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Final, NamedTuple

from shared.runtime.events import AlertReason
from shared.runtime.money import readable


class _Words(NamedTuple):
    """Templates for one rule; see `_values` for the names."""

    headline: str
    sentence: str


_WORDS: Final[Mapping[str, _Words]] = {
    "amount_limit": _Words(
        "amount over the limit",
        "The amount is over the limit for any account: {observed}, limit {threshold}; "
        "usual for this account: {baseline}.",
    ),
    "amount_deviation": _Words(
        "{times} times the usual amount",
        "The amount is far above what this account usually pays: {observed}, usual {baseline}, "
        "suspicious from {threshold}.",
    ),
    "category_amount_deviation": _Words(
        "{times} times the usual amount",
        "The amount is far above what this account usually pays in this merchant category: {observed}, "
        "usual {baseline}, suspicious from {threshold}.",
    ),
    "extreme_amount": _Words(
        "amount that hardly anybody pays",
        "Hardly anybody pays so much: {observed}, usual for this account {baseline}, "
        "suspicious from {threshold}.",
    ),
    "velocity": _Words(
        "{observed} {unit}",
        "The account pays unusually often: {observed} {unit}, usual {baseline}, suspicious from {threshold}.",
    ),
    "card_testing": _Words(
        "small payments that test a card",
        "Small payments follow each other as when a stolen card is tried out: {observed} {unit}, "
        "suspicious from {threshold}.",
    ),
    "structuring": _Words(
        "payments just under a limit",
        "The account keeps just under a limit: {observed} {unit}, suspicious from {threshold}.",
    ),
    "unusual_hour": _Words(
        "unusual hour",
        "The account hardly ever pays at this hour: {observed}; {baseline}.",
    ),
    "new_merchant": _Words(
        "new merchant",
        "The account never paid this merchant before: {observed} ({baseline}).",
    ),
    "new_merchant_category": _Words(
        "new merchant category",
        "The account never paid a merchant of this category before: {observed}. "
        "It has used {baseline} ({threshold}).",
    ),
    "new_country": _Words(
        "new country {observed}",
        "The account never paid in this country before: {observed}. It has paid in {baseline} ({threshold}).",
    ),
    "new_device": _Words(
        "new device",
        "The account was never used from this device before: {observed} ({baseline}).",
    ),
    "dormant_account": _Words(
        "dormant account awakened",
        "The account pays again after a long rest: {observed} days without a payment, usual {baseline}, "
        "suspicious from {threshold}.",
    ),
    "merchant_at_risk": _Words(
        "merchant with confirmed frauds",
        "The merchant is probably compromised ({observed}): {baseline}.",
    ),
    "account_at_risk": _Words(
        "account with confirmed frauds",
        "The account is probably in other hands ({observed}): {baseline}.",
    ),
    "improbable_travel": _Words(
        "improbable travel",
        "Nobody travels that fast: {observed} since the account's last position, {baseline}; "
        "suspicious from {threshold}.",
    ),
    "watched_merchant": _Words(
        "merchant on watch",
        "The merchant is on watch: {observed}.",
    ),
    "watched_account": _Words(
        "account on watch",
        "The account is on watch.",
    ),
    "denied": _Words(
        "account or merchant on the deny list",
        "Somebody put the {unit} on the deny list.",
    ),
}

# The alerting stack may be older than the rules that speak to it.
_OTHER: Final = _Words(
    "{code}",
    "Rule {code}: {observed}, usual {baseline}, suspicious from {threshold} ({unit}).",
)

_MONEY_CODES: Final = frozenset(
    {"amount_limit", "amount_deviation", "category_amount_deviation", "extreme_amount"}
)
_SPEED_CODES: Final = frozenset({"improbable_travel"})
# Their values are names even where they consist of digits, as a merchant category does.
_NAME_CODES: Final = frozenset(
    {"new_merchant", "new_merchant_category", "new_country", "new_device", "watched_merchant"}
)
_SHARE_CODES: Final = frozenset({"merchant_at_risk", "account_at_risk"})


def headline(reason: AlertReason) -> str:
    """Return a few words for a subject."""
    return _WORDS.get(reason.code, _OTHER).headline.format(**_values(reason))


def sentence(reason: AlertReason) -> str:
    """Return a sentence with the observed, usual and suspicious values."""
    return _WORDS.get(reason.code, _OTHER).sentence.format(**_values(reason))


def _values(reason: AlertReason) -> dict[str, str]:
    return {
        "code": reason.code.replace("_", " "),
        "unit": reason.unit,
        "observed": _measure(reason, reason.observed),
        "baseline": _measure(reason, reason.baseline),
        "threshold": _measure(reason, reason.threshold),
        "times": _times(reason.observed, reason.baseline),
    }


def _times(observed: str, baseline: str) -> str:
    try:
        return f"{Decimal(observed) / Decimal(baseline):,.1f}"
    except (InvalidOperation, ZeroDivisionError):
        return "many"


def _measure(reason: AlertReason, text: str) -> str:
    """Return a number as people read it, and words as they are."""
    if reason.code in _NAME_CODES:
        return text
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if reason.code in _MONEY_CODES:
        return readable(number, reason.unit)
    if reason.code in _SHARE_CODES:
        return f"{number:.0%}"
    if reason.code in _SPEED_CODES:
        return f"{number:,.0f} {reason.unit}"
    return f"{number:,.1f}".removesuffix(".0")
