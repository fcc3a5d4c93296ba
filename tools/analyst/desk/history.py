"""What people decided in the last days, in memory: an entry is never written again."""

import threading
from collections.abc import Mapping
from typing import Any, Final

from shared.runtime.changes import Changed, history_key
from tools.analyst.desk.model import OVERLAP_MILLISECONDS, Model
from tools.analyst.records.audit import Change, Entry, changes_of, read
from tools.analyst.records.tables import Tables

LISTED: Final = 20
"""Changes of one account, merchant or of the rules that a page shows."""


class History:
    """The entries of the history; safe to use from several threads.

    Args:
        tables: Where they are kept.
        model: Says how far back pages look.
    """

    def __init__(self, tables: Tables, model: Model) -> None:
        self._tables, self._model = tables, model
        self._lock = threading.Lock()
        self._entries: dict[Change, Entry] = {}
        self._latest = 0

    def entries(self) -> Mapping[Change, Entry]:
        """Return those of the last days; what was written since the last look is asked for.

        Raises:
            OperatorError: AWS refuses.
        """
        with self._lock:
            since = max(self._model.since, self._latest - OVERLAP_MILLISECONDS)
            new = read(self._tables.changes(Changed.HISTORY, since=since))
            if new.keys() - self._entries.keys():
                # Another page may be reading the one that it was given.
                self._entries = {**self._entries, **new}
                self._latest = max(entry.at for entry in self._entries.values())
            return self._entries

    def of(self, key: str, item: Mapping[str, Any] | None) -> list[Entry]:
        """Return the latest changes of one item of the table of profiles, the last one first.

        Args:
            key: The item's.
            item: As it is in force; it tells the last change itself, and how many there were.

        Raises:
            OperatorError: AWS refuses.
        """
        if item is None:
            return []
        entries, last = self.entries(), int(item.get("revision", 0))
        told = {int(change.get("revision", 0)) for change in item.get("earlier", ())}
        found = {}
        for revision in range(last - 1, max(0, last - LISTED), -1):
            if entry := entries.get((key, revision)):
                found[key, revision] = entry
            elif revision not in told and (older := self._tables.profile(history_key(key, revision))):
                found |= read([older])
        return sorted(changes_of(found, [item]), key=lambda entry: -entry.at)[:LISTED]
