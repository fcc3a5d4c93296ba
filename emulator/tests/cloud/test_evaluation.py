"""IAM's evaluation over all kinds of policies, case by case, each with the page of AWS that says so."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from emulator.cloud.account import ACCOUNT_ID, backend
from emulator.cloud.authorization import documents
from emulator.cloud.authorization.authoriser import check, check_service
from emulator.cloud.authorization.documents import Grant
from emulator.cloud.authorization.requirements import Requirement
from emulator.cloud.identities import Caller, CallerKind
from emulator.tests.roles import arn, policy, statement

IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide"
KMS = "https://docs.aws.amazon.com/kms/latest/developerguide"
LOGIC = f"{IAM}/reference_policies_evaluation-logic_policy-eval-denyallow.html"
SAME_ACCOUNT = f"{IAM}/reference_policies_evaluation-logic_policy-eval-basics-single-account.html"
BOUNDARIES = f"{IAM}/access_policies_boundaries.html"
SESSIONS = f"{IAM}/access_policies.html#policies_session"
OPERATORS = f"{IAM}/reference_policies_elements_condition_operators.html"
SETS = f"{IAM}/reference_policies_condition-single-vs-multi-valued-context-keys.html"
NOT_ACTION = f"{IAM}/reference_policies_elements_notaction.html"
KEY_POLICY = f"{KMS}/key-policy-default.html"
KEY_GRANTS = f"{KMS}/grants.html"
GRANT_CONSTRAINTS = f"{KMS}/create-grant-overview.html#grant-constraints"
VIA_SERVICE = f"{KMS}/conditions-kms.html#conditions-kms-via-service"
ENCRYPTION_CONTEXT = f"{KMS}/conditions-kms.html#conditions-kms-encryption-context"
ENDPOINTS = "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html"
SOURCE_FUNCTION = "https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html"
LEADING_KEYS = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html"

ROLE = f"arn:aws:iam::{ACCOUNT_ID}:role/tiny-role"
SESSION = f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/tiny-role/session"
ROOT = f"arn:aws:iam::{ACCOUNT_ID}:root"
FUNCTION = arn("lambda", "function:tiny")
QUEUE, TABLE, KEY = arn("sqs", "orders"), arn("dynamodb", "table/orders"), arn("kms", "key/1")

Statements = tuple[dict[str, Any], ...]
SEND = statement("sqs:SendMessage", QUEUE)
DENIED = {**SEND, "Effect": "Deny"}
PUT = statement("dynamodb:PutItem", TABLE)
DECRYPT = statement("kms:Decrypt", KEY)


def to(principal: str, given: dict[str, Any] = SEND, **more: Any) -> dict[str, Any]:
    """The same in a resource's policy."""
    return {**given, "Principal": {"AWS": principal}, **more}


def when(given: dict[str, Any], **condition: Any) -> dict[str, Any]:
    return {**given, "Condition": {name.replace("_", ":"): keys for name, keys in condition.items()}}


def asked(given: dict[str, Any], **context: str | tuple[str, ...]) -> Requirement:
    """A request for what a statement is about."""
    keys = {name.replace("__", ":").replace("_", "-"): value for name, value in context.items()}
    texts = {key.lower(): (value,) if isinstance(value, str) else value for key, value in keys.items()}
    return Requirement(given["Action"], given["Resource"], texts)


@dataclass(frozen=True)
class Case:
    """One request; `refusal` is what AWS says of it, empty where it is allowed."""

    name: str
    page: str
    request: Requirement = field(default_factory=lambda: asked(SEND))
    own: Statements = ()
    boundary: Statements = ()
    session: Statements = ()
    resource: Statements = ()
    endpoint: Statements = ()
    grants: tuple[Grant, ...] = ()
    by_code: bool = False
    refusal: str = ""


NOT_OWN = "because no identity-based policy allows"
IN_BOUNDARY, IN_SESSION = "because no permissions boundary allows", "because no session policy allows"
BY = "with an explicit deny in"
THROUGH_SQS = {"StringEquals": {"kms:ViaService": "sqs.us-east-1.amazonaws.com"}}
FOR_QUEUE = {"StringEquals": {"kms:EncryptionContext:aws:sqs:arn": QUEUE}}
SQS, SNS = "sqs.us-east-1.amazonaws.com", "sns.us-east-1.amazonaws.com"
OF_ACCOUNT = to(ROOT, DECRYPT)
MINE = {"ForAllValues_StringLike": {"dynamodb:LeadingKeys": ["mine#*"]}}
FOUND = {"Null": {"dynamodb:LeadingKeys": "false"}}
INTERFACE = statement("ec2:CreateNetworkInterface", arn("ec2", "network-interface/*"))
FOR_CODE = {"ArnEquals": {"lambda:SourceFunctionArn": FUNCTION}}
GRANT = Grant(ROLE, frozenset({"Decrypt"}))

