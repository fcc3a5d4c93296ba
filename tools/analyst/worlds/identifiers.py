"""Identifiers as institutions write them: unique, and without order or meaning."""

from random import Random
from typing import Final

_SPACE: Final = 99_999_989  # a prime, so that any multiplier walks through all numbers once
_WIDE_SPACE: Final = 0xFFFF_FFFF_FFFB  # about 2^48
_STYLES: Final = ("number", "padded", "lettered", "hexadecimal", "dashed")


class Identifiers:
    """An endless supply of distinct identifiers in one style.

    Args:
        random: Draws the style and where the numbers begin.
        letter: What lettered identifiers begin with.
    """

    def __init__(self, random: Random, letter: str) -> None:
        self._style = random.choice(_STYLES)
        self._letter = letter
        self._space = _WIDE_SPACE if self._style in {"hexadecimal", "dashed"} else _SPACE
        self._number = random.randrange(self._space)
        self._step = random.randrange(self._space // 3, self._space // 2)

    def new(self) -> str:
        """Return an identifier that was not returned before."""
        self._number = number = (self._number + self._step) % self._space
        style = self._style
        if style == "number":
            return str(number + 1)
        if style == "padded":
            return f"{number:010d}"
        if style == "lettered":
            return f"{self._letter}{number:08d}"
        if style == "hexadecimal":
            return f"{number:012x}"
        text = f"{number:012x}"
        return f"{text[:4]}-{text[4:8]}-{text[8:]}"

    def several(self, count: int) -> list[str]:
        """Return as many new identifiers."""
        return [self.new() for _ in range(count)]
