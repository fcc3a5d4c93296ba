"""KMS authorization: key policies, grants, kms:ViaService and encryption contexts, as documented."""

import pytest

from emulator.cloud.account import backend
from emulator.cloud.authorization import documents
from emulator.cloud.authorization.documents import Grant
from emulator.cloud.authorization.requirements import Requirement
from emulator.tests.cloud.evaluation import (
    BY,
    KEY,
    NOT_OWN,
    QUEUE,
    ROLE,
    ROOT,
    Case,
    asked,
    evaluate,
    to,
)
from emulator.tests.roles import policy, statement

KMS = "https://docs.aws.amazon.com/kms/latest/developerguide"
KEY_POLICY = f"{KMS}/key-policy-default.html"
KEY_GRANTS = f"{KMS}/grants.html"
GRANT_CONSTRAINTS = f"{KMS}/create-grant-overview.html#grant-constraints"
VIA_SERVICE = f"{KMS}/conditions-kms.html#conditions-kms-via-service"
ENCRYPTION_CONTEXT = f"{KMS}/conditions-kms.html#conditions-kms-encryption-context"

DECRYPT = statement("kms:Decrypt", KEY)
THROUGH_SQS = {"StringEquals": {"kms:ViaService": "sqs.us-east-1.amazonaws.com"}}
FOR_QUEUE = {"StringEquals": {"kms:EncryptionContext:aws:sqs:arn": QUEUE}}
SQS, SNS = "sqs.us-east-1.amazonaws.com", "sns.us-east-1.amazonaws.com"
OF_ACCOUNT = to(ROOT, DECRYPT)
GRANT = Grant(ROLE, frozenset({"Decrypt"}))

CASES = (
    Case(
        "the key policy must allow, even with an identity-based Allow",
        KEY_POLICY,
        asked(DECRYPT),
        own=(DECRYPT,),
        resource=(to(f"{ROLE}-2", DECRYPT),),
        refusal="because no resource-based policy allows",
    ),
    Case(
        "a key policy for the account plus an identity-based Allow",
        KEY_POLICY,
        asked(DECRYPT),
        own=(DECRYPT,),
        resource=(OF_ACCOUNT,),
    ),
    Case(
        "a key policy for the account grants nothing by itself",
        KEY_POLICY,
        asked(DECRYPT),
        resource=(OF_ACCOUNT,),
        refusal=NOT_OWN,
    ),
    Case("a key policy for the role is enough", KEY_POLICY, asked(DECRYPT), resource=(to(ROLE, DECRYPT),)),
    Case(
        "kms:ViaService denies another service",
        VIA_SERVICE,
        asked(DECRYPT, kms__ViaService=SNS),
        own=({**DECRYPT, "Condition": THROUGH_SQS},),
        resource=(OF_ACCOUNT,),
        refusal=NOT_OWN,
    ),
    Case(
        "kms:ViaService allows its service",
        VIA_SERVICE,
        asked(DECRYPT, kms__ViaService=SQS),
        own=({**DECRYPT, "Condition": THROUGH_SQS},),
        resource=(OF_ACCOUNT,),
    ),
    Case(
        "kms:ViaService denies a direct call",
        VIA_SERVICE,
        asked(DECRYPT),
        own=({**DECRYPT, "Condition": THROUGH_SQS},),
        resource=(OF_ACCOUNT,),
        refusal=NOT_OWN,
    ),
    Case(
        "an encryption context condition allows its context",
        ENCRYPTION_CONTEXT,
        Requirement("kms:Decrypt", KEY, {"kms:encryptioncontext:aws:sqs:arn": (QUEUE,)}),
        resource=(to(ROLE, {**DECRYPT, "Condition": FOR_QUEUE}),),
    ),
    Case(
        "an encryption context condition denies another context",
        ENCRYPTION_CONTEXT,
        Requirement("kms:Decrypt", KEY, {"kms:encryptioncontext:aws:sqs:arn": (f"{QUEUE}-2",)}),
        resource=(to(ROLE, {**DECRYPT, "Condition": FOR_QUEUE}),),
        refusal=NOT_OWN,
    ),
    Case("a grant allows its operation", KEY_GRANTS, asked(DECRYPT), resource=(OF_ACCOUNT,), grants=(GRANT,)),
    Case(
        "a grant denies other operations",
        KEY_GRANTS,
        Requirement("kms:Encrypt", KEY),
        resource=(OF_ACCOUNT,),
        grants=(GRANT,),
        refusal=NOT_OWN,
    ),
    Case(
        "a grant denies other grantees",
        KEY_GRANTS,
        asked(DECRYPT),
        resource=(OF_ACCOUNT,),
        grants=(Grant(f"{ROLE}-2", frozenset({"Decrypt"})),),
        refusal=NOT_OWN,
    ),
    Case(
        "an explicit Deny wins over a grant",
        KEY_GRANTS,
        asked(DECRYPT),
        resource=(to("*", {**DECRYPT, "Effect": "Deny"}),),
        grants=(GRANT,),
        refusal=f"{BY} a resource-based policy",
    ),
    Case(
        "a context subset allows more pairs",
        GRANT_CONSTRAINTS,
        Requirement(
            "kms:Decrypt", KEY, {"kms:encryptioncontext:a": ("1",), "kms:encryptioncontext:b": ("2",)}
        ),
        resource=(OF_ACCOUNT,),
        grants=(Grant(ROLE, frozenset({"Decrypt"}), context_subset=(("a", "1"),)),),
    ),
    Case(
        "a context equality denies more pairs",
        GRANT_CONSTRAINTS,
        Requirement(
            "kms:Decrypt", KEY, {"kms:encryptioncontext:a": ("1",), "kms:encryptioncontext:b": ("2",)}
        ),
        resource=(OF_ACCOUNT,),
        grants=(Grant(ROLE, frozenset({"Decrypt"}), context_equals=(("a", "1"),)),),
        refusal=NOT_OWN,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_keys_are_authorized_as_documented(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    evaluate(case, monkeypatch)


def test_grants_are_read_from_the_key() -> None:
    kms = backend("kms")
    key = kms.create_key(
        policy=policy(), key_usage="ENCRYPT_DECRYPT", key_spec="SYMMETRIC_DEFAULT", description="", tags=[],
        multi_region=False,
    )  # fmt: skip
    kms.create_grant(key.id, ROLE, ["Decrypt"], "", {"EncryptionContextSubset": {"aws:sqs:arn": QUEUE}}, "")
    (grant,) = documents.grants_on(key.arn)
    given = {"kms:encryptioncontext:aws:sqs:arn": (QUEUE,)}
    assert grant.allows(ROLE, "kms:Decrypt", given)
    assert not grant.allows(ROLE, "kms:Decrypt", {})
