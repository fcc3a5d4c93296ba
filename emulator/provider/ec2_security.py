"""EC2: security groups, and rules as separate resources."""

from collections.abc import Iterator, Mapping
from typing import Any

from emulator.provider.cloud import Cloud
from emulator.provider.ec2 import Ec2Resource, search
from emulator.provider.resource import CheckFailure, Clients, Place, Properties, frozen, words
from emulator.provider.tags import as_map
from emulator.provider.values import pruned

_RULE_FIELDS = {
    "ipProtocol": "IpProtocol",
    "fromPort": "FromPort",
    "toPort": "ToPort",
    "cidrIpv4": "CidrIpv4",
    "cidrIpv6": "CidrIpv6",
    "prefixListId": "PrefixListId",
    "description": "Description",
}
"""Property of a rule -> field in EC2's rule API."""

_INLINE = frozenset({"ingress", "egress"})


class _Group(Ec2Resource):
    """Base class of security groups, whose rules are separate resources."""

    kind, id_prefix, id_name = "security-group", "sg", "GroupId"
    listing = ("describe_security_groups", "SecurityGroups")
    creating, deleting = ("create_security_group", ""), "delete_security_group"
    sent, names = words("name description vpcId"), {"name": "GroupName"}
    unordered = _INLINE

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        """Refuse inline rules, which conflict with rule resources in the real provider."""
        for name in sorted(_INLINE):
            if inputs.get(name):
                yield CheckFailure(
                    name, "inline rules are not modelled: use aws.vpc.SecurityGroupIngressRule"
                )

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """Report rules as outputs only."""
        group = self.described(cloud, resource_id)
        return {
            **self.shared(cloud, resource_id, group),
            "ingress": [_inline(rule) for rule in group["IpPermissions"]],
            "egress": [_inline(rule) for rule in group["IpPermissionsEgress"]],
        }


class SecurityGroup(_Group):
    """`aws.ec2.SecurityGroup`."""

    token = "aws:ec2/securityGroup:SecurityGroup"
    filters = frozen({"group-name": "name", "vpc-id": "vpcId"})
    modelled = _Group.sent | {"revokeRulesOnDelete"}
    replace_on = _Group.sent
    defaults = frozen({"description": "Managed by Pulumi", "revokeRulesOnDelete": False})
    auto_name = "name"
    write_only = frozenset({"revokeRulesOnDelete"})

    def complete(self, cloud: Cloud, resource_id: str, inputs: Properties) -> None:
        """Remove the default egress rule, as the real provider does."""
        _revoke_all(cloud, resource_id)


class DefaultSecurityGroup(_Group):
    """`aws.ec2.DefaultSecurityGroup`: adopts the default group of a VPC and removes its rules."""

    token = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"
    modelled = frozenset({"vpcId", "revokeRulesOnDelete", "ingress", "egress"})
    replace_on = frozenset({"vpcId"})
    defaults = frozen({"revokeRulesOnDelete": False})
    write_only = frozenset({"revokeRulesOnDelete"})

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Adopt the VPC's default group."""
        found = self.find(cloud, inputs)
        if found is None:
            raise ValueError(f"VPC {inputs.get('vpcId')} has no default security group")
        return found

    def complete(self, cloud: Cloud, resource_id: str, inputs: Properties) -> None:
        """Remove all rules."""
        # Tags first, as the real provider does: permissions to revoke rules may depend on them.
        self.update(cloud, resource_id, {}, inputs)
        _revoke_all(cloud, resource_id)

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """Stop managing the group: a default group cannot be deleted."""

    def find_all(self, aws: Clients, inputs: Properties) -> list[str]:
        wanted = {"group-name": "default", "vpc-id": str(inputs.get("vpcId", ""))}
        return [str(each["GroupId"]) for each in search(aws, *self.listing, **wanted)]


