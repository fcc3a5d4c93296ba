"""Describe reasons: a phrase for the subject, a sentence with numbers for the body. Pure."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Final, NamedTuple

from shared.runtime.events import AlertReason
from shared.runtime.money import readable
from shared.runtime.untrusted import defanged


class _Words(NamedTuple):
    """Templates for one quantity or rule; see `_values` for the names."""

    headline: str
    sentence: str


_WORDS: Final[Mapping[str, _Words]] = {
    "amount_limit": _Words(
        "amount over the limit",
        "Amount over the limit for any account: {observed}, limit {threshold}; usual here: {baseline}.",
    ),
    "amount": _Words("amount of {observed}", "The amount itself: {observed} ({threshold})."),
    "amount_multiple": _Words(
        "{times} times the usual amount",
        "Amount of {observed}, {times} times the account's usual {baseline} ({threshold}).",
    ),
    "category_multiple": _Words(
        "{times} times the category's usual amount",
        "Amount of {observed}, {times} times the usual in this merchant category ({threshold}).",
    ),
    "amount_rarity": _Words(
        "rare amount", "Amount rare for any account: {observed} ({threshold}); usual here: {baseline}."
    ),
    "amount_to_usual": _Words(
        "{times} times the usual amount", "Amount {times} times the account's usual {baseline} ({threshold})."
    ),
    "amount_deviation": _Words(
        "{times} times the usual amount",
        "Amount {times} times the account's usual {baseline}, far outside its spread ({threshold}).",
    ),
    "amount_anomaly": _Words(
        "unusual amount of {observed}",
        "Unusual amount of {observed}, usual here {baseline} ({threshold}).",
    ),
    "unknown_amount": _Words(
        "large first payment",
        "Large payment of an account with little history: {observed} ({threshold}).",
    ),
    "largest_of_five": _Words(
        "large recent payments",
        "Largest of the last five payments: {observed} USD ({threshold}).",
    ),
    "largest_of_day": _Words(
        "largest payment of the last day", "Largest payment of the last day: {observed} USD ({threshold})."
    ),
    "smallest_of_five": _Words(
        "small recent payments", "Smallest of the last five payments: {observed} USD ({threshold})."
    ),
    "week_count": _Words(
        "{observed} payments in a week", "Payments in the last week: {observed} ({threshold})."
    ),
    "account_age": _Words(
        "account {observed} days old", "Days since the account's first payment: {observed} ({threshold})."
    ),
    "category_amount": _Words(
        "{times} times the category's usual amount",
        "Amount {times} times the usual of all accounts in this merchant category, {baseline} ({threshold}).",
    ),
    "record_amount": _Words(
        "{times} times the account's largest amount",
        "Amount {times} times the account's largest recent payment, {baseline} ({threshold}).",
    ),
    "hour_spend": _Words("{observed} spent in an hour", "Spent in the last hour: {observed} ({threshold})."),
    "hour_spend_to_usual": _Words(
        "{times} times the usual hourly spend",
        "Spent in the last hour: {observed}, {times} times the account's usual ({threshold}).",
    ),
    "day_spend_to_usual": _Words(
        "{times} times the usual daily spend",
        "Spent in the last day: {observed}, {times} times the account's usual ({threshold}).",
    ),
    "week_spend_to_usual": _Words(
        "{times} times the usual weekly spend",
        "Spent in the last week: {observed}, {times} times the account's usual ({threshold}).",
    ),
    "hour_pace": _Words("{observed} {unit}", "Pace: {observed} {unit}, usual {baseline} ({threshold})."),
    "day_pace": _Words("{observed} {unit}", "Pace: {observed} {unit}, usual {baseline} ({threshold})."),
    "recent_rarity": _Words("rare payments in a day", "Rare payments in the last day: {observed}."),
    "rest": _Words(
        "first payment after {observed} days",
        "First payment after {observed} days; the account usually pays every {baseline} days.",
    ),
    "hour_of_day": _Words("hour of the day", "Hour of the day: {observed} ({threshold})."),
    "own_hour": _Words(
        "unusual hour for the account",
        "Hour at which the account rarely pays: {observed}, {threshold}; {baseline}.",
    ),
    "population_hour": _Words(
        "unusual hour for all accounts",
        "Hour at which few accounts pay: {observed}, {threshold}; {baseline}.",
    ),
    "new_merchant": _Words("new merchant", "Merchant: {threshold} ({baseline})."),
    "new_category": _Words(
        "new merchant category {observed}",
        "Merchant category {observed}: {threshold} ({baseline}).",
    ),
    "new_country": _Words("new country {observed}", "Country {observed}: {threshold} ({baseline})."),
    "new_device": _Words("new device", "Device: {threshold} ({baseline})."),
    "new_address": _Words("new network address", "Network address: {threshold} ({baseline})."),
    "new_channel": _Words("new channel {observed}", "Channel {observed}: {threshold} ({baseline})."),
    "new_currency": _Words("new currency {observed}", "Currency {observed}: {threshold} ({baseline})."),
    "small_payments": _Words(
        "card testing",
        "Small payments in a row, as in card testing: {observed}.",
    ),
    "under_limit": _Words(
        "payments just under a round amount",
        "Large payments just under a round amount within days: {observed}.",
    ),
    "steady_rise": _Words(
        "steadily rising amounts",
        "Amounts have risen steadily to this one: {unit} {observed}, usual {baseline}, at most {threshold}.",
    ),
    "travel": _Words(
        "impossible travel",
        "Card moved at {observed} since its last card-present payment; an airliner flies at 900 km/h.",
    ),
    "merchant_first_uses": _Words(
        "many new accounts at the merchant",
        "Many accounts pay this merchant for the first time ({threshold}).",
    ),
    "device_accounts": _Words(
        "device shared by accounts", "Other accounts that recently started to use this device: {observed}."
    ),
    "address_accounts": _Words(
        "address shared by accounts", "Other accounts that recently started to use this address: {observed}."
    ),
    "merchant_risk": _Words(
        "merchant with confirmed frauds",
        "Fraud probability of a payment at this merchant, from verdicts: {observed} ({baseline}).",
    ),
    "account_risk": _Words(
        "account with confirmed frauds",
        "Fraud probability of a payment by this account, from verdicts: {observed} ({baseline}).",
    ),
    "watched_merchant": _Words("merchant on watch", "Merchant on watch: {observed}."),
    "watched_account": _Words("account on watch", "Account on watch."),
    "denied": _Words("account or merchant on the deny list", "The {unit} is on the deny list."),
}

_IN_FAVOUR: Final[Mapping[str, _Words]] = {
    "amount_rarity": _Words(
        "ordinary amount", "Amount common among all accounts: {observed}; usual here: {baseline}."
    ),
    "amount_anomaly": _Words("ordinary amount", "Ordinary amount: {observed}, usual here {baseline}."),
    "amount_deviation": _Words(
        "usual amount", "Amount within the account's usual range: {observed}, usual {baseline}."
    ),
    "unknown_amount": _Words(
        "small first payment", "Small payment of an account with little history: {observed}."
    ),
    "recent_rarity": _Words("no rare payments in a day", "No rare payments in the last day."),
    "own_hour": _Words("usual hour", "Hour at which the account usually pays: {observed}; {baseline}."),
    "population_hour": _Words("usual hour", "Hour at which many accounts pay: {observed}; {baseline}."),
    "new_merchant": _Words("known merchant", "Merchant: {threshold} ({baseline})."),
    "new_category": _Words(
        "known merchant category {observed}", "Merchant category {observed}: {threshold} ({baseline})."
    ),
    "new_country": _Words("known country {observed}", "Country {observed}: {threshold} ({baseline})."),
    "new_device": _Words("known device", "Device: {threshold} ({baseline})."),
    "new_address": _Words("known network address", "Network address: {threshold} ({baseline})."),
    "new_channel": _Words("known channel {observed}", "Channel {observed}: {threshold} ({baseline})."),
    "new_currency": _Words("known currency {observed}", "Currency {observed}: {threshold} ({baseline})."),
    "small_payments": _Words("no card testing", "No small payments in a row before this one."),
    "under_limit": _Words(
        "no payments just under a round amount", "No large payments just under a round amount."
    ),
    "steady_rise": _Words("no rising amounts", "Amounts have not risen steadily to this one."),
    "travel": _Words("plausible travel", "Plausible travel: {observed} since the last card-present payment."),
    "merchant_first_uses": _Words(
        "few new accounts at the merchant", "Few accounts pay this merchant for the first time."
    ),
    "device_accounts": _Words(
        "device used by few accounts", "Other accounts that recently started to use this device: {observed}."
    ),
    "address_accounts": _Words(
        "address used by few accounts",
        "Other accounts that recently started to use this address: {observed}.",
    ),
    "merchant_risk": _Words(
        "little fraud at the merchant",
        "Fraud probability of a payment at this merchant, from verdicts: only {observed} ({baseline}).",
    ),
    "account_risk": _Words(
        "little fraud on the account",
        "Fraud probability of a payment by this account, from verdicts: only {observed} ({baseline}).",
    ),
}
"""Words for negative points, where those above suggest fraud; other quantities need no second form."""

# The alerting stack may be older than a quantity in a message.
_OTHER: Final = _Words("{code}", "{Code}: {observed}, usual {baseline}, {threshold} ({unit}).")

_MONEY_CODES: Final = frozenset(
    {
        "amount_limit", "amount", "amount_multiple", "category_multiple", "amount_rarity", "amount_to_usual",
        "amount_deviation", "amount_anomaly", "unknown_amount", "category_amount", "record_amount",
        "hour_spend", "hour_spend_to_usual", "day_spend_to_usual", "week_spend_to_usual",
    }
)  # fmt: skip
_SPEED_CODES: Final = frozenset({"travel"})
NAME_CODES: Final = frozenset(
    {
        "new_merchant", "new_category", "new_country", "new_device", "new_address", "new_channel",
        "new_currency", "watched_merchant", "watched_account", "denied",
    }
)  # fmt: skip
"""Reasons whose values are names even if they consist of digits, such as merchant categories."""

_LONGEST_WORDS: Final = 200
"""Maximum length of a value, which may list several names."""
_SHARE_CODES: Final = frozenset({"merchant_risk", "account_risk"})
_WHOLE_PER_CENT: Final = Decimal("0.01")


def headline(reason: AlertReason) -> str:
    """Return a phrase for the subject."""
    return _words(reason).headline.format(**_values(reason))


def sentence(reason: AlertReason) -> str:
    """Return a sentence with the observed and usual values and the rarity."""
    return _words(reason).sentence.format(**_values(reason))


def _words(reason: AlertReason) -> _Words:
    usual = _WORDS.get(reason.code, _OTHER)
    return _IN_FAVOUR.get(reason.code, usual) if reason.points is not None and reason.points < 0 else usual


def _values(reason: AlertReason) -> dict[str, str]:
    return {
        "code": (words := defanged(reason.code.replace("_", " "))),
        "Code": words.capitalize(),
        "unit": defanged(reason.unit),
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
    """Return a readable number, or defanged text, which is untrusted."""
    words = defanged(text, _LONGEST_WORDS)
    if reason.code in NAME_CODES:
        return words
    try:
        number = Decimal(text)
    except InvalidOperation:
        return words
    if reason.code in _MONEY_CODES:
        return readable(number, defanged(reason.unit))
    if reason.code in _SHARE_CODES:
        return f"{number:.0%}" if number >= _WHOLE_PER_CENT else f"{100 * float(number):.2g}%"
    if reason.code in _SPEED_CODES:
        return f"{number:,.0f} {defanged(reason.unit)}"
    return f"{number:.2g}" if 0 < number < 1 else f"{number:,.1f}".removesuffix(".0")
