"""Authorize a call by identity policies, resource policies and the policies of the KMS key.

Source: "Policy evaluation logic" in the IAM user guide, for principals and resources in one account. For
the cases and their sources, see emulator/tests/cloud/test_evaluation.py.
"""

import logging
from collections.abc import Callable, Mapping
from functools import cache, lru_cache, partial

from emulator.cloud import taps
from emulator.cloud.account import ACCOUNT_ID, REGION
from emulator.cloud.authorization import documents
from emulator.cloud.authorization.conditions import Context, UnsupportedPolicyError
from emulator.cloud.authorization.control_plane import requirements_of
from emulator.cloud.authorization.documents import Documents
from emulator.cloud.authorization.encryption import key_requirements
from emulator.cloud.authorization.policy import Decision, Principal, Query, decide, parse_policy
from emulator.cloud.authorization.requirements import Requirement
from emulator.cloud.calls import Call
from emulator.cloud.identities import Caller
from emulator.cloud.refusals import Refusal

log = logging.getLogger(__name__)

_ACCOUNT = Principal(arn=f"arn:aws:iam::{ACCOUNT_ID}:root", account_id=ACCOUNT_ID)
_TRANSPORT: Mapping[str, tuple[str, ...]] = {
    "aws:securetransport": ("true",),  # the loopback endpoint stands in for AWS's TLS endpoint
    "aws:requestedregion": (REGION,),
    "aws:resourceaccount": (ACCOUNT_ID,),
}
_EXPLICIT = "with an explicit deny in {}"
_IDENTITY, _RESOURCE = "an identity-based policy", "a resource-based policy"


def authorise(caller: Caller, call: Call) -> Refusal | None:
    """Return a refusal unless the role session has every permission that the call requires."""
    return check(caller, *requirements_of(call))


def check(caller: Caller, *requirements: Requirement) -> Refusal | None:
    """Return a refusal unless the role session has every permission, including those on KMS keys."""
    base = _caller_context(caller)
    for requirement in requirements:
        for each in (requirement, *key_requirements(requirement)):
            context = {**base, **each.context}
            reason = _explained(partial(_role_refusal, caller, each, context))
            _tell(caller, each, context, reason)
            if reason:
                return _refusal(caller.arn, each, reason)
        context = {**base, **requirement.context}
        if reason := _explained(partial(_endpoint_refusal, caller, requirement, context)):
            _tell(caller, requirement, context, reason)
            return _refusal(caller.arn, requirement, reason)
    return None


def _tell(caller: Caller, requirement: Requirement, context: Context, reason: str) -> None:
    if taps.right_evaluated.heard:
        given = tuple(sorted(context.items()))
        asked = (caller.principal_arn, requirement.action, requirement.resource)
        taps.right_evaluated.tell(taps.Evaluation(*asked, given, reason))


def check_service(service: str, requirement: Requirement) -> Refusal | None:
    """Return a refusal unless resource and key policies allow an AWS service (``events.amazonaws.com``)."""
    for each in (requirement, *key_requirements(requirement)):
        context = {**_TRANSPORT, "aws:principalisawsservice": ("true",), **each.context}
        reason = _explained(partial(_service_refusal, service, each, context))
        if reason:
            return _refusal(service, each, reason)
    return None


def may_assume(service: str, role_arn: str, context: Context) -> bool:
    """Return whether a role's trust policy lets an AWS service assume it, given the condition keys."""
    role_name = role_arn.rpartition("/")[2]
    requirement = Requirement("sts:AssumeRole", "*", context)
    return not _explained(
        lambda: _decided(
            documents.of_trust(role_name), requirement, {**_TRANSPORT, **context}, Principal(service=service)
        )
    )


def may_be_assumed_by(caller: Caller, role_arn: str) -> bool:
    """Return whether a role's trust policy lets a caller of this account assume it."""
    policies = documents.of_trust(role_arn.rpartition("/")[2])
    requirement = Requirement("sts:AssumeRole", "*")
    context = _caller_context(caller)
    principals = (Principal(arn=caller.principal_arn), _ACCOUNT)
    return any(
        not _explained(partial(_decided, policies, requirement, context, principal))
        for principal in principals
    )


def _decided(policies: Documents, requirement: Requirement, context: Context, principal: Principal) -> str:
    decision = _decide(policies, requirement, context, principal)
    return "" if decision is Decision.ALLOW else decision.value


def _caller_context(caller: Caller) -> dict[str, tuple[str, ...]]:
    context = {
        **_TRANSPORT,
        "aws:principalarn": (caller.principal_arn,),
        "aws:principalaccount": (ACCOUNT_ID,),
        "aws:principalisawsservice": ("false",),
    }
    if caller.source_function_arn:
        context["lambda:sourcefunctionarn"] = (caller.source_function_arn,)
    return context


