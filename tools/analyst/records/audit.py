"""Who decided, listed, snoozed or published what, when and why: one entry each, from all the records."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from shared.runtime.alerts import AlertStatus
from shared.runtime.changes import VERDICT_PREFIX, Changed, changed_item
from stacks.compute.functions.profiles.items import controls_key
from stacks.compute.functions.profiles.rules_item import CHALLENGER_KEY, RULES_KEY
from tools.analyst.records.alert import Alert
from tools.analyst.records.tables import Tables
from tools.analyst.times import told

CONTROLS_PREFIX = controls_key("")
Change = tuple[str, int]
"""What was changed and to which revision: what `changed_item` says."""


@dataclass(frozen=True)
class Entry:
    """One decision of a person.

    Attributes:
        at: Epoch milliseconds.
        kind: `verdict`, `controls`, `rules` or `challenger`.
        subject: What it is about: a transaction, an account or a merchant, or the rules.
        decision: What was decided.
        by: Who, in their own words.
        identity: The identity that signed it.
        note: Why.
        account_id: Whose payment a verdict is about.
        merchant_id: To whom it was.
        approved_by: The second person, in their own words; empty where none was wanted.
        approved_as: The identity that signed the approval.
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
    approved_by: str = ""
    approved_as: str = ""


def entries(tables: Tables, *, since: int = 0) -> list[Entry]:
    """Return all that people decided since a time, the latest first.

    Raises:
        OperatorError: AWS refuses.
    """
    history = read(tables.changes(Changed.HISTORY))
    of_lists_and_rules = changes_of(history, chain.from_iterable(items_in_force(tables).values()))
    found = [*verdicts(tables, _decided(tables), history), *of_lists_and_rules]
    return sorted((entry for entry in found if entry.at >= since), key=lambda entry: -entry.at)


def read(items: Iterable[Mapping[str, Any]]) -> dict[Change, Entry]:
    """Return what entries of the history say, each by the change that it is about."""
    found = {}
    for item in items:
        change = changed_item(str(item["profile_id"]))
        found[change] = _of_change(change[0], item)
    return found


def verdicts(tables: Tables, alerts: Iterable[Alert], history: Mapping[Change, Entry]) -> list[Entry]:
    """Return every verdict, each once: all that the history has, and of before it what records remember.

    Args:
        tables: Where whole records are; one is read only where the history lacks a verdict on it.
        alerts: Decided alerts, as the index holds them.
        history: Entries of the history.

    Raises:
        OperatorError: AWS refuses.
    """
    found = {(entry.subject, entry.at): entry for entry in history.values() if entry.kind == "verdict"}
    for alert in alerts:
        key = f"{VERDICT_PREFIX}{alert.alert_id}"
        if alert.revision and all((key, each) in history for each in range(1, alert.revision + 1)):
            continue
        # Verdicts before the last one are in the whole record alone.
        whole = alert if alert.revision < 2 else tables.alert(alert.alert_id) or alert
        for entry in of_alert(whole):
            found.setdefault((entry.subject, entry.at), entry)
    return list(found.values())


def items_in_force(tables: Tables) -> dict[Changed, list[dict[str, Any]]]:
    """Return lists and snoozes, rules and challenger as they are in force.

    Raises:
        OperatorError: AWS refuses.
    """
    kinds = (Changed.CONTROLS, Changed.RULES, Changed.CHALLENGER)
    return {kind: [*tables.changes(kind)] for kind in kinds}


def _decided(tables: Tables) -> Iterator[Alert]:
    # By when it was received: a verdict of today may be about a payment of long ago.
    for status in (AlertStatus.CONFIRMED_FRAUD, AlertStatus.LEGITIMATE):
        yield from tables.alerts(status)


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


def of_history(items: Iterable[Mapping[str, Any]], in_force: Iterable[Mapping[str, Any]]) -> list[Entry]:
    """Return the changes of lists, snoozes and rules that entries of the history and items in force tell."""
    return changes_of(read(items), in_force)


def changes_of(history: Mapping[Change, Entry], in_force: Iterable[Mapping[str, Any]]) -> list[Entry]:
    """Return every change of lists, snoozes and rules, each once.

    Args:
        history: Entries of the history.
        in_force: Items that are in force: of before there was a history, they remember the changes before.
    """
    found = {change: entry for change, entry in history.items() if entry.kind != "verdict"}
    for item in in_force:
        key = str(item["profile_id"])
        for change in (item, *item.get("earlier", ())):
            if "at" in change:
                known = RULES_KEY if item.get("changed") == Changed.RULES else key
                found.setdefault((known, int(change.get("revision", 0))), _of_change(known, change))
    return list(found.values())


def _of_change(key: str, change: Mapping[str, Any]) -> Entry:
    if key.startswith(VERDICT_PREFIX):
        about = change.get("asked", {})
        return _entry(
            change,
            "verdict",
            f"transaction {about.get('transaction_id', '')}",
            str(change["verdict"]),
            account_id=str(change.get("changes", "")).partition("#")[2],
            merchant_id=str(about.get("merchant_id", "")),
        )
    if key.startswith(CONTROLS_PREFIX):
        return _entry(change, "controls", subject_of({"profile_id": key}), controls_told(change))
    if key == CHALLENGER_KEY:
        version = change.get("version")
        said = f"challenger {version}" if version else "challenge ended"
        return _entry(change, "challenger", "rules", said)
    version = change.get("version") or "the package's rules"
    return _entry(change, "rules", "rules", f"published {version}")


def subject_of(item: Mapping[str, Any]) -> str:
    """Return whom controls are about: `account a-1` or `merchant m-1`."""
    kind, _, identifier = str(item["profile_id"]).removeprefix(CONTROLS_PREFIX).partition("#")
    return f"{kind} {identifier}"


def controls_told(change: Mapping[str, Any]) -> str:
    """Return what controls say, in words, without regard to what is over."""
    said = []
    if change.get("standing"):
        until = int(change.get("standing_until") or 0)
        up_to = amount_told(int(change.get("standing_up_to") or 0))
        lasts = f" until {told(until)}" if until else ", no expiry"
        said.append(f"{change['standing']} list{up_to}{lasts}")
    if change.get("snoozed_until"):
        up_to = amount_told(int(change.get("snoozed_up_to") or 0))
        said.append(f"snooze{up_to} until {told(int(change['snoozed_until']))}")
    return ", ".join(said) or "on no list, not snoozed"


def amount_told(up_to: int) -> str:
    """Return up to which value payments are kept quiet, in words; nothing for any amount."""
    return f" up to {up_to} USD" if up_to else ""


def _entry(change: Mapping[str, Any], kind: str, subject: str, decision: str, **about: str) -> Entry:
    return Entry(
        at=int(change["at"]),
        kind=kind,
        subject=subject,
        decision=decision,
        by=str(change.get("by", "")),
        identity=str(change.get("identity", "")),
        note=str(change.get("note", "")),
        approved_by=str(change.get("approved_by", "")),
        approved_as=str(change.get("approved_as", "")),
        **about,
    )
