"""A right that a deployer needs, and the scope within which it holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.infra.arns import REGION

Conditions = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Operator -> condition key -> values, as in a policy's Condition element."""


class GrantError(ValueError):
    """A right that this module does not grant; says which and why."""


@dataclass(frozen=True)
class Grant:
    """Actions on resources, under conditions.

    Grants of one `sid` become one statement: they differ in their resources or in their actions, not in both.
    `reads` says that the actions only look: previews and drift checks need no others. `reason` says why a
    resource holds a wildcard, and is required where one does.

    Raises:
        GrantError: a wildcard in an action, or in a resource without a reason.
    """

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: Conditions = field(default_factory=dict)
    reads: bool = False
    reason: str = ""

    def __post_init__(self) -> None:
        if wild := [action for action in self.actions if "*" in action or "?" in action]:
            raise GrantError(f"{self.sid}: {', '.join(wild)} is no exact action")
        if not self.actions or not self.resources:
            raise GrantError(f"{self.sid}: names no action or no resource")
        if any("*" in resource for resource in self.resources) and not self.reason:
            raise GrantError(f"{self.sid}: a resource holds a wildcard and no reason says why")


@dataclass(frozen=True)
class Scope:
    """Whose rights: one layer of one environment in one account."""

    layer: str
    suffix: str
    account_id: str

    def arn(self, service: str, resource: str, *, region: str = REGION) -> str:
        """Return an ARN in the account; `region=""` for what is global."""
        return f"arn:aws:{service}:{region}:{self.account_id}:{resource}"

    def role(self, name: str) -> str:
        """Return the ARN of a role."""
        return self.arn("iam", f"role/{name}", region="")

    @property
    def in_region(self) -> Conditions:
        """Calls to the one region of this project alone."""
        return {"StringEquals": {"aws:RequestedRegion": (REGION,)}}

    @property
    def made_by_layer(self) -> Conditions:
        """The call gives what it makes the tags of this layer and environment."""
        return self._tags("RequestTag", self.layer)

    @property
    def of_layer(self) -> Conditions:
        """What the call acts on bears the tags of this layer and environment."""
        return self._tags("ResourceTag", self.layer)

    def of(self, layer: str) -> Conditions:
        """Return what the call acts on bears the tags of another layer of this environment."""
        return self._tags("ResourceTag", layer)

    def _tags(self, kind: str, layer: str) -> Conditions:
        return {
            "StringEquals": {
                f"aws:{kind}/Environment": (self.suffix,),
                f"aws:{kind}/Layer": (layer,),
            }
        }


def both(*conditions: Conditions) -> Conditions:
    """All of the conditions at once."""
    merged: dict[str, dict[str, tuple[str, ...]]] = {}
    for each in conditions:
        for operator, keys in each.items():
            merged.setdefault(operator, {}).update(keys)
    return merged


UNCLAIMED: Conditions = {"Null": {"aws:ResourceTag/Layer": ("true",)}}
"""What the call acts on belongs to no layer yet."""
