"""Worlds: generators of labelled payment streams, each unlike the others and unlike itself by the seed.

Everything that a world has is drawn from its seed: how much fraud there is and how strong it is, the amounts,
how often and when people pay, what happens in their lives. A scorecard that is fitted on all of them should
hold on a stream that nobody has generated.
"""

from collections.abc import Mapping
from typing import Final

from tools.analyst.worlds import (
    business,
    card_testing,
    categories,
    cross_border,
    mixed,
    small_amounts,
    sparse,
    takeover,
    terminals,
    transfers,
)
from tools.analyst.worlds.payment import Labelled, Payment
from tools.analyst.worlds.world import Generate, world

WORLDS: Final[Mapping[str, Generate]] = {
    name: world(name, build)
    for name, build in (
        ("terminals", terminals.build),
        ("categories", categories.build),
        ("takeover", takeover.build),
        ("transfers", transfers.build),
        ("card_testing", card_testing.build),
        ("cross_border", cross_border.build),
        ("business", business.build),
        ("sparse", sparse.build),
        ("small_amounts", small_amounts.build),
        ("mixed", mixed.build),
    )
}
"""Name -> what generates the payments of a seed, a number of accounts and of days, in order of time."""

__all__ = ["WORLDS", "Labelled", "Payment"]
