"""Devices and addresses that payments come from."""

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from tools.analyst.worlds.setting import Setting

_FIRST_OCTETS: Final = tuple(each for each in range(11, 224) if each not in {127, 169, 172, 192, 198, 203})
_HOUSE_DAYS: Final = 60.0  # after which a provider gives a house another address
_DEVICE_DAYS: Final = 500.0  # after which people replace a device


class Networks:
    """The providers of a world's countries.

    Args:
        random: Draws them.
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self._sixth = random.choice((0.0, 0.0, random.uniform(0.1, 0.6)))  # the share of houses with IPv6
        self._houses: defaultdict[str, list[str]] = defaultdict(lambda: self._prefixes(random.randint(8, 40)))
        self._mobiles: defaultdict[str, list[str]] = defaultdict(lambda: self._prefixes(random.randint(2, 6)))
        self._hosts = self._prefixes(random.randint(2, 12))

    def house(self, country: str) -> str:
        """Return an address of a house."""
        if self._random.random() < self._sixth:
            groups = ":".join(f"{self._random.getrandbits(16):x}" for _ in range(7))
            return f"2{0xA00 + len(self._houses[country]):x}:{groups}"
        return self._address(self._houses[country])

    def mobile(self, country: str) -> str:
        """Return an address of a telephone on its way; these change all the time."""
        return self._address(self._mobiles[country])

    def host(self) -> str:
        """Return an address in a data centre, as fraudsters use and people who hide theirs."""
        return self._address(self._hosts)

    def _prefixes(self, count: int) -> list[str]:
        random = self._random
        return [f"{random.choice(_FIRST_OCTETS)}.{random.randrange(256)}" for _ in range(count)]

    def _address(self, prefixes: Sequence[str]) -> str:
        bits = self._random.getrandbits(24)
        return f"{prefixes[(bits >> 16) % len(prefixes)]}.{bits >> 8 & 255}.{bits & 255}"


@dataclass(frozen=True, slots=True)
class Equipment:
    """What one account pays with.

    Attributes:
        devices: Each with the day since which it is used, in order, once for each that is used side by side.
        houses: Likewise the addresses at home.
        mobile: The share of payments from a mobile network.
        hidden: The share of payments through a data centre.
    """

    devices: Sequence[tuple[Sequence[float], Sequence[str]]]
    houses: tuple[Sequence[float], Sequence[str]]
    mobile: float
    hidden: float

    def device(self, random: Random, day: float) -> str:
        """Return the device of a payment: the first is used most."""
        since, names = self.devices[int(len(self.devices) * random.random() ** 2)]
        return names[max(0, bisect_right(since, day) - 1)]

    def address(self, random: Random, networks: Networks, country: str, day: float, *, away: bool) -> str:
        """Return the address of a payment from a country."""
        chance = random.random()
        if chance < self.hidden:
            return networks.host()
        if chance < self.hidden + self.mobile:
            return networks.mobile(country)
        if away:
            return networks.house(country)
        since, addresses = self.houses
        return addresses[max(0, bisect_right(since, day) - 1)]


@dataclass(frozen=True, slots=True)
class Outfit:
    """What the equipment of a world's accounts is drawn from.

    Attributes:
        replaced_days: After how many days people replace a device.
        second: The chance of one more device.
        mobile: The middling share of payments from a mobile network.
        hidden: The share of accounts that hide where they are.
    """

    replaced_days: float
    second: float
    mobile: float
    hidden: float

    def equipment(self, setting: Setting, networks: Networks, country: str) -> Equipment:
        """Draw the equipment of one account."""
        random, days = setting.random, setting.almanac.days
        devices = list[tuple[Sequence[float], Sequence[str]]]()
        while len(devices) < 3 and (not devices or random.random() < self.second):
            since = _changes(random, days, self.replaced_days)
            devices.append((since, setting.device_ids.several(len(since))))
        since = _changes(random, days, _HOUSE_DAYS)
        houses = since, [networks.house(country) for _ in since]
        hidden = random.uniform(0.1, 0.9) if random.random() < self.hidden else 0.0
        return Equipment(devices, houses, min(0.95, random.gammavariate(1.5, self.mobile / 1.5)), hidden)


def drawn_outfit(random: Random) -> Outfit:
    """Draw how the accounts of a world are equipped."""
    return Outfit(
        _DEVICE_DAYS * math.exp(random.gauss(0, 0.6)),
        random.uniform(0, 0.6),
        random.uniform(0, 0.6),
        random.uniform(0, 0.08),
    )


def _changes(random: Random, days: int, mean: float) -> list[float]:
    since = [0.0]
    while (following := since[-1] + random.expovariate(1 / mean)) < days:
        since.append(following)
    return since
