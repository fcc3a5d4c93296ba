"""The policy documents that are deployed, read from moto: a role's, and those on resources."""

import json

from emulator.cloud import deployed
from emulator.cloud.account import backend

Documents = tuple[tuple[str, str], ...]
"""Policy documents, each with the words that name it in a log line."""


def of_role(role_name: str) -> Documents:
    """Return a role's inline and attached policies; none for a role that does not exist any more."""
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
    """Return the policy beyond which a role has no rights; none for a role without one."""
    role = deployed.role(role_name)
    boundary = getattr(role, "permissions_boundary_arn", None) if role else None
    if not boundary:
        return ()
    policy = backend("iam").managed_policies[boundary]
    document = next(version.document for version in policy.versions if version.is_default)
    return ((document, f"boundary {boundary} of role {role_name}"),)


def of_trust(role_name: str) -> Documents:
    """Who may assume a role."""
    role = deployed.role(role_name)
    return ((role.assume_role_policy_document, f"trust policy of role {role_name}"),) if role else ()


def of_endpoint(function_arn: str, service: str) -> Documents | None:
    """The policy of the endpoint by which a function's own calls reach a service; None without one."""
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
    """The policy on a resource, given by its ARN and its service's IAM prefix; none where it has none."""
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
