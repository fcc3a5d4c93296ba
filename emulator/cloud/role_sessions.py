"""Role sessions that AWS services open for functions, pipes and pollers."""

from collections.abc import Mapping

from emulator.cloud import deployed
from emulator.cloud.account import ACCOUNT_ID, MOTO_LOCK, PARTITION, REGION, backend
from emulator.cloud.authorization.authoriser import may_assume
from emulator.cloud.identities import Caller, CallerKind, Identities, Session

_HOUR = 3600


class AssumeRoleError(Exception):
    """A service may not assume a role; the message says which and why."""


def role_caller(
    role_arn: str, service: str, session_name: str, context: Mapping[str, tuple[str, ...]]
) -> Caller:
    """Return the caller for an AWS service that assumes a role inside this process, without credentials.

    Args:
        role_arn: ARN of the role.
        service: Service principal, for example ``pipes.amazonaws.com``.
        session_name: Session name in the session's ARN.
        context: Condition keys that the service supplies, in lower case: ``aws:sourcearn`` for the trust
            policy, and ``lambda:sourcefunctionarn``, which the session of a function keeps.

    Raises:
        AssumeRoleError: The role does not exist, or does not trust the service.
    """
    role_name = role_arn.rpartition("/")[2]
    with MOTO_LOCK:
        if deployed.role(role_name) is None:
            raise AssumeRoleError(f"{service} cannot assume {role_arn}: there is no such role")
        if not may_assume(service, role_arn, {"aws:sourceaccount": (ACCOUNT_ID,), **context}):
            raise AssumeRoleError(f"{service} cannot assume {role_arn}: its trust policy does not allow it")
    return Caller(
        CallerKind.ROLE_SESSION,
        f"arn:{PARTITION}:sts::{ACCOUNT_ID}:assumed-role/{role_name}/{session_name}",
        role_arn=role_arn,
        source_function_arn=context.get("lambda:sourcefunctionarn", ("",))[0],
    )


def open_session(identities: Identities, caller: Caller) -> Session:
    """Create credentials for a role's caller, valid until removed from `identities`."""
    with MOTO_LOCK:
        assumed = backend("sts").assume_role(
            region_name=REGION,
            role_session_name=caller.arn.rpartition("/")[2],
            role_arn=caller.role_arn,
            policy="",
            duration=12 * _HOUR,
            external_id="",
        )
    session = Session(
        access_key_id=assumed.access_key_id,
        secret_access_key=assumed.secret_access_key,
        session_token=assumed.session_token,
        caller=caller,
    )
    identities.add(session)
    return session
