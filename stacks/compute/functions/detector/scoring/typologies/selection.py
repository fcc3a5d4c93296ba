"""Which rules are worth trying on a payment: most of them need something that most payments do not show."""

from collections.abc import Callable, Mapping
from enum import IntFlag
from typing import Final, NamedTuple

from stacks.compute.functions.detector.scoring.profile import AccountProfile, MerchantProfile
from stacks.compute.functions.detector.scoring.rules import Mode, RuleSet
from stacks.compute.functions.detector.scoring.transaction import MILLISECONDS_PER_MINUTE, Transaction
from stacks.compute.functions.detector.scoring.typologies import amounts, novelty, pace, places
from stacks.compute.functions.detector.scoring.typologies.evaluator import Evaluator, Usual


class Shown(IntFlag):
    """What a payment shows."""

    ABOVE_MEAN = 1
    CATEGORY = 2
    COUNTRY = 4
    DEVICE = 8
    POSITION = 16
    MERCHANT_RISK = 32
    ACCOUNT_RISK = 64
    BUSY = 128


_ABOVE_MEAN, _CATEGORY, _COUNTRY, _DEVICE = (int(each) for each in list(Shown)[:4])
_POSITION, _MERCHANT_RISK, _ACCOUNT_RISK, _BUSY = (int(each) for each in list(Shown)[4:])


class _Typology(NamedTuple):
    """A rule's function, and what a payment must show for it to be worth trying."""

    needs: int
    create: Callable[[RuleSet], Evaluator]


_TYPOLOGIES: Final[Mapping[str, _Typology]] = {
    "amount_limit": _Typology(0, lambda rules: amounts.amount_limit(rules.amount_limit)),
    "amount_deviation": _Typology(
        _ABOVE_MEAN,
        lambda rules: amounts.amount_deviation(rules.amount_deviation, rules.category_amount_deviation),
    ),
    "category_amount_deviation": _Typology(
        _ABOVE_MEAN | _CATEGORY,
        lambda rules: amounts.category_amount_deviation(
            rules.category_amount_deviation, rules.amount_deviation
        ),
    ),
    "extreme_amount": _Typology(_ABOVE_MEAN, lambda rules: amounts.extreme_amount(rules.extreme_amount)),
    "velocity": _Typology(_BUSY, lambda rules: pace.velocity(rules.velocity)),
    "card_testing": _Typology(_BUSY, lambda rules: pace.card_testing(rules.card_testing)),
    "structuring": _Typology(_ABOVE_MEAN, lambda rules: pace.structuring(rules.structuring)),
    "unusual_hour": _Typology(0, lambda rules: novelty.unusual_hour(rules.unusual_hour)),
    "new_merchant": _Typology(0, lambda rules: novelty.new_merchant(rules.new_merchant)),
    "new_merchant_category": _Typology(
        _CATEGORY, lambda rules: novelty.new_merchant_category(rules.new_merchant_category)
    ),
    "new_country": _Typology(_COUNTRY, lambda rules: novelty.new_country(rules.new_country)),
    "new_device": _Typology(_DEVICE, lambda rules: novelty.new_device(rules.new_device)),
    "improbable_travel": _Typology(
        _POSITION, lambda rules: novelty.improbable_travel(rules.improbable_travel)
    ),
    "dormant_account": _Typology(0, lambda rules: pace.dormant_account(rules.dormant_account)),
    "merchant_at_risk": _Typology(
        _MERCHANT_RISK, lambda rules: places.merchant_at_risk(rules.merchant_at_risk)
    ),
    "account_at_risk": _Typology(_ACCOUNT_RISK, lambda rules: places.account_at_risk(rules.account_at_risk)),
}


class Typologies:
    """The rules that are in one mode."""

    def __init__(self, rules: RuleSet, mode: Mode) -> None:
        self._ready = [
            (typology.needs, typology.create(rules))
            for code, typology in _TYPOLOGIES.items()
            if getattr(rules, code).mode is mode
        ]
        self._by_shown: dict[int, tuple[Evaluator, ...]] = {}

    def worth_trying(self, shown: int) -> tuple[Evaluator, ...]:
        """Return the rules whose needs are among what a payment shows."""
        chosen = self._by_shown.get(shown)
        if chosen is None:
            chosen = tuple(evaluate for needs, evaluate in self._ready if needs & shown == needs)
            self._by_shown[shown] = chosen
        return chosen


def longest_window(rules: RuleSet) -> int:
    """Return how long before a payment others may count for the rules on many payments, in milliseconds."""
    minutes = [window.minutes for window in rules.velocity.windows]
    return max(*minutes, rules.card_testing.minutes) * MILLISECONDS_PER_MINUTE


def shows(
    transaction: Transaction, account: AccountProfile, merchant: MerchantProfile, usual: Usual, window: int
) -> int:
    """Return what a payment shows, of `Shown`, as a plain number; `window` is the longest window."""
    _, timestamp, _, _, amount, _, category, country, _, device, latitude, _, _ = transaction
    shown = _ABOVE_MEAN if amount > usual[1] else 0
    if category is not None:
        shown |= _CATEGORY
    if country is not None:
        shown |= _COUNTRY
    if device is not None:
        shown |= _DEVICE
    if latitude is not None and account.position is not None:
        shown |= _POSITION
    if merchant.risk.verdicts:
        shown |= _MERCHANT_RISK
    if account.risk.verdicts:
        shown |= _ACCOUNT_RISK
    recent = account.recent
    if len(recent) > 1 and timestamp - recent[-2][0] < window:
        shown |= _BUSY
    return shown
