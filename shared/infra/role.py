"""Service roles, each with its own permissions boundary.

A layer's deployer controls the permissions of its roles and the code that uses them. The permissions boundary
limits such a role to what the pipeline needs. The account's administrator creates the boundaries
(`make boundaries`); no layer owns one, and no deployer may change one.

Source: "Permissions boundaries for IAM entities" in the IAM user guide.
"""

from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from shared.infra.arns import Arns
from shared.infra.iam import Conditions, trust


@dataclass(frozen=True)
class Trust:
    """The service that may assume a role, with conditions."""

    service: str
    conditions: Conditions = field(default_factory=dict)


def bounded_role(
    arns: Arns, stem: str, trusted: Trust, description: str, opts: pulumi.ResourceOptions
) -> aws.iam.Role:
    """Register the role `{stem}-{suffix}` with its boundary."""
    name = arns.names.of(stem, "role")
    return aws.iam.Role(
        name,
        name=name,
        description=description,
        assume_role_policy=trust(trusted.service, trusted.conditions),
        permissions_boundary=arns.boundary(stem),
        opts=opts,
    )
