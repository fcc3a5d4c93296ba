"""What people change in the table of profiles while the pipeline runs: lists, snoozes and rules.

The function behind the signed API writes these items, and nobody else: each carries who, when and why, and
the identity that signed. `changed`, which no profile has, puts them into an index that lists these items
alone, and the writes of profiles cost nothing more.

A change is written twice in one transaction: into the item that is in force, and as an entry of the history,
which is never written again.
"""

from enum import StrEnum
from typing import Final


class Changed(StrEnum):
    """What an item is; its values are stored."""

    CONTROLS = "controls"
    """Lists and snooze of an account or a merchant, as they are in force."""
    RULES = "rules"
    """The rules in force."""
    CHALLENGER = "challenger"
    """Rules that score beside those in force, and alert on nothing."""
    HISTORY = "history"
    """One change, for ever."""
    WAITING = "waiting"
    """A change that waits for a second person."""


INDEX_KEYS: Final = ("changed", "at")
"""Keys of the index: what an item is, and when it was written (epoch milliseconds)."""

INDEXED: Final = (
    "approved_as", "approved_by", "asked", "by", "changes", "earlier", "expires_at", "identity", "note",
    "revision", "sha256", "snoozed_until", "snoozed_up_to", "standing", "standing_until", "standing_up_to",
    "verdict", "version", "why",
)  # fmt: skip
"""What else the index holds of an item: all but a text of rules."""


VERDICT_PREFIX: Final = "verdict#"
"""Begins the key that the history has for the verdicts on an alert, before the alert's id."""


def history_key(key: str, revision: int) -> str:
    """Return the key of the entry about a change of an item, by the item's key and its new revision."""
    return f"history#{key}#{revision}"


def changed_item(history: str) -> tuple[str, int]:
    """Return the key and the revision that an entry of the history is about."""
    key, _, revision = history.removeprefix("history#").rpartition("#")
    return key, int(revision)


def waiting_key(change: str) -> str:
    """Return the key of a change that waits, by its id."""
    return f"waiting#{change}"
