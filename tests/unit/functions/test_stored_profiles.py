"""Profiles and population survive storage, of every version that was ever stored, within their bounds."""

import json
from base64 import b85decode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.compute.functions.detector.scoring import (
    AccountProfile,
    Population,
    ProfileError,
    Transaction,
    new_places,
)
from stacks.compute.functions.detector.scoring.population import POPULATION_VERSION
from tests.unit.functions.builders import NOW, SCHEMA, scored
from tests.unit.functions.histories import DAY, account_of, decide, habit, population, teach
from tests.unit.functions.scored_streams import streams, transactions


@given(streams, transactions())
def test_a_profile_survives_storage(stream: list[Transaction], last: Transaction) -> None:
    account = account_of(*stream)
    state = account.to_state()
    stored = AccountProfile.from_state(state)
    assert stored.to_state() == state
    # Counters have 24 bits there.
    assert decide(last, stored).score == pytest.approx(decide(last, account).score, rel=0.01)


def full_account(transactions: int = 500) -> AccountProfile:
    account = AccountProfile()
    countries = SCHEMA["properties"]["country"]["enum"]
    for number in range(transactions):
        transaction = scored(
            transaction_id=f"{number}" + "x" * 60,
            timestamp=NOW + number * DAY,
            merchant_id=f"merchant-{number}",
            amount=100 + number % 70,
            currency=("USD", "EUR", "GBP", "CHF", "SEK")[number % 5],
            merchant_category=f"{number:03d}" + "c" * 61,
            country=countries[number % len(countries)],
            device_id=f"device-{number}",
            ip_address=f"10.0.{number % 200}.1",
            channel=f"channel-{number % 6}",
            latitude=-89.123456789012345 + number / 997,
            longitude=-179.123456789012345 + number / 991,
            card_present=True,
        )
        assert teach(account, transaction)
    return account


def test_a_profile_stays_within_a_kilobyte_and_stops_growing() -> None:
    size, later = (len(full_account(number).to_state()) for number in (400, 800))
    assert 600 < size <= later <= 1024


BEFORE: dict[str, Any] = json.loads(Path(__file__).with_name("profile_v2.json").read_text("utf-8"))
"""An account's profile as the version before stored it: 40 payments of about 40 USD, one of 6,000 JPY."""

