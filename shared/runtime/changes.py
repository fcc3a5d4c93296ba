"""What people change in the table of profiles while the pipeline runs: lists, snoozes and rules.

Each item that they write carries who, when and why, and `changed`, which no profile has: an index over it
lists these items alone, and the writes of profiles cost nothing more.
"""

from enum import StrEnum
from typing import Final


class Changed(StrEnum):
    """What an item decides about; its values are stored."""

    CONTROLS = "controls"
    RULES = "rules"


INDEX_KEYS: Final = ("changed", "at")
"""Keys of the index: what was changed, and when (epoch milliseconds)."""

INDEXED: Final = (
    "by", "earlier", "identity", "note", "revision", "sha256", "snoozed_until", "standing", "standing_until",
    "version",
)  # fmt: skip
"""What else the index holds of an item: all but a text of rules."""
