"""IAM policy evaluation, case by case, each with the AWS page that documents it."""

import pytest

from emulator.cloud.account import ACCOUNT_ID
from emulator.cloud.authorization import documents
from emulator.cloud.authorization.authoriser import check_service
from emulator.tests.cloud.evaluation import (
    BY,
    DENIED,
    FUNCTION,
    IAM,
    IN_BOUNDARY,
    IN_SESSION,
    NOT_OWN,
    PUT,
    ROLE,
    ROOT,
    SEND,
    SESSION,
    Case,
    asked,
    evaluate,
    to,
    when,
)
from emulator.tests.roles import arn, policy, statement

LOGIC = f"{IAM}/reference_policies_evaluation-logic_policy-eval-denyallow.html"
SAME_ACCOUNT = f"{IAM}/reference_policies_evaluation-logic_policy-eval-basics-single-account.html"
BOUNDARIES = f"{IAM}/access_policies_boundaries.html"
SESSIONS = f"{IAM}/access_policies.html#policies_session"
OPERATORS = f"{IAM}/reference_policies_elements_condition_operators.html"
SETS = f"{IAM}/reference_policies_condition-single-vs-multi-valued-context-keys.html"
NOT_ACTION = f"{IAM}/reference_policies_elements_notaction.html"
ENDPOINTS = "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html"
SOURCE_FUNCTION = "https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html"
LEADING_KEYS = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html"

MINE = {"ForAllValues_StringLike": {"dynamodb:LeadingKeys": ["mine#*"]}}
FOUND = {"Null": {"dynamodb:LeadingKeys": "false"}}
INTERFACE = statement("ec2:CreateNetworkInterface", arn("ec2", "network-interface/*"))
FOR_CODE = {"ArnEquals": {"lambda:SourceFunctionArn": FUNCTION}}

