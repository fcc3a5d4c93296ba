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
    "velocity": _Words(
        "{observed} {unit}",
        "The account pays unusually often: {observed} {unit}, usual {baseline}, suspicious from {threshold}.",
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
    "improbable_travel": _Words(
        "improbable travel",
        "Nobody travels that fast: {observed} since the account's last position, {baseline}; "
        "suspicious from {threshold}.",
    ),
    "watched_merchant": _Words(
        "merchant on watch",
        "The merchant is on watch: {observed}.",
    ),
}

# The alerting stack may be older than the rules that speak to it.
_OTHER: Final = _Words(
    "{code}",
    "Rule {code}: {observed}, usual {baseline}, suspicious from {threshold} ({unit}).",
)

_MONEY_CODES: Final = frozenset({"amount_limit", "amount_deviation"})
_SPEED_CODES: Final = frozenset({"improbable_travel"})
# Their values are names even where they consist of digits, as a merchant category does.
_NAME_CODES: Final = frozenset({"new_merchant_category", "new_country", "watched_merchant"})


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
    if reason.code in _SPEED_CODES:
        return f"{number:,.0f} {reason.unit}"
    return f"{number:,.1f}".removesuffix(".0")
