"""Audit: who decided, listed, published what, when and why, of the days that are shown."""

from collections.abc import Mapping
from itertools import chain
from typing import Any, Final

from shared.runtime.changes import Changed
from tools.analyst.desk.parts import Desk
from tools.analyst.records.audit import Entry, changes_of, items_in_force, verdicts
from tools.analyst.records.in_force import in_force

ROWS: Final = 100


def entries(desk: Desk, kind: str, by: str, search: str) -> list[Entry]:
    """Return the decisions that fit, the latest first.

    Args:
        desk: The desk.
        kind: `verdict`, `controls` or `rules`; empty for all.
        by: Who, in their own words; empty for all.
        search: Part of what it is about or of the note; empty for all.

    Raises:
        OperatorError: AWS refuses.
    """
    return _fitting(_all(desk, items_in_force(desk.tables)), kind, by, search)


def _fitting(everything: list[Entry], kind: str, by: str, search: str) -> list[Entry]:
    sought = search.lower()
    return [
        entry
        for entry in everything
        if (not kind or entry.kind == kind)
        and (not by or entry.by == by)
        and (not sought or sought in _haystack(entry))
    ]


def _haystack(entry: Entry) -> str:
    return f"{entry.subject} {entry.account_id} {entry.decision} {entry.note}".lower()


def _all(desk: Desk, items: Mapping[Changed, list[dict[str, Any]]]) -> list[Entry]:
    decided, history = (alert for alert in desk.model.all() if alert.verdict), desk.history.entries()
    found = [
        *verdicts(desk.tables, decided, history),
        *changes_of(history, chain.from_iterable(items.values())),
    ]
    return sorted((entry for entry in found if entry.at >= desk.model.since), key=lambda entry: -entry.at)


def page(desk: Desk, kind: str, by: str, search: str) -> dict[str, Any]:
    """Return what the page of the audit shows.

    Raises:
        OperatorError: AWS refuses.
    """
    items = items_in_force(desk.tables)
    everything = _all(desk, items)
    found = _fitting(everything, kind, by, search)
    return {
        "entries": found[:ROWS],
        "total": len(found),
        "people": sorted({entry.by for entry in everything}),
        "kind": kind,
        "by_chosen": by,
        "search": search,
        "in_force": list(in_force(items[Changed.CONTROLS], desk.clock())),
        "days": desk.model.days,
    }