class _Rule(Ec2Resource):
    """A security group rule; only changing the group replaces it."""

    kind, id_prefix, id_name = "security-group-rule", "sgr", "SecurityGroupRuleId"
    listing = ("describe_security_group_rules", "SecurityGroupRules")
    modelled = frozenset({"securityGroupId", "referencedSecurityGroupId", *_RULE_FIELDS})
    replace_on = frozenset({"securityGroupId"})
    direction = ""

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        """Check that the rule has exactly one peer, as AWS requires."""
        peers = [
            n for n in ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId") if n in inputs
        ]
        if len(peers) != 1:
            reason = f"exactly one peer is needed, got {', '.join(peers) or 'none'}"
            yield CheckFailure(peers[0] if peers else "cidrIpv4", reason)

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        authorize = getattr(cloud.client("ec2"), f"authorize_security_group_{self.direction}")
        made = authorize(
            GroupId=inputs["securityGroupId"],
            IpPermissions=[_permission(inputs)],
            **self.tagged_with(inputs),
        )
        return str(made["SecurityGroupRules"][0]["SecurityGroupRuleId"])

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        operation, where = self.listing
        found = getattr(cloud.client("ec2"), operation)(SecurityGroupRuleIds=[resource_id])[where]
        if not found:
            return None
        rule = found[0]
        return {
            **self.arn_output(cloud, resource_id, {}),
            "securityGroupRuleId": resource_id,
            "securityGroupId": rule["GroupId"],
            "referencedSecurityGroupId": rule.get("ReferencedGroupInfo", {}).get("GroupId"),
            **{name: _port_or_none(rule.get(field)) for name, field in _RULE_FIELDS.items()},
            "tags": as_map(rule.get("Tags")),
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        if {k: v for k, v in old.items() if k in self.modelled} != {
            k: v for k, v in new.items() if k in self.modelled
        }:
            fields = {field: new.get(name) for name, field in _RULE_FIELDS.items()}
            rule = pruned(**fields, ReferencedGroupId=new.get("referencedSecurityGroupId"))
            cloud.client("ec2").modify_security_group_rules(
                GroupId=new["securityGroupId"],
                SecurityGroupRules=[{"SecurityGroupRuleId": resource_id, "SecurityGroupRule": rule}],
            )
        super().update(cloud, resource_id, old, new)

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        revoke = getattr(cloud.client("ec2"), f"revoke_security_group_{self.direction}")
        revoke(GroupId=known["securityGroupId"], SecurityGroupRuleIds=[resource_id])

    def find_all(self, aws: Clients, inputs: Properties) -> list[str]:
        """Find the group's rules with the same permission; AWS allows one."""
        peer = inputs.get("referencedSecurityGroupId")
        return [
            str(each["SecurityGroupRuleId"])
            for each in search(aws, *self.listing, group_id=inputs["securityGroupId"])
            if each["IsEgress"] == (self.direction == "egress")
            and each.get("ReferencedGroupInfo", {}).get("GroupId") == peer
            and all(
                _port_or_none(each.get(field)) == _port_or_none(inputs.get(name))
                for name, field in _RULE_FIELDS.items()
                if name != "description"
            )
        ]

    def foretold(self, place: Place, name: str, inputs: Properties) -> tuple[str, dict[str, Any]]:
        rule_id, outputs = super().foretold(place, name, inputs)
        return rule_id, {**outputs, "securityGroupRuleId": rule_id}


class SecurityGroupEgressRule(_Rule):
    """`aws.vpc.SecurityGroupEgressRule`."""

    token = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
    direction = "egress"


class SecurityGroupIngressRule(_Rule):
    """`aws.vpc.SecurityGroupIngressRule`."""

    token = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
    direction = "ingress"


def _port_or_none(value: Any) -> Any:
    """Return a port, or None for the -1 of a rule without ports."""
    return None if value == -1 else value


def _permission(inputs: Properties) -> dict[str, Any]:
    """Return a rule as the authorize operations take it."""
    note = pruned(Description=inputs.get("description"))
    permission = pruned(
        IpProtocol=inputs["ipProtocol"], FromPort=inputs.get("fromPort"), ToPort=inputs.get("toPort")
    )
    peers = {
        "cidrIpv4": ("IpRanges", "CidrIp"),
        "cidrIpv6": ("Ipv6Ranges", "CidrIpv6"),
        "prefixListId": ("PrefixListIds", "PrefixListId"),
        "referencedSecurityGroupId": ("UserIdGroupPairs", "GroupId"),
    }
    for name, (field, key) in peers.items():
        if name in inputs:
            permission[field] = [{key: inputs[name], **note}]
    return permission


def _inline(permission: Mapping[str, Any]) -> dict[str, Any]:
    """Return a permission as in the `ingress` and `egress` outputs."""
    return {
        "protocol": permission["IpProtocol"],
        "fromPort": permission.get("FromPort", 0),
        "toPort": permission.get("ToPort", 0),
        "cidrBlocks": [each["CidrIp"] for each in permission.get("IpRanges", [])],
        "ipv6CidrBlocks": [each["CidrIpv6"] for each in permission.get("Ipv6Ranges", [])],
        "prefixListIds": [each["PrefixListId"] for each in permission.get("PrefixListIds", [])],
        "securityGroups": [each["GroupId"] for each in permission.get("UserIdGroupPairs", [])],
    }


def _revoke_all(cloud: Cloud, group_id: str) -> None:
    ec2 = cloud.client("ec2")
    group = ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"][0]
    if group["IpPermissions"]:
        ec2.revoke_security_group_ingress(GroupId=group_id, IpPermissions=group["IpPermissions"])
    if group["IpPermissionsEgress"]:
        ec2.revoke_security_group_egress(GroupId=group_id, IpPermissions=group["IpPermissionsEgress"])
