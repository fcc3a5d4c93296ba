"""How long the detector's pure core takes for one transaction: to score it and to learn from it."""

import time
from statistics import median

from stacks.compute.functions.detector.scoring import (
    AccountProfile,
    MerchantProfile,
    Scorer,
    Transaction,
    load_rules,
)
from tools.local.traffic.generator import generate
from tools.local.traffic.transactions import LabelledTransaction

PASSES = 9
TRANSACTIONS = 3000


def microseconds_per_transaction() -> float:
    """Return the median over passes of the mean time, with profiles that fill during each pass."""
    scorer, merchant = Scorer(load_rules()), MerchantProfile()
    population = scorer.unknown_population()
    stream = [scored(each) for each in generate(int(time.time() * 1000), TRANSACTIONS)]
    means = []
    for _ in range(PASSES):
        accounts = {each.account_id: AccountProfile() for each in stream}
        started = time.perf_counter()
        for transaction in stream:
            account = accounts[transaction.account_id]
            assessment = scorer.assess(transaction, account, merchant, population)
            scorer.update(account, transaction, assessment)
        means.append((time.perf_counter() - started) / len(stream) * 1e6)
    return median(means)


def scored(transaction: LabelledTransaction) -> Transaction:
    """Return a generated transaction as the core sees it."""
    fields = dict(transaction.fields)
    for name in ("amount", "latitude", "longitude"):
        if name in fields:
            fields[name] = float(fields[name])  # type: ignore[assignment]
    return Transaction(**{name: value for name, value in fields.items() if name in Transaction._fields})  # type: ignore[arg-type]
