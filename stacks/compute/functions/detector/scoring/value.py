"""One scale of value for all currencies: 9,000 JPY is never compared with 9,000 USD.

The rates are approximate US dollars per unit of a currency: two digits, from the IMF's and central banks'
representative rates of late 2025. A rate that is a fifth off moves a logarithm by 0.2, far less than a fraud
does. They need no upkeep but for a currency that collapses or is redenominated.
"""

from typing import Final

DOLLARS_PER_UNIT: Final[dict[str, float]] = {
    "AED": 0.27, "AFN": 0.015, "ALL": 0.012, "AMD": 0.0026, "AOA": 0.0011, "ARS": 0.00069, "AUD": 0.65,
    "AWG": 0.56, "AZN": 0.59, "BAM": 0.59, "BBD": 0.5, "BDT": 0.0082, "BHD": 2.7, "BIF": 0.00034,
    "BMD": 1.0, "BND": 0.77, "BOB": 0.14, "BOV": 0.38, "BRL": 0.19, "BSD": 1.0, "BTN": 0.011, "BWP": 0.075,
    "BYN": 0.34, "BZD": 0.5, "CAD": 0.71, "CDF": 0.00045, "CHE": 1.2, "CHF": 1.2, "CHW": 1.2, "CLF": 42.0,
    "CLP": 0.0011, "CNY": 0.14, "COP": 0.00026, "COU": 0.1, "CRC": 0.002, "CUP": 0.042, "CVE": 0.011,
    "CZK": 0.048, "DJF": 0.0056, "DKK": 0.16, "DOP": 0.016, "DZD": 0.0077, "EGP": 0.021, "ERN": 0.067,
    "ETB": 0.0065, "EUR": 1.2, "FJD": 0.44, "FKP": 1.3, "GBP": 1.3, "GEL": 0.37, "GHS": 0.09, "GIP": 1.3,
    "GMD": 0.014, "GNF": 0.00012, "GTQ": 0.13, "GYD": 0.0048, "HKD": 0.13, "HNL": 0.038, "HTG": 0.0076,
    "HUF": 0.003, "IDR": 0.00006, "ILS": 0.3, "INR": 0.011, "IQD": 0.00076, "IRR": 0.0000009, "ISK": 0.0079,
    "JMD": 0.0062, "JOD": 1.4, "JPY": 0.0065, "KES": 0.0077, "KGS": 0.011, "KHR": 0.00025, "KMF": 0.0023,
    "KPW": 0.0011, "KRW": 0.00068, "KWD": 3.3, "KYD": 1.2, "KZT": 0.0019, "LAK": 0.000046, "LBP": 0.000011,
    "LKR": 0.0033, "LRD": 0.0055, "LSL": 0.058, "LYD": 0.18, "MAD": 0.11, "MDL": 0.059, "MGA": 0.00022,
    "MKD": 0.019, "MMK": 0.00048, "MNT": 0.00028, "MOP": 0.12, "MRU": 0.025, "MUR": 0.022, "MVR": 0.065,
    "MWK": 0.00058, "MXN": 0.054, "MXV": 0.46, "MYR": 0.24, "MZN": 0.016, "NAD": 0.058, "NGN": 0.00069,
    "NIO": 0.027, "NOK": 0.099, "NPR": 0.007, "NZD": 0.57, "OMR": 2.6, "PAB": 1.0, "PEN": 0.3, "PGK": 0.24,
    "PHP": 0.017, "PKR": 0.0036, "PLN": 0.27, "PYG": 0.00014, "QAR": 0.27, "RON": 0.23, "RSD": 0.0099,
    "RUB": 0.012, "RWF": 0.00069, "SAR": 0.27, "SBD": 0.12, "SCR": 0.07, "SDG": 0.0017, "SEK": 0.11,
    "SGD": 0.77, "SHP": 1.3, "SLE": 0.043, "SOS": 0.0018, "SRD": 0.026, "SSP": 0.0002, "STN": 0.047,
    "SVC": 0.11, "SYP": 0.00009, "SZL": 0.058, "THB": 0.031, "TJS": 0.11, "TMT": 0.29, "TND": 0.34,
    "TOP": 0.42, "TRY": 0.024, "TTD": 0.15, "TWD": 0.032, "TZS": 0.0004, "UAH": 0.024, "UGX": 0.00028,
    "USD": 1.0, "USN": 1.0, "UYI": 0.16, "UYU": 0.025, "UYW": 0.16, "UZS": 0.000083, "VED": 0.004,
    "VES": 0.004, "VND": 0.000038, "VUV": 0.0082, "WST": 0.36, "XAD": 0.37, "XAF": 0.0018, "XCD": 0.37,
    "XCG": 0.56, "XOF": 0.0018, "XPF": 0.0097, "YER": 0.0042, "ZAR": 0.058, "ZMW": 0.044, "ZWG": 0.037,
}  # fmt: skip
"""ISO 4217 code -> approximate value of one unit in US dollars."""
