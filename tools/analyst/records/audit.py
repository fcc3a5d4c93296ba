"""Who decided, listed, snoozed or published what, when and why: one entry each, from all the records."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.runtime.alerts import AlertStatus
from shared.runtime.changes import Changed
from stacks.compute.functions.profiles.items import controls_key
from tools.analyst.records.alert import Alert
from tools.analyst.records.tables import Tables
from tools.analyst.times import told

CONTROLS_PREFIX = controls_key("")


@dataclass(frozen=True)
class Entry:
    """One decision of a person.

    Attributes:
        at: Epoch milliseconds.
        kind: `verdict`, `controls` or `rules`.
        subject: What it is about: a transaction, an account or a merchant, or the rules.
        decision: What was decided.
        by: Who, in their own words.
        identity: The identity that signed it.
        note: Why.
        account_id: Whose payment a verdict is about.
        merchant_id: To whom it was.
    """

    at: int
    kind: str
    subject: str
    decision: str
    by: str
    identity: str
    note: str
    account_id: str = ""
    merchant_id: str = ""


def entries(tables: Tables, *, since: int = 0) -> list[Entry]:
    """Return all that people decided since a time, the latest first.

    Raises:
        OperatorError: AWS refuses.
    """
    found = [
        *(entry for alert in _decided(tables) for entry in of_alert(_whole(tables, alert))),
        *(entry for item in tables.changes(Changed.CONTROLS) for entry in of_controls(item)),
        *of_rules(tables.changes(Changed.RULES)),
    ]
    return sorted((entry for entry in found if entry.at >= since), key=lambda entry: -entry.at)


def _decided(tables: Tables) -> Iterator[Alert]:
    # By when it was received: a verdict of today may be about a payment of long ago.
    for status in (AlertStatus.CONFIRMED_FRAUD, AlertStatus.LEGITIMATE):
        yield from tables.alerts(status)


def _whole(tables: Tables, alert: Alert) -> Alert:
    """The record with its earlier verdicts, which the index does not hold."""
    return alert if alert.revision < 2 else tables.alert(alert.alert_id) or alert


def of_alert(alert: Alert) -> Iterator[Entry]:
    """Yield the verdicts on one transaction, the first one first."""
    current = {
        "verdict": alert.verdict,
        "decided_at": alert.decided_at,
        "decided_by": alert.decided_by,
        "decided_as": alert.decided_as,
        "note": alert.note,
    }
    for verdict in (*alert.earlier_verdicts, *([current] if alert.verdict else [])):
        yield Entry(
            at=int(verdict.get("decided_at", 0)),
            kind="verdict",
            subject=f"transaction {alert.transaction_id}",
            decision=str(verdict.get("verdict", "")),
            by=str(verdict.get("decided_by", "")),
            identity=str(verdict.get("decided_as", "")),
            note=str(verdict.get("note", "")),
            account_id=alert.account_id,
            merchant_id=alert.merchant_id,
        )


def of_controls(item: Mapping[str, Any]) -> Iterator[Entry]:
    """Yield the changes of an account's or a merchant's controls that an item has, the first one first."""
    subject = subject_of(item)
    for change in (*item.get("earlier", ()), item):
        if "at" in change:
            yield _entry(change, "controls", subject, controls_told(change))


def of_rules(items: Iterable[Mapping[str, Any]]) -> list[Entry]:
    """Return the publications of rules, each once, although items remember those before them too."""
    found: dict[int, Entry] = {}
    for item in items:
        for change in (item, *item.get("earlier", ())):
            if "at" in change:
                version = change.get("version") or "the package's rules"
                entry = _entry(change, "rules", "rules", f"published {version}")
                found.setdefault(int(change.get("revision", 0)), entry)
    return list(found.values())


def subject_of(item: Mapping[str, Any]) -> str:
    """Return whom controls are about: `account a-1` or `merchant m-1`."""
    kind, _, identifier = str(item["profile_id"]).removeprefix(CONTROLS_PREFIX).partition("#")
    return f"{kind} {identifier}"


def controls_told(change: Mapping[str, Any]) -> str:
    """Return what controls say, in words, without regard to what is over."""
    said = []
    if change.get("standing"):
        until = int(change.get("standing_until") or 0)
        said.append(f"list {change['standing']} " + (f"until {told(until)}" if until else "for ever"))
    if change.get("snoozed_until"):
        said.append(f"snooze until {told(int(change['snoozed_until']))}")
    return ", ".join(said) or "on no list, not snoozed"


def _entry(change: Mapping[str, Any], kind: str, subject: str, decision: str) -> Entry:
    return Entry(
        at=int(change["at"]),
        kind=kind,
        subject=subject,
        decision=decision,
        by=str(change.get("by", "")),
        identity=str(change.get("identity", "")),
        note=str(change.get("note", "")),
    )
