"""Items that a change writes: the current item, the history entry, a pending change. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from shared.runtime.changes import Changed, history_key, waiting_key
from stacks.compute.functions.detector.scoring import Controls, ProfileError, Standing, parse_rules
from stacks.compute.functions.profiles.rules_item import publication
from stacks.compute.functions.verdicts.asked import Asked, Signed
from stacks.compute.functions.verdicts.second_person import Alone, Limits

WAITING_DAYS: Final = 7
"""Days that a change waits for a second person's approval."""
_DAY_MILLISECONDS: Final = 86_400_000
_NONE: Final = "none"

Item = Mapping[str, Any]


def revision_of(item: Item | None) -> int:
    """Return the number of changes of an item."""
    return int((item or {}).get("revision", 0))


def controls_of(item: Item | None) -> Controls:
    """Return the current controls of an account or merchant; none if they are unreadable."""
    try:
        return Controls.from_item(item)
    except ProfileError:
        return Controls()


def alone_of(item: Item | None) -> Alone:
    """Return the suppressions by single people in an item of controls."""
    held = item or {}
    return Alone(int(held.get("alone_since", 0)), int(held.get("alone_until", 0)))


def controls_after(asked: Mapping[str, Any], before: Controls, limits: Limits) -> Controls:
    """Return the controls after a change, which keeps what it does not name.

    Without an amount, `allow` and a snooze suppress payments up to the limit of one person.
    """
    after = before
    up_to = int(asked.get("up_to", limits.allow_alone_dollars))
    if asked.get("list") == _NONE:
        after = after._replace(standing=None, standing_until=0, standing_up_to=0)
    elif "list" in asked:
        standing = Standing(asked["list"])
        after = after._replace(
            standing=standing,
            standing_until=int(asked.get("until", 0)),
            standing_up_to=up_to if standing is Standing.ALLOW else 0,
        )
    if "snoozed_until" in asked:
        until = int(asked["snoozed_until"])
        after = after._replace(snoozed_until=until, snoozed_up_to=up_to if until else 0)
    return after


def values_of(asked: Asked, before: Item | None, limits: Limits) -> dict[str, Any]:
    """Return the changed item's values, without those on who changed it."""
    if asked.kind is not Changed.CONTROLS:
        text = asked.text
        return publication(text, None if text is None else parse_rules(text.encode()).version, asked.kind)
    after = controls_after(asked.values, controls_of(before), limits)
    held = {name: value or None for name, value in after._asdict().items()}
    return {**held, "standing": after.standing and after.standing.value, "changed": Changed.CONTROLS}


def says_the_same(item: Item | None, values: Mapping[str, Any], signed: Signed) -> bool:
    """Return whether an item has this change already, so that a repeated request changes nothing."""
    if item is None or (item.get("by"), item.get("identity")) != (signed.by, signed.caller):
        return False
    same = {name: item.get(name) for name in values} == dict(values)
    return same and (item.get("note") or None) == signed.note


def changed_item(
    asked: Asked, values: Mapping[str, Any], before: Item | None, now: int, approved: Mapping[str, Any]
) -> tuple[Item, Item]:
    """Return the current item and the history entry, without None values.

    Args:
        asked: The change.
        values: Output of `values_of`.
        before: The item that was read.
        now: Epoch milliseconds.
        approved: The approval, if any.
    """
    revision = revision_of(before) + 1
    who = {
        "by": asked.signed.by,
        "identity": asked.signed.caller,
        "note": asked.signed.note,
        "at": now,
        "revision": revision,
        **approved,
    }
    # Changes from before the history was introduced keep their keys.
    earlier = (before or {}).get("earlier")
    in_force = {"profile_id": asked.key, **values, **who, "earlier": earlier}
    entry = {"profile_id": history_key(asked.key, revision), **values, **who, "changed": Changed.HISTORY}
    return in_force, entry


def waiting_item(asked: Asked, change: str, why: str, now: int) -> Item:
    """Return the item of a pending change."""
    return {
        "profile_id": waiting_key(change),
        "changed": Changed.WAITING,
        "kind": asked.kind,
        "changes": asked.key,
        "asked": dict(asked.values),
        "rules": asked.text,
        "version": None if asked.text is None else parse_rules(asked.text.encode()).version,
        "why": why,
        "by": asked.signed.by,
        "identity": asked.signed.caller,
        "note": asked.signed.note,
        "at": now,
        "expires_at": (now + WAITING_DAYS * _DAY_MILLISECONDS) // 1000,
    }


def asked_of(item: Item) -> Asked:
    """Return the change in the item of a pending change."""
    return Asked(
        kind=Changed(item["kind"]),
        key=item["changes"],
        values={
            name: value if isinstance(value, str) else int(value) for name, value in item["asked"].items()
        },
        signed=Signed(by=item["by"], note=item.get("note"), caller=item["identity"]),
        text=item.get("rules"),
    )


def approved_by(signed: Signed, now: int) -> dict[str, Any]:
    """Return the attributes of an approval."""
    return {
        "approved_by": signed.by,
        "approved_as": signed.caller,
        "approved_at": now,
        "approval_note": signed.note,
    }
