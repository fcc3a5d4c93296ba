"""The roles that services act with on our behalf: each bounded by a policy of its own.

Whoever deploys a layer writes the rights of its roles and the code that runs under them. The permissions
boundary keeps such a role within what the pipeline needs, whatever is written into it. The account's
administrator makes the boundaries (`make boundaries`); no layer owns one, and no deployer may change one.

Source: "Permissions boundaries for IAM entities" in the IAM user guide.
"""

from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from shared.infra.arns import Arns
from shared.infra.iam import Conditions, trust


@dataclass(frozen=True)
class Trust:
    """Who acts with a role: a service, under conditions."""

    service: str
    conditions: Conditions = field(default_factory=dict)


def bounded_role(
    arns: Arns, stem: str, trusted: Trust, description: str, opts: pulumi.ResourceOptions
) -> aws.iam.Role:
    """The role `{stem}-{suffix}` within its boundary."""
    name = arns.names.of(stem, "role")
    return aws.iam.Role(
        name,
        name=name,
        description=description,
        assume_role_policy=trust(trusted.service, trusted.conditions),
        permissions_boundary=arns.boundary(stem),
        opts=opts,
    )
