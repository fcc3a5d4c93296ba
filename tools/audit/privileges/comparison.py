"""Given against used: what nobody needs, and what somebody lacks."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tools.audit.privileges.grants import Grant
from tools.audit.privileges.uses import Use


@dataclass(frozen=True)
class Comparison:
    """One run.

    Attributes:
        roles: Whoever is compared.
        granted: Every right, by role.
        used: Those that a call met.
        excess: Those that none did. A policy of AWS is one right: it is attached whole or not at all.
        missing: Calls that were refused, or that no right of the role allows.
        unseen: Rights that no call met and that are not in excess, for a reason that is written down.
    """

    roles: tuple[str, ...]
    granted: Mapping[str, tuple[Grant, ...]]
    used: Mapping[str, tuple[Grant, ...]]
    excess: Mapping[str, tuple[Grant, ...]]
    missing: Mapping[str, tuple[Use, ...]]
    unseen: Mapping[str, tuple[Grant, ...]] = field(default_factory=dict)

    def excusing(self, excused: Callable[[Grant], object]) -> "Comparison":
        """Return the same without the excess for which there is a reason."""
        return replace(
            self,
            excess={
                role: tuple(each for each in self.excess[role] if not excused(each)) for role in self.roles
            },
            unseen={role: tuple(each for each in self.excess[role] if excused(each)) for role in self.roles},
        )

    def __or__(self, other: "Comparison") -> "Comparison":
        """Both runs as one; their roles differ."""
        return Comparison(
            tuple(sorted((*self.roles, *other.roles))),
            {**self.granted, **other.granted},
            {**self.used, **other.used},
            {**self.excess, **other.excess},
            {**self.missing, **other.missing},
            {**self.unseen, **other.unseen},
        )

    @property
    def even(self) -> bool:
        """Whether everybody has what they use, and uses what they have."""
        return not any(self.excess.values()) and not any(self.missing.values())

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        parts = {"granted": self.granted, "used": self.used, "excess": self.excess, "missing": self.missing}
        return {
            "roles": list(self.roles),
            **{
                name: {role: [str(each) for each in part.get(role, ())] for role in self.roles}
                for name, part in {**parts, "unseen": self.unseen}.items()
            },
        }


def compare(grants: Iterable[Grant], uses: Iterable[Use]) -> Comparison:
    """Compare the rights of roles with what these roles asked for; whoever has no rights is not compared."""
    granted: defaultdict[str, set[Grant]] = defaultdict(set)
    for grant in grants:
        granted[grant.role].add(grant)
    asked: defaultdict[str, list[Use]] = defaultdict(list)
    for use in uses:
        if use.role in granted:
            asked[use.role].append(use)
    used = {role: _met(granted[role], asked[role]) for role in granted}
    roles = tuple(sorted(granted))
    return Comparison(
        roles=roles,
        granted={role: tuple(sorted(granted[role])) for role in roles},
        used={role: tuple(sorted(used[role])) for role in roles},
        excess={role: tuple(_unmet(granted[role], used[role])) for role in roles},
        missing={role: tuple(use for use in asked[role] if _lacks(granted[role], use)) for role in roles},
    )


def _met(grants: Collection[Grant], uses: Collection[Use]) -> set[Grant]:
    return {grant for grant in grants if any(not use.refusal and _allows(grant, use) for use in uses)}


def _unmet(grants: Collection[Grant], used: Collection[Grant]) -> list[Grant]:
    attached = {grant.statement for grant in used if grant.of_aws}
    return sorted(each for each in grants if each not in used and each.statement not in attached)


def _lacks(grants: Collection[Grant], use: Use) -> bool:
    return bool(use.refusal) or not any(_allows(grant, use) for grant in grants)


def _allows(grant: Grant, use: Use) -> bool:
    return grant.allows(use.action, use.resource, use.keys)
