"""The payments whose use is measured: known accounts, usual amounts, as few that teach as of a million."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count

from stacks.compute.functions.detector.scoring import (
    SHARDS,
    AccountProfile,
    MerchantProfile,
    Population,
    RiskPopulation,
    Scorer,
    load_rules,
)
from stacks.compute.functions.detector.scoring.account import HOURS
from stacks.compute.functions.detector.scoring.sampling import is_in_share
from tools.bench.scoring import scored
from tools.local.traffic.generator import generate
from tools.local.traffic.transactions import LabelledTransaction

PAYMENTS_OF_A_SHARD = 7_000
"""With so many in each shard the population is one that samples as rarely as it ever will."""
BEGINNING = 1_767_225_600_000
"""Of those payments, epoch milliseconds: 2026."""
HOURS_BETWEEN_ROUNDS = 6
"""Rounds lie in the past, so far apart that nobody pays unusually often."""
USUAL_AMOUNT, SUSPICIOUS_AMOUNT = Decimal("12.50"), Decimal("9500.00")


class Payments:
    """Rounds of payments, one of each account.

    Args:
        accounts: How many there are.
        rounds: How many rounds there will be, the last one about now.
    """

    def __init__(self, accounts: int, rounds: int) -> None:
        self._accounts, self._rounds = accounts, rounds
        self._round = self._made = 0
        self.shard = _taught(PAYMENTS_OF_A_SHARD)
        risk = RiskPopulation()
        self._population = Population.combined([self.shard] * SHARDS).view(
            load_rules().assumed_spread, risk.merchants, risk.accounts
        )

    def begin(self) -> None:
        """Count those that teach the population from here on."""
        self._made = 0

    def round(self, amount: Decimal = USUAL_AMOUNT) -> list[LabelledTransaction]:
        """Return one payment of each account."""
        self._round += 1
        ago = timedelta(hours=HOURS_BETWEEN_ROUNDS) * (self._rounds - self._round)
        at = int((datetime.now(UTC) - ago - timedelta(hours=1)).timestamp() * 1000)
        return [self._payment(account, at, amount) for account in range(self._accounts)]

    def _payment(self, account: int, at: int, amount: Decimal) -> LabelledTransaction:
        """A payment whose id makes it one that teaches the population, or not: so many as of a million do."""
        self._made += 1
        every = self._population.sampled_one_in
        teaches = self._made % every == every // 2
        payments = (
            _payment(account, f"{self._round:06d}-{account:06d}-{trial}", at, amount) for trial in count()
        )
        return next(each for each in payments if is_in_share(scored(each), self._population) == teaches)


def _taught(payments: int) -> Population:
    """Return a population that has learnt from payments of the generator's people, some of each account."""
    scorer, merchant, population = Scorer(load_rules()), MerchantProfile(), Population()
    unknown = scorer.unknown_population()
    accounts: defaultdict[str, AccountProfile] = defaultdict(AccountProfile)
    for payment in generate(BEGINNING, payments):
        transaction = scored(payment)
        account = accounts[transaction.account_id]
        assessment = scorer.assess(transaction, account, merchant, unknown)
        sample = scorer.sample(transaction, account, assessment, unknown)
        if sample is not None:
            population.learn(sample)
        scorer.update(account, transaction, assessment)
    # Else a run late in the evening has one reason more, and the alert's record takes another write unit.
    population.hours = [sum(population.hours) / HOURS] * HOURS
    return population


def _payment(account: int, suffix: str, at: int, amount: Decimal) -> LabelledTransaction:
    """A payment with every field that the schema has."""
    return LabelledTransaction(
        {
            "transaction_id": f"payment-{suffix}",
            "timestamp": at,
            "account_id": f"account-{account:08d}",
            "merchant_id": f"merchant-{account % 5:06d}",
            "amount": amount + account,
            "currency": "USD",
            "merchant_category": "groceries",
            "country": "US",
            "channel": "card",
            "device_id": f"device-{account:012d}",
            "ip_address": f"203.0.113.{account}",
            "latitude": Decimal("40.7128"),
            "longitude": Decimal("-74.0060"),
            "card_present": True,
        }
    )
