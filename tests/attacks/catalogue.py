"""Every attack by name, with what a detector must reach on it."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from tests.attacks import amounts, elsewhere, honest, rings, takeovers, waves
from tests.attacks.checks import (
    Case,
    Generate,
    alerts,
    at_most,
    caught,
    difference,
    groups_with_alerts,
    ranked,
    times_by_day,
    times_by_payment,
)
from tests.attacks.stream import Attack, shuffled

OUT_OF_ORDER_MINUTES: Final = 5

_FLOOR: Final = 500.0
"""Where alerts are compared by payment, one in so many is the floor: below that the luck of few decides."""


def _waves() -> Iterator[Case]:
    for ordinary in (200, 1_000, 20_000):
        for spread in (False, True):
            for newcomers in (20, 220, 2_000):
                yield Case(
                    f"wave-{'spread' if spread else 'dense'}-{ordinary}-{newcomers}",
                    (partial(waves.wave, ordinary=ordinary, newcomers=newcomers, spread=spread),),
                    (caught(newcomers, newcomers),),
                )
    for newcomers in (20, 220):
        yield Case(
            f"wave-after-the-greatest-{newcomers}",
            (partial(waves.wave_after_the_greatest, ordinary=1_000, newcomers=newcomers),),
            (caught(newcomers, newcomers),),
        )
    for name, generate, newcomers in (
        ("among-ordinary", partial(waves.wave_among_ordinary, ordinary=1_000, newcomers=300), 300),
        ("every-day", partial(waves.wave_every_day, days=5, newcomers=50), 250),
        ("foreign", partial(waves.wave_in_foreign_money, newcomers=220), 220),
        ("backdated", partial(waves.wave_backdated, newcomers=220), 220),
    ):
        yield Case(f"wave-{name}", (generate,), (caught(newcomers, newcomers),))
    yield Case("fleet", (waves.fleet,), (caught(waves.FLEET, waves.FLEET),))


def _amounts() -> Iterator[Case]:
    victims = amounts.VICTIMS
    six_fold = (caught(14, victims),)
    yield Case("six-fold", (amounts.six_fold,), six_fold)
    for name, before in (
        ("after-eviction", amounts.four_currencies),
        ("after-cheap-payments", amounts.cheap_payments),
        ("after-the-greatest", amounts.the_greatest),
    ):
        yield Case(f"six-fold-{name}", (partial(amounts.six_fold, before=before),), six_fold)
    yield Case("six-fold-backdated", (partial(amounts.six_fold, late_hours=20),), six_fold)
    yield Case("six-fold-after-boom", (amounts.six_fold_after_boom,), six_fold)
    yield Case("first-dinars", (amounts.first_dinars,), (caught(victims, victims),))
    yield Case("first-greatest", (amounts.first_greatest,), (caught(victims, victims),))
    yield Case("rise", (amounts.rise,), (caught(18, amounts.RISING),))
    yield Case("rise-uneven", (partial(amounts.rise, spread=0.1),), (caught(18, amounts.RISING),))
    yield Case("rise-by-the-week", (amounts.rise_by_the_week,), (caught(18, amounts.VICTIMS),))
    yield Case("poison", (amounts.poison,), (caught(18, amounts.RISING),))


def _places_and_takeovers() -> Iterator[Case]:
    cards, victims = (caught(140, rings.CARDS),), takeovers.VICTIMS
    yield Case("card-testing", (rings.card_testing,), cards)
    yield Case("card-testing-known-shop", (rings.card_testing_in_known_shop,), cards)
    yield Case("collecting-merchant", (rings.collecting_merchant,), (caught(50, rings.SENDERS),))
    yield Case("new-device", (takeovers.new_device,), (ranked(victims, victims),))
    yield Case("night", (takeovers.at_night,), (ranked(victims, victims),))
    many = takeovers.NIGHT_WAVE
    yield Case("night-wave", (partial(takeovers.at_night, victims=many),), (ranked(90, many),))
    yield Case("cloned-card", (takeovers.cloned_card,), (caught(20, victims),))
    yield Case("abroad", (takeovers.abroad,), (caught(20, victims),))
    yield Case("burst", (takeovers.burst,), (caught(takeovers.BURSTING, takeovers.BURSTING),))
    yield Case("resent", (takeovers.resent,), (caught(20, victims),))


def _changes() -> Iterator[Case]:
    movers, change, usual = (
        honest.MOVERS,
        honest.DAYS_BEFORE,
        slice(honest.DAYS_BEFORE - 14, honest.DAYS_BEFORE),
    )
    yield Case(
        "mover",
        (honest.mover,),
        (
            at_most("alerts a month of an account", 4, alerts("month", movers)),
            # The average account has none: fewer than half have any.
            at_most("accounts with alerts later", (movers - 1) // 2, groups_with_alerts("later/"), movers),
            at_most("times the alerts before, later", 2, times_by_payment("later", "before", _FLOOR)),
        ),
    )
    fortnight, first_day = slice(change, change + honest.FORTNIGHT), slice(change, change + 1)
    yield Case(
        "boom",
        (honest.boom,),
        (
            at_most("times the alerts before", 3, times_by_day(fortnight, usual)),
            at_most("the same on the first day", 3, times_by_day(first_day, usual)),
        ),
    )
    yield Case(
        "busy-day",
        (honest.busy_day,),
        (at_most("times the alerts a payment", 3, times_by_payment("busy", "usual", _FLOOR)),),
    )
    yield Case(
        "first-weeks",
        (honest.first_weeks,),
        (
            at_most("times the alerts later", 2, times_by_day(slice(7), slice(14, 28))),
            # Whoever rings at everything catches everything.
            at_most("alerts in 1,000 payments", 15, lambda results: 1_000 * results[0].false_alert_share),
        ),
    )


def _ordinary_differences() -> Iterator[Case]:
    yield Case(
        "yen-and-dollars",
        (honest.yen_and_dollars,),
        (
            at_most("times the dollars' alerts", 2, times_by_payment("yen", "dollars", _FLOOR)),
            at_most("alerts on travellers", 4, alerts("travellers"), honest.TRAVELLERS_PAYMENTS),
        ),
    )
    yield Case(
        "yen-arrives",
        (honest.yen_arrives,),
        (at_most("times the dollars' alerts", 2, times_by_payment("yen", "dollars", _FLOOR)),),
    )
    yield Case(
        "businesses",
        (honest.businesses,),
        (at_most("times the others' alerts", 3, times_by_payment("businesses", "others", _FLOOR)),),
    )
    yield Case(
        "new-phones",
        (elsewhere.new_phones,),
        (at_most("alerts on new phones", 4, alerts("new"), elsewhere.PAYMENTS),),
    )
    yield Case(
        "holidays",
        (elsewhere.holidays,),
        (at_most("alerts on travellers", 4, alerts("abroad"), elsewhere.PAYMENTS),),
    )
    yield Case(
        "shop-opens",
        (rings.shop_opens,),
        (at_most("alerts on customers", 6, alerts("customers"), rings.CUSTOMERS),),
    )
    yield Case(
        "rents",
        (honest.rents,),
        (at_most("alerts on a tenant from the third rent on", 0.2, alerts("rents", honest.TENANTS)),),
    )
    yield Case(
        "cheap-flood",
        (honest.cheap_flood,),
        (
            caught(14, amounts.VICTIMS),
            at_most("times the alerts before", 3, times_by_payment("during", "before", _FLOOR)),
        ),
    )


def _out_of_order() -> Iterator[Case]:
    """Yield some attacks whose payments arrive in their own order, and within minutes of it."""
    generators: dict[str, Generate] = {
        "wave": partial(waves.wave, ordinary=1_000, newcomers=220, spread=False),
        "six-fold": amounts.six_fold,
        "card-testing": rings.card_testing,
        "collecting": rings.collecting_merchant,
        "burst": takeovers.burst,
    }
    for name, generate in generators.items():
        yield Case(
            f"out-of-order-{name}",
            (generate, partial(_late, generate)),
            (at_most("accounts of difference", 1, difference),),
        )


def _late(generate: Generate, name: str, seed: int) -> Attack:
    return shuffled(generate(name, seed), OUT_OF_ORDER_MINUTES)


CASES: Final = {
    case.name: case
    for case in (
        *_waves(),
        *_amounts(),
        *_places_and_takeovers(),
        *_changes(),
        *_ordinary_differences(),
        *_out_of_order(),
    )
}
