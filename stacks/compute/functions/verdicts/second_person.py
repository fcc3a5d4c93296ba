"""When a change wants a second person: rules, and what keeps payments quiet long or at any amount. Pure."""

from dataclasses import dataclass
from typing import Final

from stacks.compute.functions.detector.scoring import Controls, Standing

_DAY_MILLISECONDS: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What one person may do alone.

    Attributes:
        allow_alone_days: How long one person may keep payments quiet, by the list `allow` or a snooze.
        allow_alone_dollars: Up to which value of a payment, in US dollars.
        rules_alone: Whether one person may publish rules.
    """

    allow_alone_days: int
    allow_alone_dollars: int
    rules_alone: bool


def why_rules(limits: Limits) -> str:
    """Return why a publication wants a second person, empty where it wants none."""
    return "" if limits.rules_alone else "rules are published by two people"


def why_controls(before: Controls, after: Controls, now: int, limits: Limits) -> str:
    """Return why a change of controls wants a second person, empty where it wants none.

    Args:
        before: What is in force.
        after: What shall be.
        now: Epoch milliseconds.
        limits: What one person may do alone.
    """
    end = now + limits.allow_alone_days * _DAY_MILLISECONDS
    allows = (after.standing, after.standing_until, after.standing_up_to)
    if after.standing is Standing.ALLOW and allows != (
        before.standing,
        before.standing_until,
        before.standing_up_to,
    ):
        if not 0 < after.standing_until <= end:
            return f"one person allows for {limits.allow_alone_days} days at most"
        if not 0 < after.standing_up_to <= limits.allow_alone_dollars:
            return f"one person allows payments up to {limits.allow_alone_dollars} USD"
    snoozes = (after.snoozed_until, after.snoozed_up_to)
    if after.snoozed_until and snoozes != (before.snoozed_until, before.snoozed_up_to):
        if after.snoozed_until > end:
            return f"one person snoozes for {limits.allow_alone_days} days at most"
        if not 0 < after.snoozed_up_to <= limits.allow_alone_dollars:
            return f"one person snoozes payments up to {limits.allow_alone_dollars} USD"
    return ""
