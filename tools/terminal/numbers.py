"""Numbers that people give to a command: within bounds, or refused in words."""

import argparse
from collections.abc import Callable


def within(what: str, least: float, most: float, *, above: bool = False) -> Callable[[str], float]:
    """Return a reader of numbers, as the `type` of an argument.

    Args:
        what: What the number is, for the error: "a number of days from 0 to 3650".
        least: The least that is taken.
        most: The most that is taken.
        above: Refuse the least itself.
    """

    def read(text: str) -> float:
        try:
            found = float(text)
        except ValueError:
            found = float("nan")
        if not least <= found <= most or (above and found == least):
            raise argparse.ArgumentTypeError(f"{text!r} is not {what}")
        return found

    return read
