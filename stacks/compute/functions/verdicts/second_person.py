"""When a change wants a second person, and who is one. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

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
