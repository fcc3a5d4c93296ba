"""The one AWS provider of a layer: us-east-1, the same tags on everything, and names that come only once."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from shared.infra.arns import REGION
from shared.infra.layers import layer
from shared.infra.naming import Names


def aws_provider(layer_name: str, names: Names, account_ids: Sequence[pulumi.Input[str]]) -> aws.Provider:
    """Default providers are disabled, so every resource and invoke of the layer names this one.

    ``account_ids`` are the AWS accounts that it may work in: credentials of another one are refused before
    anything is asked for. Empty: whichever account the credentials are of.
    """
    return aws.Provider(
        names.of(f"aws-{layer_name}"),
        region=REGION,
        allowed_account_ids=account_ids or None,
        default_tags={
            "tags": {
                "Project": "fraud-detection",
                "Environment": names.suffix,
                "Layer": layer_name,
                "Owner": layer(layer_name).owner,
                "ManagedBy": "pulumi",
            }
        },
    )


def named(opts: pulumi.ResourceOptions, *depends_on: pulumi.Resource) -> pulumi.ResourceOptions:
    """Options for a resource whose name AWS cannot have twice: the old one goes before the new one comes."""
    return pulumi.ResourceOptions.merge(
        opts, pulumi.ResourceOptions(delete_before_replace=True, depends_on=list(depends_on))
    )
