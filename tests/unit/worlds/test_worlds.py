"""Worlds keep the API's rules and their seed's promise, and give no fraud away."""

import csv
import ipaddress
import lzma
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path

import fastjsonschema
import pytest

from shared.runtime.money import fits_currency
from shared.runtime.schema import transaction_schema
from stacks.compute.functions.detector.scoring import load_rules
from tools.analyst.worlds import WORLDS, Labelled, Payment
from tools.analyst.worlds.__main__ import main
from tools.analyst.worlds.judge import by_amount, judged

VALID = fastjsonschema.compile(transaction_schema())
ACCOUNTS, DAYS = 60, 45
SEEDS = (1, 2, 3)
ALL = [(name, seed) for name in WORLDS for seed in SEEDS]
SHARED_VALUES = ("merchant_id", "merchant_category", "country", "channel", "currency")


@cache
def payments(name: str, seed: int) -> Sequence[Labelled]:
    return WORLDS[name](seed, ACCOUNTS, DAYS)


@pytest.mark.parametrize("name", WORLDS)
def test_a_seed_gives_the_same_again_and_another_something_else(name: str) -> None:
    assert WORLDS[name](1, ACCOUNTS, DAYS) == payments(name, 1)
    first, second, _ = ({each.payment.amount for each in payments(name, seed)} for seed in SEEDS)
    assert first != second


@pytest.mark.parametrize(("name", "seed"), ALL)
def test_every_payment_would_be_taken(name: str, seed: int) -> None:
    for payment, _, _ in payments(name, seed):
        VALID({field: value for field, value in payment._asdict().items() if value is not None})
        assert fits_currency(Decimal(str(payment.amount)), payment.currency)
        if payment.ip_address is not None:
            assert ipaddress.ip_address(payment.ip_address)


@pytest.mark.parametrize(("name", "seed"), ALL)
def test_payments_come_in_order_under_names_of_their_own(name: str, seed: int) -> None:
    found = payments(name, seed)
    assert all(one.payment.timestamp <= other.payment.timestamp for one, other in pairwise(found))
    assert len({each.payment.transaction_id for each in found}) == len(found)
    assert found[-1].payment.timestamp - found[0].payment.timestamp <= DAYS * 86_400_000


@pytest.mark.parametrize(("name", "seed"), ALL)
def test_some_payments_are_fraud_and_named(name: str, seed: int) -> None:
    found = payments(name, seed)
    frauds = [each for each in found if each.is_fraud]
    assert 0.0005 <= len(frauds) / len(found) <= 0.04
    assert all(each.is_fraud is (each.kind != "") for each in found)


@pytest.mark.parametrize("name", WORLDS)
@pytest.mark.parametrize("field", SHARED_VALUES)
def test_no_value_of_a_field_is_of_frauds_alone(name: str, field: str) -> None:
    """At this size not every shop where frauds were has seen another payment, but most have."""
    frauds, shared = 0, 0
    for seed in SEEDS:
        found = payments(name, seed)
        usual = {getattr(each.payment, field) for each in found if not each.is_fraud}
        values = [getattr(each.payment, field) for each in found if each.is_fraud]
        frauds += len(values)
        shared += sum(value in usual for value in values)
    assert shared >= 0.6 * frauds


@pytest.mark.parametrize(("name", "seed"), ALL)
def test_frauds_are_written_like_other_payments(name: str, seed: int) -> None:
    """The instants are as exact, and a field that genuine payments always have is there."""
    found = payments(name, seed)
    usual = [each.payment for each in found if not each.is_fraud]
    frauds = [each.payment for each in found if each.is_fraud]
    if not all(each.timestamp % 1000 == 0 for each in usual):
        assert sum(each.timestamp % 1000 == 0 for each in frauds) <= 1 + len(frauds) // 20
    for field in Payment._fields:
        absences = {getattr(each, field) is None for each in usual}
        assert {getattr(each, field) is None for each in frauds} <= absences, field


@pytest.mark.parametrize("name", WORLDS)
def test_worlds_hold_at_any_size(name: str) -> None:
    for accounts, days in ((1, 1), (2, 3), (3, 30)):
        for seed in range(4):
            for payment, _, _ in WORLDS[name](seed, accounts, days):
                assert payment.amount > 0


def test_rules_are_judged_in_a_world_without_its_labels() -> None:
    made, rules = payments("cross_border", SEEDS[0]), load_rules()
    shipped, blind = judged(made, rules), judged(made, replace(rules, scorecard={}))
    assert shipped.average_precision > by_amount(made) > 0
    assert (blind.alerts, blind.precision) == (0, None)
    unlabelled = [each._replace(is_fraud=False) for each in made]
    assert judged(unlabelled, rules).alerts == shipped.alerts


def test_the_command_writes_what_a_backtest_reads(tmp_path: Path) -> None:
    file = tmp_path / "small.csv.xz"
    main(["takeover", "--seed", "1", "--accounts", "5", "--days", "30", "--out", str(file)])
    with lzma.open(file, "rt", encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    made = WORLDS["takeover"](1, 5, 30)
    assert list(rows[0]) == [*Payment._fields, "is_fraud", "scenario"]
    assert [row["transaction_id"] for row in rows] == [each.payment.transaction_id for each in made]
    assert [row["is_fraud"] for row in rows] == [str(int(each.is_fraud)) for each in made]
    assert [float(row["amount"]) for row in rows] == [each.payment.amount for each in made]
