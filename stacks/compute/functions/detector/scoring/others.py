"""What other payments and the verdicts say about a merchant, a device, an address and an account."""

from math import log
from typing import Final

from stacks.compute.functions.detector.scoring.evidence import Evidence
from stacks.compute.functions.detector.scoring.lifetimes import RiskStatistics
from stacks.compute.functions.detector.scoring.risk import RiskHistory
from stacks.compute.functions.detector.scoring.sharing import FirstUses, Kind

_BURST: Final = 2.4
"""First uses of a merchant that are fewer standard deviations too many are chance: three at a new one."""

_BURST_AT_KNOWN: Final = 3.0
"""The same of a merchant that has long had first uses: among ten thousand, fewer are chance every day."""

_FEWEST: Final = (1 + _BURST / 2) ** 2 - 1
"""Minimum recent first uses of a burst, however few are usual."""

_SMALLEST_PROBABILITY: Final = 0.001
"""A risk below it says nothing."""

_LARGEST_PROBABILITY: Final = 0.9999
"""Nothing is surer: it keeps the log-odds finite."""


def _counter(evidence: Evidence, kind: Kind) -> FirstUses | None:
    if evidence.sharing:
        for place, uses in evidence.sharing.items():
            if place.kind is kind:
                return uses
    return None


def raw_merchant_first_uses(evidence: Evidence) -> float | None:
    """Return how many more accounts than usual began to use the merchant lately, in standard deviations."""
    uses = _counter(evidence, Kind.MERCHANT)
    return None if uses is None else uses.surplus(evidence.transaction.timestamp, Kind.MERCHANT)


def merchant_first_uses(evidence: Evidence) -> float | None:
    """Return how rare this many first uses of the merchant are."""
    uses, at = _counter(evidence, Kind.MERCHANT), evidence.transaction.timestamp
    if uses is None:
        return None
    if uses.lately < _FEWEST:
        return 0.0  # before the work: so it is for most first uses
    surplus = uses.surplus(at, Kind.MERCHANT)
    is_known = uses.total > 2 * uses.at(at, Kind.MERCHANT)
    if surplus < (_BURST_AT_KNOWN if is_known else _BURST):
        return 0.0
    return evidence.view.tails["merchant_first_uses"].rarity(surplus)


def device_accounts(evidence: Evidence) -> float | None:
    """Return the other accounts that used this device first within a day."""
    uses = _counter(evidence, Kind.DEVICE)
    return None if uses is None else uses.at(evidence.transaction.timestamp, Kind.DEVICE)


def address_accounts(evidence: Evidence) -> float | None:
    """Return the other accounts that used this address first within hours."""
    uses = _counter(evidence, Kind.ADDRESS)
    return None if uses is None else uses.at(evidence.transaction.timestamp, Kind.ADDRESS)


def merchant_risk(evidence: Evidence) -> float | None:
    """Return the log-odds that the payment is fraud because its merchant is compromised, from verdicts."""
    return _risk(evidence, evidence.merchant.risk, evidence.view.merchants)


def account_risk(evidence: Evidence) -> float | None:
    """Return the log-odds that it is because its account is."""
    return _risk(evidence, evidence.account.risk, evidence.view.accounts)


def _risk(evidence: Evidence, history: RiskHistory, statistics: RiskStatistics) -> float | None:
    if not history.verdicts:
        return None
    probability = history.estimate(evidence.transaction.timestamp, statistics)
    if probability < _SMALLEST_PROBABILITY:
        return None
    probability = min(probability, _LARGEST_PROBABILITY)
    return log(probability / (1 - probability))
