"""Amounts of money: decimal, with the number of decimals that ISO 4217 gives each currency."""

from decimal import Decimal
from typing import Final

_USUAL_DECIMALS: Final = 2

# ISO 4217 "minor unit", for the currencies where it is not two.
_UNUSUAL_DECIMALS: Final = {
    **dict.fromkeys(
        (
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}


def decimals_of(currency: str) -> int:
    """Return how many decimals an amount in this ISO 4217 currency may have."""
    return _UNUSUAL_DECIMALS.get(currency, _USUAL_DECIMALS)


def fits_currency(amount: Decimal, currency: str) -> bool:
    """Tell whether an amount is a whole number of its currency's minor units."""
    _, _, decimals = plain(amount).partition(".")
    return len(decimals) <= decimals_of(currency)


def plain(number: Decimal) -> str:
    """Return a number without exponent and without trailing zeros: `Decimal("1.50E+3")` is "1500"."""
    if not number:
        return "0"
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def readable(amount: Decimal, currency: str) -> str:
    """Return an amount as people read it: `readable(Decimal("1234.5"), "USD")` is "1,234.50 USD"."""
    return f"{amount:,.{decimals_of(currency)}f} {currency}"