CASES = (
    Case("denied by default", LOGIC, refusal=NOT_OWN),
    Case("an identity-based Allow is enough", LOGIC, own=(SEND,)),
    Case(
        "an explicit Deny wins over an Allow",
        LOGIC,
        own=(SEND, DENIED),
        refusal=f"{BY} an identity-based policy",
    ),
    Case(
        "a resource-based Deny wins over an identity-based Allow",
        LOGIC,
        own=(SEND,),
        resource=(to("*", DENIED),),
        refusal=f"{BY} a resource-based policy",
    ),
    Case(
        "an identity-based Deny wins over a resource-based Allow",
        LOGIC,
        own=(DENIED,),
        resource=(to(ROLE),),
        refusal=f"{BY} an identity-based policy",
    ),
    Case(
        "an explicit Deny is reported before a missing boundary Allow",
        LOGIC,
        own=(SEND,),
        boundary=(PUT,),
        resource=(to("*", DENIED),),
        refusal=f"{BY} a resource-based policy",
    ),
    Case(
        "a resource-based Allow for the role is enough within one account", SAME_ACCOUNT, resource=(to(ROLE),)
    ),
    Case(
        "a resource-based Allow for the account is not enough",
        SAME_ACCOUNT,
        resource=(to(ROOT),),
        refusal=NOT_OWN,
    ),
    Case(
        "an Allow for the account plus an identity-based Allow",
        SAME_ACCOUNT,
        own=(SEND,),
        resource=(to(ROOT),),
    ),
    Case(
        "an Allow for another role is not enough", SAME_ACCOUNT, resource=(to(f"{ROLE}-2"),), refusal=NOT_OWN
    ),
    Case("a boundary grants nothing by itself", BOUNDARIES, boundary=(SEND,), refusal=NOT_OWN),
    Case(
        "an Allow outside the boundary is denied",
        BOUNDARIES,
        own=(SEND,),
        boundary=(PUT,),
        refusal=IN_BOUNDARY,
    ),
    Case("an Allow inside the boundary", BOUNDARIES, own=(SEND,), boundary=(SEND, PUT)),
    Case(
        "an explicit Deny in the boundary",
        BOUNDARIES,
        own=(SEND,),
        boundary=(SEND, DENIED),
        refusal=f"{BY} a permissions boundary",
    ),
    Case(
        "the boundary limits a resource-based Allow for the role",
        BOUNDARIES,
        boundary=(PUT,),
        resource=(to(ROLE),),
        refusal=IN_BOUNDARY,
    ),
    Case(
        "the boundary does not limit a resource-based Allow for the session",
        BOUNDARIES,
        boundary=(PUT,),
        resource=(to(SESSION),),
    ),
    Case("a session policy grants nothing by itself", SESSIONS, session=(SEND,), refusal=NOT_OWN),
    Case(
        "a session policy limits the role's rights", SESSIONS, own=(SEND,), session=(PUT,), refusal=IN_SESSION
    ),
    Case("an Allow in both the role and the session policy", SESSIONS, own=(SEND, PUT), session=(SEND,)),
    Case(
        "an explicit Deny in the session policy",
        SESSIONS,
        own=(SEND,),
        session=(SEND, DENIED),
        refusal=f"{BY} a session policy",
    ),
    Case(
        "a session policy limits a resource-based Allow for the role",
        SESSIONS,
        session=(PUT,),
        resource=(to(ROLE),),
        refusal=IN_SESSION,
    ),
    Case(
        "a session policy does not limit a resource-based Allow for the session",
        SESSIONS,
        session=(PUT,),
        resource=(to(SESSION),),
    ),
    Case(
        "NotAction in an Allow allows every other action",
        NOT_ACTION,
        own=({"Effect": "Allow", "NotAction": "sqs:DeleteQueue", "Resource": "*"},),
    ),
    Case(
        "NotAction in a Deny denies every other action",
        NOT_ACTION,
        own=(SEND, {"Effect": "Deny", "NotAction": "sqs:DeleteQueue", "Resource": "*"}),
        refusal=f"{BY} an identity-based policy",
    ),
    Case(
        "a missing key fails the condition",
        OPERATORS,
        own=(when(SEND, StringEquals={"aws:SourceAccount": ACCOUNT_ID}),),
        refusal=NOT_OWN,
    ),
    Case(
        "a missing key meets an IfExists condition",
        OPERATORS,
        own=(when(SEND, StringEqualsIfExists={"aws:SourceAccount": ACCOUNT_ID}),),
    ),
    Case(
        "a missing key meets a negated operator",
        OPERATORS,
        own=(when(SEND, StringNotEquals={"aws:SourceAccount": "999999999999"}),),
    ),
    Case(
        "ForAllValues holds when every value is in the set",
        LEADING_KEYS,
        asked(PUT, dynamodb__LeadingKeys=("mine#1", "mine#2")),
        own=(when(PUT, **MINE),),
    ),
    Case(
        "ForAllValues fails when one value is outside the set",
        LEADING_KEYS,
        asked(PUT, dynamodb__LeadingKeys=("mine#1", "yours#1")),
        own=(when(PUT, **MINE),),
        refusal=NOT_OWN,
    ),
    Case("ForAllValues holds for an empty set of values", SETS, asked(PUT), own=(when(PUT, **MINE),)),
    Case(
        "a negated ForAnyValue fails for an empty set of values",
        SETS,
        asked(PUT),
        own=(when(PUT, ForAnyValue_StringNotLike={"dynamodb:LeadingKeys": ["yours#*"]}),),
        refusal=NOT_OWN,
    ),
    Case(
        "a negated ForAnyValue holds when one value is outside the set",
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
    Case(
        "ForAllValues with a Null check fails for an empty set of values",
        SETS,
        asked(PUT),
        own=(when(PUT, **MINE, **FOUND),),
        refusal=NOT_OWN,
    ),
    Case(
        "an endpoint policy grants nothing by itself",
        ENDPOINTS,
        endpoint=(to("*"),),
        by_code=True,
        refusal=NOT_OWN,
    ),
    Case(
        "the endpoint policy must allow the request",
        ENDPOINTS,
        own=(SEND,),
        endpoint=(to("*", PUT),),
        by_code=True,
        refusal="because no VPC endpoint policy allows",
    ),
    Case(
        "an endpoint policy Allow plus an identity-based Allow",
        ENDPOINTS,
        own=(SEND,),
        endpoint=(to("*"),),
        by_code=True,
    ),
    Case(
        "an explicit Deny in the endpoint policy",
        ENDPOINTS,
        own=(SEND,),
        endpoint=(to("*"), to("*", DENIED)),
        by_code=True,
        refusal=f"{BY} a VPC endpoint policy",
    ),
    Case(
        "an endpoint policy does not apply outside the endpoint",
        ENDPOINTS,
        own=(SEND,),
        endpoint=(to("*", PUT),),
    ),
    Case(
        "lambda:SourceFunctionArn denies the function's code",
        SOURCE_FUNCTION,
        asked(INTERFACE),
        own=(INTERFACE, {**INTERFACE, "Effect": "Deny", "Condition": FOR_CODE}),
        by_code=True,
        refusal=f"{BY} an identity-based policy",
    ),
    Case(
        "lambda:SourceFunctionArn does not deny Lambda itself",
        SOURCE_FUNCTION,
        asked(INTERFACE),
        own=(INTERFACE, {**INTERFACE, "Effect": "Deny", "Condition": FOR_CODE}),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_policies_are_evaluated_as_documented(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    evaluate(case, monkeypatch)


@pytest.mark.parametrize(("source", "allowed"), [("rule/mine", True), ("rule/theirs", False)])
def test_a_service_is_allowed_for_its_source_arn_only(
    source: str, allowed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The confused deputy: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html"""
    from_mine = when(SEND, ArnEquals={"aws:SourceArn": arn("events", "rule/mine")})
    text = policy({**from_mine, "Principal": {"Service": "events.amazonaws.com"}})
    monkeypatch.setattr(documents, "of_resource", lambda *_: ((text, "a queue"),))
    request = asked(SEND, aws__SourceArn=arn("events", source))
    assert (check_service("events.amazonaws.com", request) is None) == allowed
    assert check_service("sns.amazonaws.com", request) is not None
