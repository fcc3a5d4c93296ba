"""People's changes in the profiles table: lists, snoozes and rules.

Only the verdicts function writes these items, each with who, when, why and the identity that signed. An index
on `changed`, which profiles lack, lists them without adding to the cost of profile writes.

A change is written twice in one transaction: to the current item, and as an immutable history entry.
"""

from enum import StrEnum
from typing import Final


class Changed(StrEnum):
    """Kind of an item; the values are stored."""

    CONTROLS = "controls"
    """Current lists and snooze of an account or merchant."""
    RULES = "rules"
    """Current rules."""
    CHALLENGER = "challenger"
    """Rules that score without raising alerts."""
    HISTORY = "history"
    """History entry, which never expires."""
    WAITING = "waiting"
    """Change that waits for a second person's approval."""


INDEX_KEYS: Final = ("changed", "at")
"""Keys of the index: kind, and time of writing in epoch milliseconds."""

INDEXED: Final = (
    "approved_as", "approved_by", "asked", "by", "changes", "earlier", "expires_at", "identity", "note",
    "revision", "sha256", "snoozed_until", "snoozed_up_to", "standing", "standing_until", "standing_up_to",
    "verdict", "version", "why",
)  # fmt: skip
"""Projected attributes: all but the text of rules."""


VERDICT_PREFIX: Final = "verdict#"
"""Prefix of an alert's id in the keys of history entries for its verdicts."""


def history_key(key: str, revision: int) -> str:
    """Return the key of a history entry, from the item's key and new revision."""
    return f"history#{key}#{revision}"


def changed_item(history: str) -> tuple[str, int]:
    """Return the item's key and revision from the key of a history entry."""
    key, _, revision = history.removeprefix("history#").rpartition("#")
    return key, int(revision)


def waiting_key(change: str) -> str:
    """Return the key of a pending change."""
    return f"waiting#{change}"
