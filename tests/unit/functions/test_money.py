"""Amounts against ISO 4217."""

from decimal import Decimal

import iso4217
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runtime.money import decimals_of, fits_currency, plain, readable


def test_decimals_are_those_of_iso_4217() -> None:
    known = {c.code: c.exponent for c in iso4217.Currency if c.exponent is not None}
    assert {code: decimals_of(code) for code in known} == known


@pytest.mark.parametrize(
    ("amount", "currency", "fits"),
    [
        ("12.50", "USD", True),
        ("12.500", "USD", True),
        ("12.505", "USD", False),
        ("12", "JPY", True),
        ("12.0", "JPY", True),
        ("12.5", "JPY", False),
        ("1.234", "KWD", True),
        ("1.2345", "KWD", False),
        ("0.0001", "CLF", True),
        ("1.25E+1", "USD", True),
        ("10.0000000000000000000000000000000001", "USD", False),
    ],
)
def test_an_amount_is_a_whole_number_of_minor_units(amount: str, currency: str, fits: bool) -> None:
    assert fits_currency(Decimal(amount), currency) is fits


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4))
def test_plain_keeps_the_value_and_has_no_exponent(number: Decimal) -> None:
    text = plain(number)
    assert Decimal(text) == number
    assert "E" not in text
    assert not (("." in text) and text.endswith(("0", ".")))


@pytest.mark.parametrize(
    ("number", "text"),
    [("1.50E+3", "1500"), ("100", "100"), ("-0.00", "0"), ("0E+9", "0"), ("1E-7", "0.0000001")],
)
def test_plain_by_example(number: str, text: str) -> None:
    assert plain(Decimal(number)) == text


def test_people_read_thousands_and_the_currency() -> None:
    assert readable(Decimal("1234.5"), "USD") == "1,234.50 USD"
    assert readable(Decimal(1234), "JPY") == "1,234 JPY"
