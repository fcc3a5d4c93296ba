"""IAM: roles, their inline policies and the managed policies attached to them."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from emulator.provider import tags
from emulator.provider.cloud import Cloud
from emulator.provider.resource import CheckFailure, Properties, Resource, changed, frozen
from emulator.provider.sqs import json_failures
from emulator.provider.values import pruned


class Role(Resource):
    """`aws.iam.Role`; its policies are resources of their own."""

    token = "aws:iam/role:Role"
    regional = False
    modelled = frozenset(
        {
            "assumeRolePolicy",
            "description",
            "forceDetachPolicies",
            "maxSessionDuration",
            "name",
            "path",
            "permissionsBoundary",
        }
    )
    replace_on = frozenset({"name", "path"})
    defaults = frozen({"forceDetachPolicies": False, "maxSessionDuration": 3600, "path": "/"})
    auto_name = "name"
    documents = frozenset({"assumeRolePolicy"})
    write_only = frozenset({"forceDetachPolicies"})
    absent = frozen({"namePrefix": ""})

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        """The trust policy must parse."""
        return json_failures(inputs, "assumeRolePolicy")

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """A role; the name is the id."""
        made = cloud.client("iam").create_role(
            **pruned(
                RoleName=inputs["name"],
                AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
                Path=inputs["path"],
                Description=inputs.get("description"),
                MaxSessionDuration=inputs["maxSessionDuration"],
                PermissionsBoundary=inputs.get("permissionsBoundary"),
                Tags=tags.as_list(inputs.get("tags")) or None,
            )
        )
        return str(made["Role"]["RoleName"])

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """The role, and which policies it has by now."""
        del known
        iam = cloud.client("iam")
        role = iam.get_role(RoleName=resource_id)["Role"]
        attached = iam.list_attached_role_policies(RoleName=resource_id)["AttachedPolicies"]
        return {
            "arn": role["Arn"],
            "name": role["RoleName"],
            "uniqueId": role["RoleId"],
            "createDate": role["CreateDate"].isoformat(),
            "assumeRolePolicy": _document(role["AssumeRolePolicyDocument"]),
            "description": role.get("Description"),
            "path": role["Path"],
            "maxSessionDuration": role.get("MaxSessionDuration", 3600),
            "permissionsBoundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
            "managedPolicyArns": sorted(policy["PolicyArn"] for policy in attached),
            "inlinePolicies": [
                {"name": name} for name in iam.list_role_policies(RoleName=resource_id)["PolicyNames"]
            ],
            "tags": tags.as_map(iam.list_role_tags(RoleName=resource_id)["Tags"]),
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Everything but name and path."""
        iam = cloud.client("iam")
        if changed(old, new, "assumeRolePolicy"):
            iam.update_assume_role_policy(RoleName=resource_id, PolicyDocument=new["assumeRolePolicy"])
        if changed(old, new, "description", "maxSessionDuration"):
            iam.update_role(
                RoleName=resource_id,
                Description=new.get("description") or "",
                MaxSessionDuration=new["maxSessionDuration"],
            )
        if changed(old, new, "permissionsBoundary"):
            if boundary := new.get("permissionsBoundary"):
                iam.put_role_permissions_boundary(RoleName=resource_id, PermissionsBoundary=boundary)
            else:
                iam.delete_role_permissions_boundary(RoleName=resource_id)
        added, removed = tags.changes(old, new)
        if removed:
            iam.untag_role(RoleName=resource_id, TagKeys=removed)
        if added:
            iam.tag_role(RoleName=resource_id, Tags=tags.as_list(added))

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """AWS refuses while the role has policies."""
        iam = cloud.client("iam")
        if known.get("forceDetachPolicies"):
            for policy in iam.list_attached_role_policies(RoleName=resource_id)["AttachedPolicies"]:
                iam.detach_role_policy(RoleName=resource_id, PolicyArn=policy["PolicyArn"])
            for name in iam.list_role_policies(RoleName=resource_id)["PolicyNames"]:
                iam.delete_role_policy(RoleName=resource_id, PolicyName=name)
        iam.delete_role(RoleName=resource_id)

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By name."""
        return str(cloud.client("iam").get_role(RoleName=inputs["name"])["Role"]["RoleName"])


class RolePolicy(Resource):
    """`aws.iam.RolePolicy`: an inline policy."""

    token = "aws:iam/rolePolicy:RolePolicy"
    regional = False
    modelled = frozenset({"name", "role", "policy"})
    replace_on = frozenset({"name", "role"})
    auto_name = "name"
    documents = frozenset({"policy"})
    absent = frozen({"namePrefix": ""})

    def check(self, inputs: Properties) -> Iterator[CheckFailure]:
        """The policy must parse."""
        return json_failures(inputs, "policy")

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Role and policy name make the id."""
        self._put(cloud, inputs)
        return f"{inputs['role']}:{inputs['name']}"

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """The document as it stands."""
        del known
        role, name = resource_id.split(":", 1)
        found = cloud.client("iam").get_role_policy(RoleName=role, PolicyName=name)
        return {"role": role, "name": name, "policy": _document(found["PolicyDocument"])}

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        """Another document."""
        del resource_id, old
        self._put(cloud, new)

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """The role stays."""
        del known
        role, name = resource_id.split(":", 1)
        cloud.client("iam").delete_role_policy(RoleName=role, PolicyName=name)

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By role and name."""
        resource_id = f"{inputs['role']}:{inputs['name']}"
        return resource_id if self.read(cloud, resource_id, {}) else None

    def _put(self, cloud: Cloud, inputs: Properties) -> None:
        cloud.client("iam").put_role_policy(
            RoleName=inputs["role"], PolicyName=inputs["name"], PolicyDocument=inputs["policy"]
        )


class RolePolicyAttachment(Resource):
    """`aws.iam.RolePolicyAttachment`: a managed policy on a role."""

    token = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
    regional = False
    modelled = frozenset({"role", "policyArn"})
    replace_on = frozenset({"role", "policyArn"})

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        """Role and policy make the id."""
        cloud.client("iam").attach_role_policy(RoleName=inputs["role"], PolicyArn=inputs["policyArn"])
        return f"{inputs['role']}/{inputs['policyArn']}"

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
        """Whether the policy is on the role."""
        del known
        role, policy = resource_id.split("/", 1)
        attached = cloud.client("iam").list_attached_role_policies(RoleName=role)["AttachedPolicies"]
        if policy not in [each["PolicyArn"] for each in attached]:
            return None
        return {"role": role, "policyArn": policy}

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """Role and policy stay."""
        del known
        role, policy = resource_id.split("/", 1)
        cloud.client("iam").detach_role_policy(RoleName=role, PolicyArn=policy)

    def find(self, cloud: Cloud, inputs: Properties) -> str | None:
        """By role and policy."""
        resource_id = f"{inputs['role']}/{inputs['policyArn']}"
        return resource_id if self.read(cloud, resource_id, {}) else None


def _document(found: Any) -> str:
    """boto3 opens policy documents; programs write them as text."""
    return json.dumps(found) if not isinstance(found, str) else unquote(found)
