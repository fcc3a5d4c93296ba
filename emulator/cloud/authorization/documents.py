"""Read the deployed policy documents from moto: identity policies, boundaries and resource policies."""

import json
from dataclasses import dataclass

from emulator.cloud import deployed
from emulator.cloud.account import backend
from emulator.cloud.authorization.conditions import Context
from emulator.cloud.identities import Caller

_ENCRYPTION_CONTEXT = "kms:encryptioncontext:"

Documents = tuple[tuple[str, str], ...]
"""Policy documents, each with its name for log messages."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A KMS grant: operations for a principal, with encryption context constraints (subset or equals)."""

    grantee: str
    operations: frozenset[str]
    context_subset: tuple[tuple[str, str], ...] = ()
    context_equals: tuple[tuple[str, str], ...] = ()

    def allows(self, principal_arn: str, action: str, context: Context) -> bool:
        """Return whether the grant allows an action (``kms:Decrypt``) with a request's encryption context."""
        given = {
            key.removeprefix(_ENCRYPTION_CONTEXT): values[0]
            for key, values in context.items()
            if key.startswith(_ENCRYPTION_CONTEXT)
        }
        wanted = {key.lower(): value for key, value in self.context_subset}
        exact = {key.lower(): value for key, value in self.context_equals}
        return (
            principal_arn == self.grantee
            and action.removeprefix("kms:") in self.operations
            and wanted.items() <= given.items()
            and (not exact or exact == given)
        )


def of_role(role_name: str) -> Documents:
    """Return a role's inline and attached policies; empty if the role no longer exists."""
    role = deployed.role(role_name)
    if role is None:
        return ()
    inline = [(text, f"role {role_name}, policy {name}") for name, text in list(role.policies.items())]
    attached = [
        (next(version.document for version in policy.versions if version.is_default), f"policy {policy.arn}")
        for policy in list(role.managed_policies.values())
    ]
    return tuple(inline + attached)


def of_boundary(role_name: str) -> Documents:
    """Return a role's permissions boundary, if it has one."""
    role = deployed.role(role_name)
    boundary = getattr(role, "permissions_boundary_arn", None) if role else None
    if not boundary:
        return ()
    return ((managed_policy(boundary), f"boundary {boundary} of role {role_name}"),)


def managed_policy(arn: str) -> str:
    """Return the document of a managed policy."""
    document: str = next(
        version.document for version in backend("iam").managed_policies[arn].versions if version.is_default
    )
    return document


def of_session(caller: Caller) -> Documents:
    """Return the session policies of a caller."""
    return tuple((text, f"session policy of {caller.arn}") for text in caller.session_policies)


def grants_on(key: str) -> tuple[Grant, ...]:
    """Return the grants on a key, given its ARN."""
    known = backend("kms").keys.get(key.rpartition("/")[2])
    return tuple(
        Grant(
            grantee=each.grantee_principal,
            operations=frozenset(each.operations),
            context_subset=tuple((each.constraints or {}).get("EncryptionContextSubset", {}).items()),
            context_equals=tuple((each.constraints or {}).get("EncryptionContextEquals", {}).items()),
        )
        for each in (known.grants.values() if known else ())
    )


def of_trust(role_name: str) -> Documents:
    """Return a role's trust policy."""
    role = deployed.role(role_name)
    return ((role.assume_role_policy_document, f"trust policy of role {role_name}"),) if role else ()


def of_endpoint(function_arn: str, service: str) -> Documents | None:
    """Return the policy of the VPC endpoint through which a function reaches a service, or None."""
    function = deployed.function(function_arn)
    subnets = set((getattr(function, "vpc_config", None) or {}).get("SubnetIds") or ()) if function else set()
    ec2 = backend("ec2")
    known = [subnet for zone in ec2.subnets.values() for subnet in zone.values()]
    networks = {subnet.vpc_id for subnet in known if subnet.id in subnets}
    for endpoint in list(ec2.vpc_end_points.values()):
        if endpoint.vpc_id in networks and endpoint.service_name.endswith(f".{service}"):
            return ((endpoint.policy_document, f"policy of VPC endpoint {endpoint.id}"),)
    return None


def of_resource(service: str, resource: str) -> Documents:
    """Return a resource's policy, given its ARN and the IAM prefix of its service; empty if it has none."""
    document = _resource_policy(service, resource)
    return ((document, f"policy of {resource}"),) if document else ()


def _resource_policy(service: str, resource: str) -> str | None:
    if service == "sqs":
        queue = deployed.queue(resource)
        return queue.policy if queue else None
    if service == "sns":
        topic = backend("sns").topics.get(resource)
        return topic.policy if topic else None
    if service == "kms":
        key = backend("kms").keys.get(resource.rpartition("/")[2])
        return key.policy if key else None
    if service == "execute-api":
        api = backend("apigateway").apis.get(resource.split(":")[5].split("/", maxsplit=1)[0])
        return _api_policy(api.policy) if api else None
    if service == "lambda":
        function = deployed.function(resource)
        statements = function.policy.statements if function and function.policy else []
        return json.dumps({"Statement": statements}) if statements else None
    return None


def _api_policy(policy: object) -> str | None:
    if not policy:
        return None
    return policy if isinstance(policy, str) else json.dumps(policy)
