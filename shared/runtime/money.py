"""Decimal amounts, with each currency's number of decimals by ISO 4217."""

from decimal import Decimal
from typing import Final

_USUAL_DECIMALS: Final = 2

# ISO 4217 minor units, for currencies with a number of decimals other than two.
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
    """Return the number of decimals of an ISO 4217 currency."""
    return _UNUSUAL_DECIMALS.get(currency, _USUAL_DECIMALS)


def fits_currency(amount: Decimal, currency: str) -> bool:
    """Return whether an amount has no more decimals than its currency allows."""
    _, _, decimals = plain(amount).partition(".")
    return len(decimals) <= decimals_of(currency)


def plain(number: Decimal) -> str:
    """Return a number without exponent and trailing zeros: `Decimal("1.50E+3")` is "1500"."""
    if not number:
        return "0"
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def readable(amount: Decimal, currency: str) -> str:
    """Return a formatted amount: `readable(Decimal("1234.5"), "USD")` is "1,234.50 USD"."""
    return f"{amount:,.{decimals_of(currency)}f} {currency}"