CASES = (
    Case("nothing is allowed unless something allows it", LOGIC, refusal=NOT_OWN),
    Case("an Allow of the identity allows", LOGIC, own=(SEND,)),
    Case(
        "an explicit Deny wins over an Allow",
        LOGIC,
        own=(SEND, DENIED),
        refusal=f"{BY} an identity-based policy",
    ),
    Case(
        "a Deny of the resource wins over the identity's Allow",
        LOGIC,
        own=(SEND,),
        resource=(to("*", DENIED),),
        refusal=f"{BY} a resource-based policy",
    ),
    Case(
        "a Deny of the identity wins over the resource's Allow",
        LOGIC,
        own=(DENIED,),
        resource=(to(ROLE),),
        refusal=f"{BY} an identity-based policy",
    ),
    Case(
        "an explicit Deny is found before a limit that does not allow",
        LOGIC,
        own=(SEND,),
        boundary=(PUT,),
        resource=(to("*", DENIED),),
        refusal=f"{BY} a resource-based policy",
    ),
    Case("within one account the resource's Allow is enough", SAME_ACCOUNT, resource=(to(ROLE),)),
    Case(
        "an Allow for the account leaves it to the identity",
        SAME_ACCOUNT,
        resource=(to(ROOT),),
        refusal=NOT_OWN,
    ),
    Case("and with the identity's Allow it is one", SAME_ACCOUNT, own=(SEND,), resource=(to(ROOT),)),
    Case("an Allow for somebody else is none", SAME_ACCOUNT, resource=(to(f"{ROLE}-2"),), refusal=NOT_OWN),
    Case("a boundary gives no right", BOUNDARIES, boundary=(SEND,), refusal=NOT_OWN),
    Case(
        "a right beyond the boundary is none", BOUNDARIES, own=(SEND,), boundary=(PUT,), refusal=IN_BOUNDARY
    ),
    Case("a right within both is one", BOUNDARIES, own=(SEND,), boundary=(SEND, PUT)),
    Case(
        "a Deny of the boundary denies",
        BOUNDARIES,
        own=(SEND,),
        boundary=(SEND, DENIED),
        refusal=f"{BY} a permissions boundary",
    ),
    Case(
        "a boundary limits what a resource gives to the role",
        BOUNDARIES,
        boundary=(PUT,),
        resource=(to(ROLE),),
        refusal=IN_BOUNDARY,
    ),
    Case(
        "but not what it gives to the session by name",
        BOUNDARIES,
        boundary=(PUT,),
        resource=(to(SESSION),),
    ),
    Case("a session policy gives no right", SESSIONS, session=(SEND,), refusal=NOT_OWN),
    Case("it limits the role's rights", SESSIONS, own=(SEND,), session=(PUT,), refusal=IN_SESSION),
    Case("a right of both is one", SESSIONS, own=(SEND, PUT), session=(SEND,)),
    Case("its Deny denies", SESSIONS, own=(SEND,), session=(SEND, DENIED), refusal=f"{BY} a session policy"),
    Case(
        "it limits what a resource gives to the role",
        SESSIONS,
        session=(PUT,),
        resource=(to(ROLE),),
        refusal=IN_SESSION,
    ),
    Case("but not what it gives to the session by name", SESSIONS, session=(PUT,), resource=(to(SESSION),)),
    Case(
        "NotAction in an Allow is everything else",
        NOT_ACTION,
        own=({"Effect": "Allow", "NotAction": "sqs:DeleteQueue", "Resource": "*"},),
    ),
    Case(
        "NotAction in a Deny spares what it names alone",
        NOT_ACTION,
        own=(SEND, {"Effect": "Deny", "NotAction": "sqs:DeleteQueue", "Resource": "*"}),
        refusal=f"{BY} an identity-based policy",
    ),
    Case(
        "a key that the request does not have fails the condition",
        OPERATORS,
        own=(when(SEND, StringEquals={"aws:SourceAccount": ACCOUNT_ID}),),
        refusal=NOT_OWN,
    ),
    Case(
        "with IfExists it holds",
        OPERATORS,
        own=(when(SEND, StringEqualsIfExists={"aws:SourceAccount": ACCOUNT_ID}),),
    ),
    Case(
        "a negated operator holds for a key that is not there",
        OPERATORS,
        own=(when(SEND, StringNotEquals={"aws:SourceAccount": "999999999999"}),),
    ),
    Case(
        "ForAllValues holds where each value is in the set",
        LEADING_KEYS,
        asked(PUT, dynamodb__LeadingKeys=("mine#1", "mine#2")),
        own=(when(PUT, **MINE),),
    ),
    Case(
        "and not where one is outside of it",
        LEADING_KEYS,
        asked(PUT, dynamodb__LeadingKeys=("mine#1", "yours#1")),
        own=(when(PUT, **MINE),),
        refusal=NOT_OWN,
    ),
    Case("ForAllValues holds over no values at all", SETS, asked(PUT), own=(when(PUT, **MINE),)),
    Case(
        "ForAnyValue does not, though its operator be negated",
        SETS,
        asked(PUT),
        own=(when(PUT, ForAnyValue_StringNotLike={"dynamodb:LeadingKeys": ["yours#*"]}),),
        refusal=NOT_OWN,
    ),
    Case(
        "and negated it holds for one value outside of the set",
        SETS,
        asked(PUT, dynamodb__LeadingKeys=("mine#1", "yours#1")),
        own=(when(PUT, ForAnyValue_StringNotLike={"dynamodb:LeadingKeys": ["yours#*"]}),),
    ),
    Case(
        "a key without a value is null",
        OPERATORS,
        asked(PUT, dynamodb__LeadingKeys=()),
        own=(when(PUT, **FOUND),),
        refusal=NOT_OWN,
    ),
    Case("Null takes that away", SETS, asked(PUT), own=(when(PUT, **MINE, **FOUND),), refusal=NOT_OWN),
    Case(
        "a key's policy must allow, whatever the identity has",
        KEY_POLICY,
        asked(DECRYPT),
        own=(DECRYPT,),
        resource=(to(f"{ROLE}-2", DECRYPT),),
        refusal="because no resource-based policy allows",
    ),
    Case("it leaves it to the account", KEY_POLICY, asked(DECRYPT), own=(DECRYPT,), resource=(OF_ACCOUNT,)),
    Case(
        "which gives nothing by itself", KEY_POLICY, asked(DECRYPT), resource=(OF_ACCOUNT,), refusal=NOT_OWN
    ),
    Case("or allows the role itself", KEY_POLICY, asked(DECRYPT), resource=(to(ROLE, DECRYPT),)),
    Case(
        "a right through one service is none through another",
        VIA_SERVICE,
        asked(DECRYPT, kms__ViaService=SNS),
        own=({**DECRYPT, "Condition": THROUGH_SQS},),
        resource=(OF_ACCOUNT,),
        refusal=NOT_OWN,
    ),
    Case(
        "through its service it is one",
        VIA_SERVICE,
        asked(DECRYPT, kms__ViaService=SQS),
        own=({**DECRYPT, "Condition": THROUGH_SQS},),
        resource=(OF_ACCOUNT,),
    ),
    Case(
        "and none for the caller's own call",
        VIA_SERVICE,
        asked(DECRYPT),
        own=({**DECRYPT, "Condition": THROUGH_SQS},),
        resource=(OF_ACCOUNT,),
        refusal=NOT_OWN,
    ),
    Case(
        "a right in one encryption context",
        ENCRYPTION_CONTEXT,
        Requirement("kms:Decrypt", KEY, {"kms:encryptioncontext:aws:sqs:arn": (QUEUE,)}),
        resource=(to(ROLE, {**DECRYPT, "Condition": FOR_QUEUE}),),
    ),
    Case(
        "is none in another",
        ENCRYPTION_CONTEXT,
        Requirement("kms:Decrypt", KEY, {"kms:encryptioncontext:aws:sqs:arn": (f"{QUEUE}-2",)}),
        resource=(to(ROLE, {**DECRYPT, "Condition": FOR_QUEUE}),),
        refusal=NOT_OWN,
    ),
    Case("a grant allows", KEY_GRANTS, asked(DECRYPT), resource=(OF_ACCOUNT,), grants=(GRANT,)),
    Case(
        "its operations alone",
        KEY_GRANTS,
        Requirement("kms:Encrypt", KEY),
        resource=(OF_ACCOUNT,),
        grants=(GRANT,),
        refusal=NOT_OWN,
    ),
    Case(
        "to its grantee alone",
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
        "a grant in an encryption context that has these pairs",
        GRANT_CONSTRAINTS,
        Requirement(
            "kms:Decrypt", KEY, {"kms:encryptioncontext:a": ("1",), "kms:encryptioncontext:b": ("2",)}
        ),
        resource=(OF_ACCOUNT,),
        grants=(Grant(ROLE, frozenset({"Decrypt"}), context_subset=(("a", "1"),)),),
    ),
    Case(
        "and in one that has exactly these",
        GRANT_CONSTRAINTS,
        Requirement(
            "kms:Decrypt", KEY, {"kms:encryptioncontext:a": ("1",), "kms:encryptioncontext:b": ("2",)}
        ),
        resource=(OF_ACCOUNT,),
        grants=(Grant(ROLE, frozenset({"Decrypt"}), context_equals=(("a", "1"),)),),
        refusal=NOT_OWN,
    ),
    Case(
        "an endpoint's policy gives no right",
        ENDPOINTS,
        endpoint=(to("*"),),
        by_code=True,
        refusal=NOT_OWN,
    ),
    Case(
        "it must allow what the identity may",
        ENDPOINTS,
        own=(SEND,),
        endpoint=(to("*", PUT),),
        by_code=True,
        refusal="because no VPC endpoint policy allows",
    ),
    Case("and then it goes through", ENDPOINTS, own=(SEND,), endpoint=(to("*"),), by_code=True),
    Case(
        "its explicit Deny denies",
        ENDPOINTS,
        own=(SEND,),
        endpoint=(to("*"), to("*", DENIED)),
        by_code=True,
        refusal=f"{BY} a VPC endpoint policy",
    ),
    Case("what does not come by it does not meet it", ENDPOINTS, own=(SEND,), endpoint=(to("*", PUT),)),
    Case(
        "a function's code is denied an interface",
        SOURCE_FUNCTION,
        asked(INTERFACE),
        own=(INTERFACE, {**INTERFACE, "Effect": "Deny", "Condition": FOR_CODE}),
        by_code=True,
        refusal=f"{BY} an identity-based policy",
    ),
    Case(
        "and Lambda makes it with the same role",
        SOURCE_FUNCTION,
        asked(INTERFACE),
        own=(INTERFACE, {**INTERFACE, "Effect": "Deny", "Condition": FOR_CODE}),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_aws_documents(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    def one(statements: Statements) -> documents.Documents:
        return ((policy(*statements), "a policy"),) if statements else ()

    monkeypatch.setattr(documents, "of_role", lambda _: one(case.own))
    monkeypatch.setattr(documents, "of_boundary", lambda _: one(case.boundary))
    monkeypatch.setattr(documents, "of_resource", lambda *_: one(case.resource))
    monkeypatch.setattr(documents, "of_endpoint", lambda *_: one(case.endpoint) or None)
    monkeypatch.setattr(documents, "grants_on", lambda _: case.grants)
    limits = (policy(*case.session),) if case.session else ()
    caller = Caller(CallerKind.ROLE_SESSION, SESSION, ROLE, FUNCTION if case.by_code else "", limits)
    refused = check(caller, case.request)
    assert case.page.startswith("https://docs.aws.amazon.com/")
    assert case.refusal in (refused.message if refused else "")
    assert bool(case.refusal) == (refused is not None)


@pytest.mark.parametrize(("source", "allowed"), [("rule/mine", True), ("rule/theirs", False)])
def test_a_service_is_let_in_for_one_source_alone(
    source: str, allowed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The confused deputy: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html"""
    from_mine = when(SEND, ArnEquals={"aws:SourceArn": arn("events", "rule/mine")})
    text = policy({**from_mine, "Principal": {"Service": "events.amazonaws.com"}})
    monkeypatch.setattr(documents, "of_resource", lambda *_: ((text, "a queue"),))
    request = asked(SEND, aws__SourceArn=arn("events", source))
    assert (check_service("events.amazonaws.com", request) is None) == allowed
    assert check_service("sns.amazonaws.com", request) is not None


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
