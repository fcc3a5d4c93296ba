"""Makes a generator of labelled payments from what builds a ledger."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random

from tools.analyst.worlds.ledger import Ledger
from tools.analyst.worlds.payment import Labelled
from tools.analyst.worlds.setting import Setting, drawn_setting

Generate = Callable[[int, int, int], list[Labelled]]
"""Takes a seed, the number of accounts and of days."""


def world(name: str, build: Callable[[Setting, int], Ledger]) -> Generate:
    """Return the generator of a world; the same seed gives the same payments again."""

    def generate(seed: int, accounts: int, days: int) -> list[Labelled]:
        random = Random(f"{name}-{seed}")  # noqa: S311 - reproducible
        with _uncollected():
            return build(drawn_setting(random, days), accounts).finish()

    return generate


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let the garbage collector rest: a world is millions of objects, none of them garbage."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
