"""The pages of AWS that say which rights the calls of the rows need, and on what."""

from collections.abc import Mapping

_REFERENCE = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_{}.html"


def _of(service: str, *more: str) -> tuple[str, ...]:
    return (_REFERENCE.format(service), *(f"https://docs.aws.amazon.com/{page}.html" for page in more))


PAGES: Mapping[str, tuple[str, ...]] = {
    "apigateway": _of(
        "amazonapigatewaymanagement",
        "apigateway/latest/developerguide/apigateway-tagging-supported-resources",
    ),
    "budgets": _of("awsbudgetservice"),
    "cloudwatch": _of(
        "amazoncloudwatch", "AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-alarm-actions"
    ),
    "dynamodb": _of("amazondynamodb", "amazondynamodb/latest/developerguide/encryption.usagenotes"),
    "ec2": _of(
        "amazonec2",
        "AWSEC2/latest/UserGuide/supported-iam-actions-tagging",
        "vpc/latest/privatelink/create-interface-endpoint",
    ),
    "events": _of("amazoneventbridge", "eventbridge/latest/userguide/eb-encryption-event-bus-cmkey"),
    "iam": _of("awsidentityandaccessmanagementiam", "IAM/latest/UserGuide/access_policies_boundaries"),
    "kms": _of("awskeymanagementservice", "kms/latest/developerguide/abac"),
    "lambda": _of(
        "awslambda",
        "lambda/latest/dg/configuration-envvars-encryption",
        "lambda/latest/dg/configuration-vpc",
    ),
    "logs": _of("amazoncloudwatchlogs"),
    "pipes": _of("amazoneventbridgepipes"),
    "route53": _of("amazonroute53"),
    "sns": _of("amazonsns"),
    "sqs": _of("amazonsqs"),
    "xray": _of("awsx-ray"),
}
"""Service, as IAM's actions begin, -> the pages on which the grants of its actions stand."""