FIRST: dict[str, Any] = {
    "version": 1,
    "count": 30,
    "first_at": NOW - 29 * DAY,
    "last_at": NOW,
    "amounts": {"USD": [30, 40.0, 60.0, NOW]},
    "categories": [30, {"grocery": (NOW // DAY)}],
    "countries": [30, {"DE": (NOW // DAY)}],
    "position": [NOW, 52.5, 13.4],
    "recent": [DAY, "AAAAAAAA", 0, "NXDwZcVm"],
}


def test_a_profile_of_the_version_before_is_taken_over() -> None:
    account = AccountProfile.from_state(BEFORE)
    assert (account.count, account.first_at, account.last_at) == (40, BEFORE["first_at"], BEFORE["last_at"])
    assert account.mean == pytest.approx(39.6, abs=0.1)
    assert (len(account.recent), len(account.merchants.first_hours), bool(account.risk)) == (16, 7, True)
    known: dict[str, Any] = {"merchant_category": "grocery", "country": "DE", "device_id": "phone-1"}
    usual = scored(timestamp=BEFORE["last_at"] + DAY, merchant_id="merchant-1", **known)
    account.risk.verdicts.clear()
    assert new_places(usual, account) == ()
    assert not decide(usual, account).suspicious
    fraud = decide(usual._replace(amount=400.0, country="FR", device_id="stolen"), account)
    assert fraud.suspicious
    assert {"amount_anomaly", "new_country", "new_device"} <= {each.code for each in fraud.reasons}
    last = scored(transaction_id="habit-39", timestamp=BEFORE["last_at"])
    assert account.knows(last)
    again = AccountProfile.from_state(account.to_state())
    assert again.to_state() == account.to_state()


def test_a_profile_of_the_first_version_is_taken_over() -> None:
    account = AccountProfile.from_state(FIRST)
    assert (account.count, account.mean) == (30, 40.0)
    assert decide(scored(timestamp=NOW + DAY, amount=900.0, merchant_id="new"), account).suspicious


THIRD = (
    "0~7!N005}kcAEhJ004Zm*qZ?W000000DwO>e#$>Plj1;}oq|CC0Bl0|)VM-&BECZa0000000000000000H8rb6FWkJH;hAyo>D>-000000000000"
    "0000000000000000016alo`$N>Qq0f}PB0Ra>N;VsAk0000000000009&MSH8#r00D_&6FYPiJ`ez)ZT-UuhX4R%KTQAt05C!TQfI584&eX*2pLEK"
    "001;X0PNojGMNGZ0Ic#t0000uLI6`sf#}-4002<TJpcdzJVF4&t`-(%JOBXnr8ocp06;<jz#uvJt7QNHn13?>002Zn0JWue_r7TW06bYP0000;LI4"
    "vm%6|9s007`JDF6TfOhN#5m&*rKx&Q!#3?u*m08l~zHnOB}doTb1DCQmj002}%01~pY1zlnQ0L;G`00013LIAB%+ba#+003~A6aWAKTtWc$vkbM$p"
    "8x<9a}NLj0ANA@%aGE>zn1_2xJ(KF003k{01|`YhBe6m09+;o0001JLIAPBo3B$|0000000000Y(f"
)
"""An account's profile as version 3 stored it: 20 payments from 40 to 59 USD, one a day."""


FOURTH = (
    "1QY-O005}kcAEhJ004Zm*qZ?W000000DwO>e#$>Plj1;}oq|CC0Bl0|)VM-&BECZa0000000000000000H8rb6FWkJH;hAyo>D>p002J}000000000"
    "0000000000000000000016alo`$N>Qq0f}PB0Ra>N;VsAk0000000000009&MSH8#r00D_&6FYPiJ`ez)ZT-UuhX4R%KTQAt05C!TQfI584&eX*2pL"
    "EK001;X0PNojGMNGZ0Ic#t0000uLI6`sf#}-4002<TJpcdzJVF4&t`-(%JOBXnr8ocp06;<jz#uvJt7QNHn13?>002Zn0JWue_r7TW06bYP0000;LI"
    "4vm%6|9s007`JDF6TfOhN#5m&*rKx&Q!#3?u*m08l~zHnOB}doTb1DCQmj002}%01~pY1zlnQ0L;G`00013LIAB%+ba#+003~A6aWAKTtWc$vkbM$p"
    "8x<9a}NLj0ANA@%aGE>zn1_2xJ(KF003k{01|`YhBe6m09+;o0001JLIAPBo3B$|0000000000Y(f"
)
"""The same as version 4 stored it, with a usual rarity of 0.5."""


FIFTH = (
    "1rz`P001smhoJ!g0006o>7fAt000000DwO>e#$>Plj1;}oq|CC04PH0CWAt=oQ^{P0000000000000000H8qt03bpD03bpD04PEL000000Kh*000"
    "00000000000yK0000000000000016ai~0$N>NV000000000000000009&MSH8#r000mG)#xZ25aR#<WIs&+001aL0A34Ca(rw600<dK0000OLIC$"
    "NQW6;S006A=LI3~&96|uDC3!hzhX4Rj%sl`A03bpDlU$g+6W{;<^rbie001OH01cbHXj>ov0GNL>0000eLI7?v7XY|5002B$E&u=k7(xKlghX!ay"
    "8r;-GARH6031R9H-S(w<Q@P3gbXAA001CD0P_N?Hh^US04U}j0000aLI9jl$*xu?007Lt82|tPC_(@*orog01^@tXnG^s302o35A!O6W<s|?B6mt"
    "&%0010907Hl~dq`RU0JuyF0000WLI7Wg#R7Ry003Mj1poj5Btigr{pOMZ{{R300000004PE"
)
"""As version 5 stored an account of `habit(20)`, with a fastest pace of 1.5."""


@pytest.mark.parametrize(("state", "usual_rarity"), [(THIRD, 0.0), (FOURTH, 0.5)], ids=["third", "fourth"])
def test_a_profile_of_an_earlier_layout_is_taken_over(state: str, usual_rarity: float) -> None:
    account = AccountProfile.from_state(b85decode(state))
    assert (account.count, len(account.recent), account.fastest_pace) == (20, 16, 0.0)
    assert account.usual_rarity == usual_rarity
    assert account.mean == pytest.approx(46.769, abs=0.001)
    assert account.hours[0] == 20
    assert AccountProfile.from_state(account.to_state()).to_state() == account.to_state()


def test_a_profile_of_before_there_were_payees_is_taken_over() -> None:
    account = AccountProfile.from_state(b85decode(FIFTH))
    assert (account.count, len(account.recent), account.fastest_pace) == (20, 16, 1.5)
    known = account_of(*habit(20))
    assert (account.recent, account.merchants.first_hours) == (known.recent, known.merchants.first_hours)
    assert account.payees == {}
    assert AccountProfile.from_state(account.to_state()).to_state() == account.to_state()


@pytest.mark.parametrize(
    "state",
    [
        b"", b"\x07", b"\x03abc", None, 7, {}, {"version": 3}, {"version": 1}, {**FIRST, "amounts": 7},
        {**BEFORE, "recent": "AAAA"}, {**BEFORE, "amounts": 7}, {**BEFORE, "risk": 7},
        {**BEFORE, "countries": [1]}, {**BEFORE, "hours": "AAAA"},
        {key: value for key, value in BEFORE.items() if key != "count"},
    ],
)  # fmt: skip
def test_a_profile_that_cannot_be_read_is_refused(state: Any) -> None:
    with pytest.raises(ProfileError):
        AccountProfile.from_state(state)


@given(st.binary(max_size=300), st.integers(0, 400))
def test_a_damaged_profile_is_refused_or_scored(garbage: bytes, length: int) -> None:
    state = full_account(20).to_state()[:length] + garbage
    try:
        account = AccountProfile.from_state(state)
    except ProfileError:
        return
    assert account.count >= 0


def test_the_population_survives_storage_and_is_bounded() -> None:
    known = population(3_000)
    state = json.loads(json.dumps(known.to_state()))
    assert len(json.dumps(state)) < 16_384
    again = Population.from_state(state)
    assert again.to_state() == known.to_state()


def test_a_population_of_a_version_before_starts_anew_and_a_later_one_is_left_alone() -> None:
    old: dict[str, Any] = {**population(300).to_state(), "version": POPULATION_VERSION - 1}
    assert Population.from_state(old).samples == 0
    states: list[Any] = [{**old, "version": POPULATION_VERSION + 1}, {}, [], {"version": POPULATION_VERSION}]
    for state in states:
        with pytest.raises(ProfileError):
            Population.from_state(state)
