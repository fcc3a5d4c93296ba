"""The one AWS provider of a layer: us-east-1, and the same tags on everything."""

import pulumi
import pulumi_aws as aws

from shared.infra.arns import REGION
from shared.infra.layers import layer
from shared.infra.naming import Names


def aws_provider(layer_name: str, names: Names) -> aws.Provider:
    """Default providers are disabled, so every resource and invoke of the layer names this one."""
    return aws.Provider(
        names.of(f"aws-{layer_name}"),
        region=REGION,
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


def options(provider: aws.Provider) -> pulumi.ResourceOptions:
    """For a resource of the layer that has nothing else to say."""
    return pulumi.ResourceOptions(provider=provider)
