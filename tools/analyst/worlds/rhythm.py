"""At which hours people and machines are active."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

Peak = tuple[float, float, float]  # share of the payments, mean hour, deviation in hours

_STYLES: Final[dict[str, Sequence[Peak]]] = {
    "noon": ((1.0, 12.0, 4.5),),
    "two_peaks": ((0.45, 12.3, 1.8), (0.55, 18.5, 2.2)),
    "commuting": ((0.4, 7.8, 1.0), (0.2, 12.5, 2.0), (0.4, 17.6, 1.3)),
    "evening": ((0.3, 13.0, 3.0), (0.7, 20.5, 2.3)),
    "all_day": ((0.7, 14.0, 4.0), (0.3, 2.0, 6.0)),
    "office": ((0.55, 10.3, 1.2), (0.45, 14.8, 1.4)),
}
PERSONAL_STYLES: Final = ("noon", "two_peaks", "commuting", "evening", "all_day")


@dataclass(frozen=True, slots=True)
class Rhythm:
    """The hours of one account: a mixture of bell curves around the clock."""

    peaks: Sequence[Peak]

    def hour(self, random: Random) -> float:
        """Draw a local hour of the day, from 0 until 24."""
        chance = random.random()
        mean = deviation = 12.0
        for share, mean, deviation in self.peaks:  # noqa: B007 - those of the last one drawn are used
            if chance < share:
                break
            chance -= share
        return random.gauss(mean, deviation) % 24

    def moved(self, hours: float) -> "Rhythm":
        """Return the same rhythm in another time zone."""
        return Rhythm([(share, mean + hours, deviation) for share, mean, deviation in self.peaks])

    def personal(self, random: Random, shift: float) -> "Rhythm":
        """Return the rhythm of one person: shifted by hours, narrower or wider."""
        move, width = random.gauss(0, shift), random.uniform(0.6, 1.3)
        return Rhythm([(share, mean + move, deviation * width) for share, mean, deviation in self.peaks])


def drawn_rhythm(random: Random, styles: Sequence[str] = PERSONAL_STYLES) -> Rhythm:
    """Return one of these styles, with its hours moved a little."""
    return Rhythm(_STYLES[random.choice(styles)]).personal(random, 0.7)
