"""Distances on the globe."""

from math import asin, cos, radians, sin, sqrt
from typing import Final

_EARTH_RADIUS_KILOMETRES: Final = 6371.0
"""Mean radius (IUGG), to a kilometre."""

KILOMETRES_PER_DEGREE: Final = radians(_EARTH_RADIUS_KILOMETRES)
"""Of latitude; one of longitude is never longer."""


def kilometres_between(
    latitude: float, longitude: float, other_latitude: float, other_longitude: float
) -> float:
    """Return the great-circle distance of two positions in degrees, by the haversine formula."""
    here, there = radians(latitude), radians(other_latitude)
    across, along = there - here, radians(other_longitude - longitude)
    haversine = sin(across / 2) ** 2 + cos(here) * cos(there) * sin(along / 2) ** 2
    return 2 * _EARTH_RADIUS_KILOMETRES * asin(min(1.0, sqrt(haversine)))
