"""IAM: roles, their inline policies and the managed policies attached to them."""

import json
from typing import Any
from urllib.parse import unquote

from emulator.provider import tags
from emulator.provider.cloud import Cloud
from emulator.provider.declared import Declared
from emulator.provider.resource import NO_DATA, Clients, Place, Properties, Resource, changed, frozen, words
from emulator.provider.values import pruned


class Role(Resource):
    """`aws.iam.Role` without inline policies, which are separate resources."""

    token = "aws:iam/role:Role"
    encrypted_by = NO_DATA
    regional = False
    modelled = words(
        "assumeRolePolicy description forceDetachPolicies maxSessionDuration name path permissionsBoundary"
    )
    replace_on = frozenset({"name", "path"})
    defaults = frozen({"forceDetachPolicies": False, "maxSessionDuration": 3600, "path": "/"})
    auto_name = "name"
    documents = frozenset({"assumeRolePolicy"})
    write_only = frozenset({"forceDetachPolicies"})

    def create(self, cloud: Cloud, inputs: Properties) -> str:
        made = cloud.client("iam").create_role(
            **pruned(
                RoleName=inputs["name"],
                AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
                Path=inputs["path"],
                Description=inputs.get("description"),
                MaxSessionDuration=inputs["maxSessionDuration"],
                PermissionsBoundary=inputs.get("permissionsBoundary"),
            ),
            **tags.at_creation("iam", inputs),
        )
        return str(made["Role"]["RoleName"])

    def read(self, cloud: Cloud, resource_id: str, known: Properties) -> dict[str, Any] | None:
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
            "tags": tags.of(cloud, "iam", resource_id),
        }

    def update(self, cloud: Cloud, resource_id: str, old: Properties, new: Properties) -> None:
        iam = cloud.client("iam")
        if changed(old, new, "assumeRolePolicy"):
            iam.update_assume_role_policy(RoleName=resource_id, PolicyDocument=new["assumeRolePolicy"])
        if changed(old, new, "description"):
            iam.update_role_description(RoleName=resource_id, Description=new.get("description") or "")
        if changed(old, new, "maxSessionDuration"):
            iam.update_role(
                RoleName=resource_id,
                Description=new.get("description") or "",  # moto removes it if omitted
                MaxSessionDuration=new["maxSessionDuration"],
            )
        if changed(old, new, "permissionsBoundary"):
            if boundary := new.get("permissionsBoundary"):
                iam.put_role_permissions_boundary(RoleName=resource_id, PermissionsBoundary=boundary)
            else:
                iam.delete_role_permissions_boundary(RoleName=resource_id)
        tags.update(cloud, "iam", resource_id, old, new)

    def delete(self, cloud: Cloud, resource_id: str, known: Properties) -> None:
        """Delete the role, which must have no policies."""
        iam = cloud.client("iam")
        if known.get("forceDetachPolicies"):
            for policy in iam.list_attached_role_policies(RoleName=resource_id)["AttachedPolicies"]:
                iam.detach_role_policy(RoleName=resource_id, PolicyArn=policy["PolicyArn"])
            for name in iam.list_role_policies(RoleName=resource_id)["PolicyNames"]:
                iam.delete_role_policy(RoleName=resource_id, PolicyName=name)
        iam.delete_role(RoleName=resource_id)

    def find(self, aws: Clients, inputs: Properties) -> str | None:
        return str(aws.client("iam").get_role(RoleName=inputs["name"])["Role"]["RoleName"])

    def foretold(self, place: Place, name: str, inputs: Properties) -> tuple[str, dict[str, Any]]:
        arn = place.arn("iam", f"role/{inputs['name']}", region="")
        return inputs["name"], {"arn": arn, "uniqueId": "AROAEXAMPLE"}


class RolePolicy(Declared):
    """`aws.iam.RolePolicy`: an inline policy."""

    token = "aws:iam/rolePolicy:RolePolicy"
    encrypted_by = NO_DATA
    service = "iam"
    regional = False
    modelled = frozenset({"name", "role", "policy"})
    key = ("role", "name")
    id_form = "{role}:{name}"
    names = {"role": "RoleName", "name": "PolicyName", "policy": "PolicyDocument"}
    auto_name = "name"
    documents = frozenset({"policy"})
    creating, reading, deleting = "put_role_policy", "get_role_policy", "delete_role_policy"

    def properties(self, found: Properties) -> dict[str, Any]:
        return {"policy": _document(found["PolicyDocument"])}


class RolePolicyAttachment(Declared):
    """`aws.iam.RolePolicyAttachment`: a managed policy on a role."""

    token = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
    encrypted_by = NO_DATA
    service = "iam"
    regional = False
    modelled = frozenset({"role", "policyArn"})
    key = ("role", "policyArn")
    names = {"role": "RoleName"}
    creating, reading = "attach_role_policy", "list_attached_role_policies"
    described_in = "AttachedPolicies"
    deleting = "detach_role_policy"

    def question(self, resource_id: str, known: Properties) -> dict[str, Any]:
        return {"RoleName": known["role"]}


def _document(found: Any) -> str:
    """Return a policy document as text: boto3 parses it."""
    return json.dumps(found) if not isinstance(found, str) else unquote(found)
