"""Countries with a currency, a place on the globe and a time; distances between places."""

import math
from random import Random
from typing import Final, NamedTuple

_EARTH_RADIUS_KM: Final = 6371.0
_DEGREE_KM: Final = 111.2


class Country(NamedTuple):
    """A country, or rather its most populous part.

    Attributes:
        code: ISO 3166-1.
        currency: ISO 4217.
        latitude: Of its middle, in degrees.
        longitude: Likewise.
        radius_km: How far its towns are from there.
        offset_hours: Its time minus UTC.
    """

    code: str
    currency: str
    latitude: float
    longitude: float
    radius_km: float
    offset_hours: float


class Place(NamedTuple):
    """A town.

    Attributes:
        country: Where it is.
        latitude: Degrees north.
        longitude: Degrees east.
    """

    country: Country
    latitude: float
    longitude: float


COUNTRIES: Final = tuple(
    Country(*each)
    for each in (
        ("US", "USD", 39.0, -86.0, 900, -5),
        ("CA", "CAD", 44.5, -78.0, 350, -5),
        ("MX", "MXN", 20.5, -100.0, 400, -6),
        ("BR", "BRL", -21.5, -46.0, 450, -3),
        ("CL", "CLP", -33.8, -71.0, 200, -4),
        ("GB", "GBP", 52.3, -1.5, 180, 0),
        ("IE", "EUR", 53.2, -7.0, 100, 0),
        ("FR", "EUR", 47.5, 2.5, 330, 1),
        ("DE", "EUR", 50.6, 9.8, 280, 1),
        ("NL", "EUR", 52.1, 5.0, 70, 1),
        ("BE", "EUR", 50.8, 4.5, 70, 1),
        ("CH", "CHF", 47.1, 8.0, 90, 1),
        ("AT", "EUR", 47.9, 14.5, 140, 1),
        ("IT", "EUR", 43.8, 11.3, 300, 1),
        ("ES", "EUR", 40.3, -3.2, 350, 1),
        ("PT", "EUR", 39.8, -8.4, 150, 0),
        ("PL", "PLN", 51.8, 19.3, 220, 1),
        ("CZ", "CZK", 49.8, 15.2, 120, 1),
        ("HU", "HUF", 47.2, 19.4, 110, 1),
        ("RO", "RON", 45.5, 25.2, 200, 2),
        ("TR", "TRY", 39.9, 31.5, 350, 3),
        ("SE", "SEK", 58.5, 15.5, 200, 1),
        ("NO", "NOK", 60.0, 9.5, 150, 1),
        ("DK", "DKK", 55.8, 10.9, 110, 1),
        ("FI", "EUR", 61.0, 24.5, 130, 2),
        ("MA", "MAD", 33.3, -6.8, 150, 1),
        ("NG", "NGN", 7.5, 5.5, 250, 1),
        ("KE", "KES", -0.9, 36.6, 120, 3),
        ("ZA", "ZAR", -27.5, 28.5, 250, 2),
        ("IL", "ILS", 32.0, 34.9, 50, 2),
        ("AE", "AED", 25.0, 55.2, 60, 4),
        ("IN", "INR", 20.5, 77.5, 600, 5.5),
        ("TH", "THB", 14.0, 100.6, 150, 7),
        ("SG", "SGD", 1.34, 103.8, 12, 8),
        ("ID", "IDR", -6.8, 108.5, 250, 7),
        ("CN", "CNY", 32.0, 116.0, 500, 8),
        ("KR", "KRW", 36.6, 127.6, 120, 9),
        ("JP", "JPY", 35.5, 137.8, 250, 9),
        ("AU", "AUD", -34.5, 148.0, 350, 10),
        ("NZ", "NZD", -38.5, 175.5, 180, 12),
    )
)


def middle(country: Country) -> Place:
    """Return the middle of a country."""
    return Place(country, country.latitude, country.longitude)


def town(random: Random, country: Country) -> Place:
    """Draw a town of a country."""
    distance, angle = country.radius_km * random.random() ** 0.5, random.uniform(0, math.tau)
    return near(random, middle(country), distance, angle)


def near(random: Random, place: Place, distance_km: float, angle: float | None = None) -> Place:
    """Return a place so far from another, in a given direction or any."""
    if angle is None:
        angle = random.uniform(0, math.tau)
    latitude = place.latitude + distance_km * math.sin(angle) / _DEGREE_KM
    width = _DEGREE_KM * max(0.1, math.cos(math.radians(latitude)))
    return Place(place.country, latitude, place.longitude + distance_km * math.cos(angle) / width)


def distance_km(one: Place, other: Place) -> float:
    """Return the distance between two places on the globe."""
    first, second = math.radians(one.latitude), math.radians(other.latitude)
    across = math.radians(other.longitude - one.longitude)
    half = (
        math.sin((second - first) / 2) ** 2 + math.cos(first) * math.cos(second) * math.sin(across / 2) ** 2
    )
    return 2 * _EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(half)))
