"""What is new, or far away, counts by how often anybody brings it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.compute.functions.detector.scoring import AccountProfile, MerchantProfile, Scorer, Transaction
from stacks.compute.functions.detector.scoring.novelties import ASSUMED_NOVELTIES, Novelties
from stacks.compute.functions.detector.scoring.population import Population, View
from stacks.compute.functions.detector.scoring.sampling import sample_of
from stacks.compute.functions.detector.scoring.state import ProfileError
from stacks.compute.functions.detector.scoring.ways import brought
from tests.unit.functions.builders import scored
from tests.unit.functions.histories import AT_HOME, HOUR, RULES, UNKNOWN, account_of, habit, population

_COUNTS = st.dictionaries(
    st.sampled_from(sorted(ASSUMED_NOVELTIES)), st.booleans(), max_size=len(ASSUMED_NOVELTIES)
)
_ABROAD: dict[str, Any] = {"latitude": 40.71, "longitude": -74.01, "card_present": True, "country": "US"}
_SCORER = Scorer(RULES, measured=("new_country", "new_device", "travel"))


def _measured(transaction: Transaction, account: AccountProfile, view: View, name: str) -> float:
    measured = _SCORER.assess(transaction, account, MerchantProfile(), view).quantities
    value: float | None = getattr(measured, name)
    assert value is not None
    return value


def _view(known: Population) -> View:
    return known.view(RULES.assumed_spread, UNKNOWN.merchants, UNKNOWN.accounts)


def _restless(payments: int, **changing: list[Any]) -> View:
    """A population of accounts that pay with other values of these fields an hour later."""
    before = {name: each[0] for name, each in changing.items()}
    known, account = Population(), account_of(*habit(10, every=HOUR, **before))
    for number in range(payments):
        payment = scored(
            transaction_id=f"r-{number}",
            **{name: each[number % len(each)] for name, each in changing.items()},
        )
        assessment = _SCORER.assess(payment, account, MerchantProfile(), UNKNOWN)
        known.learn(
            sample_of(
                *(payment, account, assessment.usual, assessment.raw, brought(payment, account)),
                season=0.0,
                held_back=False,
            )
        )
    return _view(known)


def test_a_new_country_counts_by_how_often_anybody_pays_from_one() -> None:
    account = account_of(*habit(10, country="DE", **AT_HOME))
    abroad = scored(**_ABROAD)
    settled = _measured(abroad, account, _view(population(2_000)), "new_country")
    unknown = _measured(abroad, account, UNKNOWN, "new_country")
    travellers = _measured(abroad, account, _restless(2_000, country=["FR", "IT", "ES", "PL"]), "new_country")
    assert travellers < 0.6 < unknown < settled
    assert settled > 2.5


def test_a_device_of_those_that_never_stay_the_same_is_no_news() -> None:
    account = account_of(*habit(10, device_id="phone"))
    stolen = scored(device_id="another")
    changing = _restless(2_000, device_id=[f"d-{number}" for number in range(2_000)])
    assert _measured(stolen, account, changing, "new_device") < 0.3
    assert _measured(stolen, account, UNKNOWN, "new_device") > 1.0


def test_what_the_account_shows_counts_the_more_the_longer_it_is_known() -> None:
    view = _restless(2_000, device_id=[f"d-{number}" for number in range(2_000)])
    short, long = (account_of(*habit(count, device_id="phone")) for count in (5, 60))
    stolen = scored(device_id="another")
    assert _measured(stolen, long, view, "new_device") > _measured(stolen, short, view, "new_device") + 0.3


def test_a_way_that_nobody_can_travel_counts_by_how_often_positions_are_wrong() -> None:
    account = account_of(*habit(10, every=HOUR, country="DE", **AT_HOME))
    abroad = scored(**_ABROAD)
    exact = _measured(abroad, account, _view(population(2_000)), "travel")
    unknown = _measured(abroad, account, UNKNOWN, "travel")
    scattered = _restless(
        2_000, latitude=[52.52, 40.0, 35.0], longitude=[13.4, -74.0, 139.0], card_present=[True]
    )
    wrong = _measured(abroad, account, scattered, "travel")
    assert wrong < 1.8 < unknown < exact
    assert exact > 4.0


@given(st.lists(_COUNTS, max_size=40), st.integers(0, 40))
def test_shards_add_up_to_the_whole(payments: list[dict[str, bool]], split: int) -> None:
    whole, first, second = Novelties(), Novelties(), Novelties()
    for number, each in enumerate(payments):
        whole.learn(each)
        (first if number < split else second).learn(each)
    first.add(second)
    assert first.to_state() == whole.to_state()
    assert first.shares() == whole.shares()
    assert Novelties.from_state(whole.to_state()).shares() == whole.shares()  # type: ignore[arg-type]
    assert all(0 < share < 1 for share in whole.shares().values())


def test_what_is_new_in_a_payment_is_told_where_the_account_is_known_well_enough() -> None:
    account = account_of(*habit(10, country="DE"))
    assert brought(scored(country="DE"), account) == {
        "new_merchant": False, "new_country": False, "new_currency": False,
    }  # fmt: skip
    assert brought(scored(country="FR", device_id="one"), account)["new_country"] is True
    assert brought(scored(country="FR"), account_of(*habit(2, country="DE"))) == {}


def test_a_population_of_before_novelties_were_counted_takes_them_as_assumed() -> None:
    state = population(500).to_state()
    del state["novelties"]
    assert _view(Population.from_state(state)).novelties == pytest.approx(ASSUMED_NOVELTIES)


@pytest.mark.parametrize(
    "counts", [[10, -1], [10, 11], [float("nan"), 0], [float("inf"), 0], [10], 10, ["a", 1]]
)
def test_counts_that_cannot_be_are_damage(counts: Any) -> None:
    state = {**population(300).to_state(), "novelties": {"new_country": counts}}
    with pytest.raises(ProfileError):
        Population.from_state(state)