def _role_refusal(caller: Caller, requirement: Requirement, context: Context) -> str:
    """Return why the session is denied, or an empty string: explicit denies first, then missing allows."""
    service = requirement.action.partition(":")[0]
    own = _decide(documents.of_role(caller.role_name), requirement, context, None)
    limits = {
        "permissions boundary": documents.of_boundary(caller.role_name),
        "session policy": documents.of_session(caller),
    }
    limited = {name: _decide(of, requirement, context, None) for name, of in limits.items() if of}
    on_resource = documents.of_resource(service, requirement.resource)
    named = (Principal(arn=caller.arn), Principal(arn=caller.role_arn), _ACCOUNT)
    session, role, account = (_decide(on_resource, requirement, context, each) for each in named)
    kinds = {_IDENTITY: (own,), _RESOURCE: (session, role, account)}
    kinds |= {f"a {name}": (decision,) for name, decision in limited.items()}
    for kind, decisions in kinds.items():
        if Decision.EXPLICIT_DENY in decisions:
            return _EXPLICIT.format(kind)
    # Only a Deny limits what a resource policy grants to a session by its own ARN.
    if session is Decision.ALLOW:
        return ""
    for name, decision in limited.items():
        if decision is not Decision.ALLOW:
            return f"because no {name} allows the {requirement.action} action"
    if role is Decision.ALLOW or _granted(caller, requirement, context):
        return ""
    # Identity policies apply to a key only if the key policy delegates to the account. Aliases, and a key
    # that is being created, have no key policy.
    if own is Decision.ALLOW and (service != "kms" or not on_resource or account is Decision.ALLOW):
        return ""
    missing = _IDENTITY if own is not Decision.ALLOW else _RESOURCE
    return f"because no {missing.split(' ', 1)[1]} allows the {requirement.action} action"


def _granted(caller: Caller, requirement: Requirement, context: Context) -> bool:
    """Return whether a grant on the key lets the role use it."""
    return requirement.action.startswith("kms:") and any(
        grant.allows(caller.role_arn, requirement.action, context)
        for grant in documents.grants_on(requirement.resource)
    )


def _endpoint_refusal(caller: Caller, requirement: Requirement, context: Context) -> str:
    """Return why the VPC endpoint policy denies a function's call, or an empty string."""
    if not caller.source_function_arn:
        return ""
    policies = documents.of_endpoint(caller.source_function_arn, requirement.action.partition(":")[0])
    if policies is None:
        return ""
    decision = _decide(policies, requirement, context, Principal(arn=caller.role_arn))
    if decision is Decision.EXPLICIT_DENY:
        return _EXPLICIT.format("a VPC endpoint policy")
    if decision is Decision.IMPLICIT_DENY:
        return f"because no VPC endpoint policy allows the {requirement.action} action"
    return ""


def _service_refusal(service: str, requirement: Requirement, context: Context) -> str:
    policies = documents.of_resource(requirement.action.partition(":")[0], requirement.resource)
    decision = _decide(policies, requirement, context, Principal(service=service))
    if decision is Decision.ALLOW:
        return ""
    if decision is Decision.EXPLICIT_DENY:
        return _EXPLICIT.format(_RESOURCE)
    return f"because no resource-based policy allows the {requirement.action} action"


def _explained(decide_reason: Callable[[], str]) -> str:
    try:
        return decide_reason()
    except UnsupportedPolicyError as error:
        _complain(str(error))
        return f"because a policy cannot be evaluated: {error}"


@cache
def _complain(problem: str) -> None:
    """Log a problem with a policy once, not for every request."""
    log.error("%s: every request that this policy bears on is denied", problem)


def _refusal(who: str, requirement: Requirement, reason: str) -> Refusal:
    return Refusal(
        "AccessDeniedException",
        f"User: {who} is not authorized to perform: {requirement.action} on resource: {requirement.resource} "
        f"{reason}",
    )


def _decide(
    policies: Documents, requirement: Requirement, context: Context, principal: Principal | None
) -> Decision:
    if not policies:
        return Decision.IMPLICIT_DENY
    asked = _keys_asked(policies)
    given = frozenset(item for item in context.items() if item[0] in asked)
    return _decide_once(policies, requirement.action, requirement.resource, given, principal)


@lru_cache(maxsize=512)
def _keys_asked(policies: Documents) -> frozenset[str]:
    """Return the condition keys that the policies use; others cannot change the decision."""
    return frozenset(
        condition.key
        for text, where in policies
        for statement in parse_policy(text, where)
        for condition in statement.conditions
    )


@lru_cache(maxsize=8192)
def _decide_once(
    policies: Documents,
    action: str,
    resource: str,
    context: frozenset[tuple[str, tuple[str, ...]]],
    principal: Principal | None,
) -> Decision:
    query = Query(action, resource, dict(context), principal)
    statements = [statement for text, where in policies for statement in parse_policy(text, where)]
    return decide(statements, query)
