"""When a change wants a second person, and who is one. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, NamedTuple

from stacks.compute.functions.detector.scoring import Controls, Standing

_DAY_MILLISECONDS: Final = 86_400_000
_IDENTITY_CENTER: Final = "AWSReservedSSO_"
"""How the names of IAM Identity Center's roles begin; it names their sessions after its users."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one person may do alone.

    Attributes:
        allow_alone_days: How long one person may keep payments quiet, by the list `allow` or a snooze.
        allow_alone_dollars: Up to which value of a payment, in US dollars.
        rules_alone: Whether one person may publish rules.
        roles_that_name_people: Names of roles whose sessions bear the names of their people.
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
    """Return why a publication wants a second person, empty where it wants none."""
    return "" if limits.rules_alone else "rules are published by two people"


class Alone(NamedTuple):
    """The last time in which one person after another kept payments quiet, epoch milliseconds.

    Attributes:
        since: When the first of them did.
        until: Until when they are quiet.
    """

    since: int = 0
    until: int = 0

    def begun(self, now: int, limits: Limits) -> int:
        """Return since when a change of now counts: a pause as long as the limit makes a new beginning."""
        return self.since if now < self.until + limits.alone_milliseconds else now


NEVER: Final = Alone()


def why_controls(before: Controls, after: Controls, now: int, limits: Limits, alone: Alone = NEVER) -> str:
    """Return why a change of controls wants a second person, empty where it wants none.

    Args:
        before: What is in force.
        after: What shall be.
        now: Epoch milliseconds.
        limits: What one person may do alone.
        alone: What one person, or one after another, kept quiet before.
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
    """Return what one person has kept quiet, with a change by one person that `why_controls` lets pass."""
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
    """Return who signed, by what the caller cannot choose.

    Whoever takes a role on names the session as they like (`RoleSessionName` of AssumeRole), so that all
    sessions of a role are one person. It is otherwise where an identity provider names the session (IAM
    Identity Center, SAML), or the role's trust policy demands a name (`sts:RoleSessionName`): then a person
    is the same one in every such role, and as an IAM user of this name. Source: "Available keys for AWS STS"
    in the IAM user guide.

    Args:
        caller: ARN of the identity that signed.
        roles_that_name_people: Names of the roles for which that is so, besides Identity Center's.
    """
    kind, _, name = caller.rpartition(":")[2].partition("/")
    if kind == "user":
        return name.rpartition("/")[2].lower()
    if kind == "assumed-role":
        role, _, session = name.partition("/")
        named = role.startswith(_IDENTITY_CENTER) or role in roles_that_name_people
        return session.lower() if named else f"role {role}"
    return kind
