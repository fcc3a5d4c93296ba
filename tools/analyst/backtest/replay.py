"""The way of transactions and labels through the scorer, as the functions go it, with profiles in memory.

A transaction is scored and learnt as the detector does, and its label released as a verdict exactly so long
after its time as the delay says. Nothing looks ahead: whatever a score knows comes from rows before it. The
rows are taken in the file's order, as they would arrive.
"""

from collections import deque
from collections.abc import Collection, Iterable, Iterator
from typing import Final, NamedTuple

from stacks.compute.functions.detector.scoring import (
    AccountProfile,
    Assessment,
    FirstUses,
    MerchantProfile,
    Place,
    Population,
    RiskPopulation,
    Rules,
    Scorer,
    Sharing,
    Transaction,
    Verdict,
    apply_verdict,
    new_places,
)
from tools.analyst.backtest.source import Row

MILLISECONDS_PER_DAY: Final = 86_400_000
VIEW_MILLISECONDS: Final = 60_000
"""The detector reads the population anew after a minute; so does this, where enough of it has changed."""

_NOTICEABLE: Final = 64
_NOTICEABLE_SEASON: Final = 0.1
_NO_SHARING: Final[Sharing] = {}


class Awaited(NamedTuple):
    """A label that is not known yet.

    Attributes:
        transaction: The payment.
        is_fraud: Its label.
        own_suspicion: What its account's behaviour made of its score where it was an alert, else None.
    """

    transaction: Transaction
    is_fraud: bool
    own_suspicion: float | None


class Replay:
    """Everything that the functions would keep.

    Args:
        rules: The rules' settings.
        label_delay_days: After how many days a label is known; None for never.
        measured: Quantities to measure beside those that the rules read.

    Attributes:
        rules: Those in force.
        label_delay_days: As given.
        duplicates: Rows whose transaction was known already.
        too_late: Rows scored but older than everything remembered of their account.
    """

    def __init__(self, rules: Rules, label_delay_days: float | None, measured: Collection[str] = ()) -> None:
        self.rules = rules
        self._measured = measured
        self.label_delay_days = label_delay_days
        self._scorer = Scorer(rules, measured)
        self._delay = None if label_delay_days is None else int(label_delay_days * MILLISECONDS_PER_DAY)
        self._accounts: dict[str, AccountProfile] = {}
        self._merchants: dict[str, MerchantProfile] = {}
        self._sharing: dict[Place, FirstUses] = {}
        self._population = Population()
        self._risk = RiskPopulation()
        self._view = self._population.view(rules.assumed_spread, self._risk.merchants, self._risk.accounts)
        self._viewed_at = 0
        self._viewed_season = 0.0
        self._awaited: deque[Awaited] = deque()
        self.duplicates = 0
        self.too_late = 0

    @property
    def accounts(self) -> int:
        """How many accounts have a profile."""
        return len(self._accounts)

    def use(self, rules: Rules) -> None:
        """Put other rules in force, as publishing does; what is known stays."""
        self.rules, self._scorer = rules, Scorer(rules, self._measured)

    def assessments(self, rows: Iterable[Row]) -> Iterator[tuple[Row, Assessment]]:
        """Yield the decision on each transaction, and what it was made from; a duplicate has none."""
        accounts, merchants = self._accounts, self._merchants
        no_risk = MerchantProfile()
        delay, now = self._delay, 0
        for row in rows:
            transaction = row.transaction
            timestamp = transaction.timestamp
            if timestamp > now:
                now = timestamp
                if delay is not None:
                    self._release(now - delay)
            account = accounts.get(transaction.account_id)
            if account is None:
                account = accounts[transaction.account_id] = AccountProfile()
            elif account.knows(transaction):
                self.duplicates += 1
                continue
            view, scorer = self._view, self._scorer
            places = new_places(transaction, account)
            assessment = scorer.assess(
                transaction,
                account,
                merchants.get(transaction.merchant_id, no_risk),
                view,
                sharing=self._known_sharing(places) if places else _NO_SHARING,
            )
            sample = scorer.sample(transaction, account, assessment, view)
            if not scorer.update(account, transaction, assessment):
                self.too_late += 1
            else:
                if places:
                    self._share(places, transaction)
                if sample is not None:
                    self._population.learn(sample)
                    self._look_again(now)
            if delay is not None and row.is_fraud is not None:
                decision = assessment.decision
                own = decision.own_suspicion if decision.suspicious else None
                self._awaited.append(Awaited(transaction, row.is_fraud, own))
            yield row, assessment

    def _known_sharing(self, places: tuple[Place, ...]) -> Sharing:
        return {place: self._sharing.get(place) or FirstUses() for place in places}

    def _share(self, places: tuple[Place, ...], transaction: Transaction) -> None:
        for place in places:
            uses = self._sharing.get(place)
            if uses is None:
                uses = self._sharing[place] = FirstUses()
            uses.learn(transaction.transaction_id, transaction.timestamp, place.kind)

    def _look_again(self, now: int) -> None:
        population = self._population
        grown = abs(population.samples - self._view.samples) * _NOTICEABLE >= self._view.samples
        season_moved = abs(population.season.above - self._viewed_season) >= _NOTICEABLE_SEASON
        if now - self._viewed_at < VIEW_MILLISECONDS or not (grown or season_moved):
            return
        self._viewed_at, self._viewed_season = now, population.season.above
        self._view = self._population.view(
            self.rules.assumed_spread, self._risk.merchants, self._risk.accounts
        )

    def _release(self, until: int) -> None:
        """Give the verdicts on all transactions up to a time."""
        awaited, merchants = self._awaited, self._merchants
        while awaited and awaited[0].transaction.timestamp <= until:
            transaction, is_fraud, own_suspicion = awaited.popleft()
            account = self._accounts[transaction.account_id]
            merchant = merchants.get(transaction.merchant_id)
            if merchant is None:
                if not is_fraud and own_suspicion is None and not account.risk:
                    # What `apply_verdict` finds too: a genuine payment where there is no risk.
                    continue
                merchant = MerchantProfile()
            effect = apply_verdict(
                transaction,
                Verdict.CONFIRMED_FRAUD if is_fraud else Verdict.LEGITIMATE,
                previous=None,
                own_suspicion=own_suspicion,
                account=account,
                merchant=merchant,
                population=self._risk,
            )
            if merchant.risk:
                merchants[transaction.merchant_id] = merchant
            elif effect.merchant:
                merchants.pop(transaction.merchant_id, None)
