"""A seeded stream of transactions with known frauds: the same arguments give the same stream, byte for byte.

People first buy as they always do: an account without history cannot be judged, so frauds come in the last
part of the stream. Some of what is genuine looks odd too (a large purchase, a journey), and some of what is
fraud looks ordinary. Nothing of the detector is fitted to it.
"""

from datetime import UTC, datetime, timedelta
from itertools import chain, pairwise
from random import Random

from tools.local.traffic.blocking import with_cards_blocked
from tools.local.traffic.frauds import commit
from tools.local.traffic.population import HOME_CITIES, Account, City, Population, populate, seeded
from tools.local.traffic.purchases import Purchase, Sale, in_shop, usual
from tools.local.traffic.transactions import GENUINE, LabelledTransaction

DEFAULT_COUNT = 1200
DEFAULT_SEED = 20_260_401
HISTORY_DAYS = 60
TRANSACTIONS_PER_ACCOUNT = 48
FRAUD_SHARE = 0.07
LARGE_PURCHASE_SHARE = 0.01
TRAVELLER_SHARE = 0.15
TIME_TO_TRAVEL = timedelta(hours=20)


def generate(
    end_milliseconds: int, count: int = DEFAULT_COUNT, seed: int = DEFAULT_SEED
) -> list[LabelledTransaction]:
    """Return ``count`` transactions in time order, within the ``HISTORY_DAYS`` before ``end_milliseconds``.

    Raises:
        ValueError: ``count`` is less than one.
    """
    if count < 1:
        raise ValueError(f"a stream needs at least one transaction, got count={count}")
    end = datetime.fromtimestamp(end_milliseconds / 1000, UTC)
    population = populate(seed, max(1, count // TRANSACTIONS_PER_ACCOUNT))
    fraud_target = round(count * FRAUD_SHARE)
    genuine = _genuine(seeded(seed, "genuine"), population, count - fraud_target, end)
    days = (end - timedelta(days=HISTORY_DAYS), end)
    committed = commit(seed, population, genuine, fraud_target, days)
    buying = seeded(seed, "blocked")
    genuine = with_cards_blocked(
        buying,
        genuine,
        committed.blocks,
        committed.followed,
        lambda account, day: _ordinary(buying, population, account, account.draw_time(buying, day)),
    )
    everything = [purchase.no_later_than(end) for purchase in (*chain(*genuine.values()), *committed.frauds)]
    everything.sort(key=lambda purchase: (purchase.moment, purchase.account.account_id))
    return [_labelled(purchase, seed, number) for number, purchase in enumerate(everything)]


def _labelled(purchase: Purchase, seed: int, number: int) -> LabelledTransaction:
    return LabelledTransaction(
        fields={"transaction_id": f"demo-{seed}-{number:06d}", **purchase.fields},
        is_fraud=purchase.scenario != GENUINE,
        scenario=purchase.scenario,
    )


def _genuine(
    random: Random, population: Population, count: int, end: datetime
) -> dict[Account, list[Purchase]]:
    shares = [
        count // len(population.accounts) + (number < count % len(population.accounts))
        for number in range(len(population.accounts))
    ]
    return {
        account: _history(random, population, account, share, end)
        for account, share in zip(population.accounts, shares, strict=True)
    }


def _history(
    random: Random, population: Population, account: Account, count: int, end: datetime
) -> list[Purchase]:
    purchases = [
        _ordinary(random, population, account, moment) for moment in _moments(random, account, count, end)
    ]
    return _with_journey(random, purchases) if random.random() < TRAVELLER_SHARE else purchases


def _moments(random: Random, account: Account, count: int, end: datetime) -> list[datetime]:
    """Spread purchases evenly over the days before ``end``, each near the account's own hours of its day."""
    first_day = (end - timedelta(days=HISTORY_DAYS - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    moments = []
    for number in range(count):
        day = first_day + timedelta(days=int((number + random.random()) / count * (HISTORY_DAYS - 1)))
        moments.append(account.draw_time(random, day))
    return sorted(min(moment, end) for moment in moments)


def _ordinary(random: Random, population: Population, account: Account, moment: datetime) -> Purchase:
    if random.random() < LARGE_PURCHASE_SHARE:
        nearby = [merchant for merchant in population.seldom_merchants if merchant.city == account.home]
        merchant = random.choice(nearby)
    else:
        merchant = account.draw_merchant(random)
    return usual(random, Sale(account, merchant, account.draw_amount(random, merchant), moment))


def _with_journey(random: Random, purchases: list[Purchase]) -> list[Purchase]:
    """Let a week of purchases happen in another city, with time enough to get there and back."""
    account = purchases[0].account
    place = random.choice([city for city in HOME_CITIES if city != account.home])
    start = len(purchases) // 3
    away = set(range(start, min(start + 4, len(purchases))))
    for before, after in pairwise(range(len(purchases))):
        in_time = purchases[after].moment - purchases[before].moment >= TIME_TO_TRAVEL
        if (before in away) != (after in away) and not in_time:
            return purchases
    return [
        _bought_in(random, place, purchase) if number in away else purchase
        for number, purchase in enumerate(purchases)
    ]


def _bought_in(random: Random, place: City, purchase: Purchase) -> Purchase:
    account = purchase.account
    merchant = account.draw_merchant(random)
    amount = account.draw_amount(random, merchant)
    return in_shop(random, Sale(account, merchant, amount, purchase.moment), place)
