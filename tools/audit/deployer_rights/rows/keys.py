"""KMS: the key and its alias.

Sources: internal/service/kms/{key,alias}.go of terraform-provider-aws; "Actions, resources, and condition
keys for AWS Key Management Service" in the service authorization reference; "Controlling access to tags" and
"ABAC for AWS KMS" in the KMS developer guide, which also says that a new tag may take minutes to count.
"""

from collections.abc import Iterator, Mapping

from tools.audit.deployer_rights.grants import UNCLAIMED, Grant, Scope, both
from tools.audit.deployer_rights.rows.row import Row, look_anywhere
from tools.deploy.program_runner.recorded import Resource

_TAGGED = "KMS numbers its keys; the tags in the condition say that it is this layer's"
_NAMELESS: Mapping[str, Mapping[str, tuple[str, ...]]] = {"Null": {"kms:ResourceAliases": ("true",)}}


def _key(scope: Scope, _: Resource) -> Iterator[Grant]:
    keys = (scope.arn("kms", "key/*"),)
    yield Grant(
        "CreateKey",
        ("kms:CreateKey",),
        ("*",),
        both(scope.made_by_layer, scope.in_region),
        reason="a key that does not exist yet has no ARN; it must be given the layer's tags",
    )
    yield Grant(
        "TagNewKey",
        ("kms:TagResource",),
        keys,
        both(scope.made_by_layer, UNCLAIMED, _NAMELESS),
        reason="KMS asks for this when a key is made with tags; never for one that has an alias or a layer",
    )
    yield Grant(
        "ReadKey",
        (
            "kms:DescribeKey",
            "kms:GetKeyPolicy",
            "kms:GetKeyRotationStatus",
            "kms:ListResourceTags",
        ),
        keys,
        scope.of_layer,
        reads=True,
        reason=_TAGGED,
    )
    yield Grant(
        "ChangeKey",
        (
            "kms:PutKeyPolicy",
            "kms:UpdateKeyDescription",
            "kms:EnableKey",
            "kms:EnableKeyRotation",
            "kms:TagResource",
            "kms:UntagResource",
            "kms:ScheduleKeyDeletion",
        ),
        keys,
        scope.of_layer,
        reason=_TAGGED,
    )


def _alias(scope: Scope, resource: Resource) -> Iterator[Grant]:
    actions = ("kms:CreateAlias", "kms:UpdateAlias", "kms:DeleteAlias")
    yield Grant("NameKey", actions, (scope.arn("kms", resource.inputs["name"]),))
    yield Grant("NameKeyOfLayer", actions, (scope.arn("kms", "key/*"),), scope.of_layer, reason=_TAGGED)
    yield look_anywhere(scope, "ListAliases", "kms:ListAliases")


ROWS: Mapping[str, Row] = {"aws:kms/key:Key": _key, "aws:kms/alias:Alias": _alias}
