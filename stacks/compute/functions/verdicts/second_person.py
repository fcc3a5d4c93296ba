"""Dual control: which changes need a second person's approval, and who counts as one. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, NamedTuple

from stacks.compute.functions.detector.scoring import Controls, Standing

_DAY_MILLISECONDS: Final = 86_400_000
_IDENTITY_CENTER: Final = "AWSReservedSSO_"
"""Prefix of the roles of IAM Identity Center, which names sessions after users."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of changes by one person.

    Attributes:
        allow_alone_days: Maximum duration of a suppression by the list `allow` or a snooze.
        allow_alone_dollars: Maximum value of a suppressed payment, in US dollars.
        rules_alone: Whether one person may publish rules.
        roles_that_name_people: Names of roles whose session names identify people.
    """

    allow_alone_days: int
    allow_alone_dollars: int
    rules_alone: bool
    roles_that_name_people: Collection[str] = ()

    @property
    def alone_milliseconds(self) -> int:
        """`allow_alone_days` in milliseconds."""
        return self.allow_alone_days * _DAY_MILLISECONDS


def why_rules(limits: Limits) -> str:
    """Return why a publication needs a second person; empty if it does not."""
    return "" if limits.rules_alone else "rules are published by two people"


class Alone(NamedTuple):
    """The latest period of suppressions by single people, in epoch milliseconds.

    Attributes:
        since: Start of the first suppression.
        until: End of the last one.
    """

    since: int = 0
    until: int = 0

    def begun(self, now: int, limits: Limits) -> int:
        """Return the start of the period at `now`; a pause as long as the limit begins a new period."""
        return self.since if now < self.until + limits.alone_milliseconds else now


NEVER: Final = Alone()


def why_controls(before: Controls, after: Controls, now: int, limits: Limits, alone: Alone = NEVER) -> str:
    """Return why a change of controls needs a second person; empty if it does not.

    Args:
        before: Current controls.
        after: New controls.
        now: Epoch milliseconds.
        limits: Limits of changes by one person.
        alone: Previous suppressions by single people.
    """
    begun = alone.begun(now, limits)
    end = begun + limits.alone_milliseconds
    days = f"{limits.allow_alone_days} days at most"
    if begun < now:
        days = f"{days}, with what was allowed by one person before"
    if after.standing is Standing.ALLOW and _allows(after) != _allows(before):
        if not 0 < after.standing_until <= end:
            return f"one person allows for {days}"
        if not 0 < after.standing_up_to <= limits.allow_alone_dollars:
            return f"one person allows payments up to {limits.allow_alone_dollars} USD"
    if after.snoozed_until and _snoozes(after) != _snoozes(before):
        if after.snoozed_until > end:
            return f"one person snoozes for {days}"
        if not 0 < after.snoozed_up_to <= limits.allow_alone_dollars:
            return f"one person snoozes payments up to {limits.allow_alone_dollars} USD"
    return ""


def alone_after(before: Controls, after: Controls, now: int, limits: Limits, alone: Alone) -> Alone:
    """Return the suppressions by single people after a change that `why_controls` allows."""
    ends = []
    if after.standing is Standing.ALLOW and _allows(after) != _allows(before):
        ends.append(after.standing_until)
    if _snoozes(after) != _snoozes(before):
        ends.append(after.snoozed_until)
    until = max(ends, default=0)
    return Alone(alone.begun(now, limits), max(alone.until, until)) if until else alone


def _allows(controls: Controls) -> tuple[Standing | None, int, int]:
    return controls.standing, controls.standing_until, controls.standing_up_to


def _snoozes(controls: Controls) -> tuple[int, int]:
    return controls.snoozed_until, controls.snoozed_up_to


def person_of(caller: str, roles_that_name_people: Collection[str]) -> str:
    """Return the person who signed, from data that the caller cannot choose.

    Callers of AssumeRole choose the session name, so that all sessions of a role count as one person. If an
    identity provider sets the session name (IAM Identity Center, SAML), or the role's trust policy requires
    one (`sts:RoleSessionName`), the name identifies the person in every such role and as an IAM user. Source:
    "Available keys for AWS STS" in the IAM user guide.

    Args:
        caller: ARN of the identity that signed.
        roles_that_name_people: Names of such roles, besides Identity Center's.
    """
    kind, _, name = caller.rpartition(":")[2].partition("/")
    if kind == "user":
        return name.rpartition("/")[2].lower()
    if kind == "assumed-role":
        role, _, session = name.partition("/")
        named = role.startswith(_IDENTITY_CENTER) or role in roles_that_name_people
        return session.lower() if named else f"role {role}"
    return kind
