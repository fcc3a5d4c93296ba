"""The X-Ray sampling rule: the first request of each second, and a share of the others."""

import pulumi
import pulumi_aws as aws

from shared.infra.provider import named
from stacks.compute.settings import ComputeSettings

TRACED_PER_SECOND = 1
PRIORITY = 1000
"""Before X-Ray's default rule, which has priority 10,000."""
ANY = "*"


def sampling_rule(
    settings: ComputeSettings,
    api: aws.apigateway.RestApi,
    stage: aws.apigateway.Stage,
    opts: pulumi.ResourceOptions,
) -> None:
    """Register the rule for the API's stage; without it, X-Ray's default rule samples 5 %.

    Unsampled requests still have a trace id in the item, log lines and mail, and the detector samples the
    trace of an alert from there on.
    """
    name = settings.names.of("sampling-rule")
    aws.xray.SamplingRule(
        name,
        rule_name=name,
        version=1,
        priority=PRIORITY,
        reservoir_size=TRACED_PER_SECOND,
        fixed_rate=settings.traced_per_cent / 100,
        service_type="AWS::ApiGateway::Stage",
        service_name=pulumi.Output.concat(api.name, "/", stage.stage_name),
        resource_arn=stage.arn,
        host=ANY,
        http_method=ANY,
        url_path=ANY,
        opts=named(opts),
    )
