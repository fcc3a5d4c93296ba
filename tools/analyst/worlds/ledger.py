"""The payments of a world while it grows: genuine ones first, then frauds, then all with their labels."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from random import Random
from typing import Final

from tools.analyst.worlds.almanac import HOUR_MILLISECONDS
from tools.analyst.worlds.payment import Draft, Labelled, Payment
from tools.analyst.worlds.setting import Setting

Attack = Callable[[int], list[Draft]]
"""Commits one attack of at most so many payments, and returns them: new ones, or genuine ones taken over."""

_TRIES: Final = 2_000  # attacks that may come to nothing before a world stays below its rate
_LOST_TRY: Final = 0.2  # payments that an attack counts for that came to nothing
_NO_WEIGHTS: Final[Mapping[str, float]] = {}
_VICTIMS_PAYMENTS: Final = (1, 3, 4, 4, 8)  # that a victim made in all, at least
_SEARCHES: Final = 40


class Ledger:
    """Collects drafts.

    Attributes:
        setting: Of the world.
        drafts: All payments so far.
    """

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.drafts: list[Draft] = []
        self._accounts: dict[str, list[Draft]] = {}
        self._names: list[str] = []
        self._waves: list[tuple[int, int]] = []
        self._wave_share = 0.0
        self._early = 0.0

    def add(self, draft: Draft) -> None:
        """Take up a payment."""
        draft.stored = True
        self.drafts.append(draft)

    def close_genuine(self) -> None:
        """Sort the genuine payments by account, for the attacks to look at."""
        histories: defaultdict[str, list[Draft]] = defaultdict(list)
        for draft in self.drafts:
            histories[draft.account_id].append(draft)
        for history in histories.values():
            history.sort(key=_time)
        self._accounts = dict(histories)
        self._names = list(self._accounts)
        self._draw_waves()

    def anyone(self) -> Draft:
        """Return any payment made so far, most likely a genuine one."""
        return self.setting.random.choice(self.drafts)

    def history(self, least: int = 0) -> list[Draft]:
        """Return the genuine payments of a chance account, of one with at least so many if there is one."""
        least = least or self.setting.random.choice(_VICTIMS_PAYMENTS)
        found: list[Draft] = []
        for _ in range(_SEARCHES):
            history = self._accounts[self.setting.random.choice(self._names)]
            found = max(found, history, key=len)
            if len(found) >= least:
                break
        return found

    def histories(self) -> Mapping[str, list[Draft]]:
        """Return account -> its genuine payments in order."""
        return self._accounts

    def instant(self, history: Sequence[Draft], early: float = 0.0) -> int:
        """Return an instant in an account's life, after so much of it and what this world has at least."""
        random = self.setting.random
        if random.random() < self._wave_share:
            instant = int(random.uniform(*random.choice(self._waves)))
            if history[0].timestamp < instant < history[-1].timestamp:
                return instant
        place = int(random.uniform(max(early, self._early), 1) * (len(history) - 1))
        after = history[place].timestamp
        until = history[place + 1].timestamp if place + 1 < len(history) else after + 24 * HOUR_MILLISECONDS
        return min(int(random.uniform(after, until)), self.setting.almanac.end - 1)

    def commit(self, attacks: Mapping[str, Attack], weights: Mapping[str, float] = _NO_WEIGHTS) -> None:
        """Commit attacks, in drawn shares, until the world's rate of fraud is reached.

        Args:
            attacks: By the name of their kind.
            weights: How much of the fraud a kind tends to be, in relation to others; 1 where not given.
        """
        random = self.setting.random
        if not self.drafts:
            return
        target = max(2, round(len(self.drafts) * self.setting.fraud_rate))
        shares = _shares(random, {kind: weights.get(kind, 1.0) for kind in attacks})
        spent = dict.fromkeys(shares, 0.0)
        left = target
        for _ in range(_TRIES + target):
            if left <= 0:
                break
            kind = max(shares, key=lambda each: shares[each] * target - spent[each])
            count = self._mark(attacks[kind](left)[:left], kind)
            spent[kind] += count or _LOST_TRY
            left -= count

    def _mark(self, drafts: Iterable[Draft], kind: str) -> int:
        count = 0
        for draft in drafts:
            if draft.kind or not self.setting.almanac.start <= draft.timestamp < self.setting.almanac.end:
                continue
            draft.kind = kind
            count += 1
            if not draft.stored:
                self.add(draft)
        return count

    def _draw_waves(self) -> None:
        """Draw days on which attacks come in greater numbers, in some worlds."""
        random, almanac = self.setting.random, self.setting.almanac
        for _ in range(random.randint(1, 4)):
            begin = random.uniform(0, almanac.days)
            self._waves.append((almanac.timestamp(begin), almanac.timestamp(begin + random.uniform(0.2, 7))))
        self._early = random.choice((0.0, 0.2))
        self._wave_share = random.choice((0.0, random.uniform(0, 0.7)))

    def drop(self, history: Sequence[Draft], begin: int, end: int) -> None:
        """Leave out the genuine payments of an account between two instants: it cannot pay meanwhile."""
        for draft in history:
            if begin <= draft.timestamp < end and not draft.kind:
                draft.dropped = True

    def finish(self) -> list[Labelled]:
        """Return all payments with their labels in the order of time."""
        setting = self.setting
        if setting.resolution > 1:
            for draft in self.drafts:
                draft.timestamp -= draft.timestamp % setting.resolution
        self.drafts = [draft for draft in self.drafts if not draft.dropped]
        setting.random.shuffle(self.drafts)  # payments of one instant stand in no order
        self.drafts.sort(key=_time)
        new = setting.transaction_ids.new
        return [_labelled(new(), draft) for draft in self.drafts]


def usual_amount(history: Sequence[Draft]) -> float:
    """Return the median amount of payments."""
    amounts = sorted(draft.amount for draft in history)
    return amounts[len(amounts) // 2]


def _shares(random: Random, tendencies: Mapping[str, float]) -> dict[str, float]:
    """Draw how much of the fraud is of each kind; a kind may be missing altogether."""
    weights = {
        kind: each * random.expovariate(1) for kind, each in tendencies.items() if random.random() > 0.15
    }
    weights = weights or {max(tendencies, key=lambda kind: tendencies[kind]): 1.0}
    total = sum(weights.values())
    return {kind: weight / total for kind, weight in weights.items()}


def _time(draft: Draft) -> int:
    return draft.timestamp


def _labelled(transaction_id: str, draft: Draft) -> Labelled:
    payment = Payment(
        transaction_id,
        draft.timestamp,
        draft.account_id,
        draft.merchant_id,
        draft.amount,
        draft.currency,
        draft.merchant_category,
        draft.country,
        draft.channel,
        draft.device_id,
        draft.ip_address,
        draft.latitude,
        draft.longitude,
        draft.card_present,
    )
    return Labelled(payment, draft.kind != "", draft.kind)
