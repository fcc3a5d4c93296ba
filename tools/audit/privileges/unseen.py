"""Rights of deployers that AWS or the real provider asks for and no run does, each with its page.

Whatever is named here must be given and stay unused in a run: an entry that a call meets, or that nobody has,
is reported as excess of this table. Where it is the provider that calls, `internal/service` of
terraform-provider-aws has the call, and the page says that it needs the right.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from tools.audit.privileges.grants import Grant

_FUNCTIONS: Final = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html"
_FUNCTION_KEY: Final = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html"
_BUS_KEY: Final = (
    "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-event-bus-cmkey.html"
)
_TABLE_KEY: Final = (
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html"
)
_INTERFACES: Final = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html"


@dataclass(frozen=True)
class Unseen:
    """Why a right is given that no call of a run meets.

    Attributes:
        why: Who asks for it, and when.
        page: Where AWS says so.
    """

    why: str
    page: str


_READ_BY_PROVIDER: Final = Unseen("the provider reads it of each function", _FUNCTIONS)
_WRITES_BUS: Final = Unseen(
    "EventBridge encrypts a bus's patterns and targets in the deployer's name", _BUS_KEY
)
_WRITES_TABLE: Final = Unseen("DynamoDB uses the key in the name of whoever makes the table", _TABLE_KEY)
_WRITES_SETTINGS: Final = Unseen(
    "Lambda encrypts a function's settings in the deployer's name", _FUNCTION_KEY
)
_TAGS_NEW_API: Final = Unseen(
    "API Gateway asks for it when an API is made with tags",
    "https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging-iam-policy.html",
)

UNSEEN: Final[Mapping[tuple[str, str], Unseen]] = {
    ("ChangeRoles", "iam:ListInstanceProfilesForRole"): Unseen(
        "the provider looks for instance profiles before it deletes a role",
        "https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html",
    ),
    ("DeleteInterfacesLeftByLambda", "ec2:DeleteNetworkInterface"): Unseen(
        "the provider deletes what Lambda has left in a subnet or group that goes", _INTERFACES
    ),
    ("DescribeNetwork", "ec2:DescribePrefixLists"): Unseen(
        "the provider reads a gateway endpoint's prefix list",
        "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribePrefixLists.html",
    ),
    ("FindInterfacesLeftByLambda", "ec2:DescribeNetworkInterfaces"): Unseen(
        "the provider waits for what Lambda has left in a subnet or group that goes", _INTERFACES
    ),
    ("KeyThroughDynamodb", "kms:Encrypt"): _WRITES_TABLE,
    ("KeyThroughDynamodb", "kms:GenerateDataKey"): _WRITES_TABLE,
    ("KeyThroughDynamodb", "kms:ReEncryptFrom"): _WRITES_TABLE,
    ("KeyThroughDynamodb", "kms:ReEncryptTo"): _WRITES_TABLE,
    ("KeyThroughEvents", "kms:Encrypt"): _WRITES_BUS,
    ("KeyThroughEvents", "kms:GenerateDataKeyWithoutPlaintext"): _WRITES_BUS,
    ("KeyThroughEvents", "kms:ReEncryptFrom"): _WRITES_BUS,
    ("KeyThroughEvents", "kms:ReEncryptTo"): _WRITES_BUS,
    ("KeyThroughLambda", "kms:DescribeKey"): _WRITES_SETTINGS,
    ("KeyThroughLambda", "kms:GenerateDataKey"): _WRITES_SETTINGS,
    ("PrivateNamesOfEndpoints", "route53:AssociateVPCWithHostedZone"): Unseen(
        "EC2 asks for it when an interface endpoint has private names",
        "https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html",
    ),
    ("ReadFunctions", "lambda:GetFunctionCodeSigningConfig"): _READ_BY_PROVIDER,
    ("ReadFunctions", "lambda:GetFunctionConfiguration"): _READ_BY_PROVIDER,
    ("ReadFunctions", "lambda:ListTags"): _READ_BY_PROVIDER,
    ("ReadFunctions", "lambda:ListVersionsByFunction"): _READ_BY_PROVIDER,
    ("ReadRulesOfBuses", "kms:Decrypt"): Unseen(
        "EventBridge decrypts a bus's patterns and targets in the name of whoever describes them", _BUS_KEY
    ),
    ("ReadSettingsOfFunctions", "kms:Decrypt"): Unseen(
        "Lambda decrypts a function's settings in the name of whoever reads them", _FUNCTION_KEY
    ),
    ("ServiceRoleOfApiGateway", "iam:CreateServiceLinkedRole"): Unseen(
        "API Gateway makes its role when the account's first API is made",
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/using-service-linked-roles.html",
    ),
    ("TagNewApis", "apigateway:POST"): _TAGS_NEW_API,
    ("TagNewApis", "apigateway:PUT"): _TAGS_NEW_API,
}
"""Sid and action of a right -> why nobody is seen to use it."""


def of(grant: Grant) -> Unseen | None:
    """Why a right is given although no call met it; None where nothing says so."""
    return UNSEEN.get((grant.statement, grant.action))


def idle(unmet: Iterable[Grant]) -> set[tuple[str, str]]:
    """Return the entries that none of the rights that no call met stands for."""
    return UNSEEN.keys() - {(grant.statement, grant.action) for grant in unmet}
