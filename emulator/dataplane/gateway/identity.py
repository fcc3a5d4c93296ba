"""IAM authorization of API methods."""

from datetime import UTC, datetime

from emulator.cloud.account import MOTO_LOCK
from emulator.cloud.authorization.authoriser import check
from emulator.cloud.authorization.requirements import Requirement, execute_api_arn
from emulator.cloud.http_server import HttpRequest
from emulator.cloud.identities import CallerKind, Identities, Session
from emulator.cloud.repairs.deployments import DeployedStage
from emulator.cloud.signature import (
    IncompleteSignatureError,
    MissingTokenError,
    WrongSignatureError,
    read_claim,
    verify,
)
from emulator.dataplane.gateway.errors import GatewayError

SIGNING_NAME = "execute-api"


def authenticate(request: HttpRequest, identities: Identities) -> Session:
    """Return the session that signed the request.

    Raises:
        GatewayError: The request is unsigned, its access key is unknown, or the signature is wrong or
            expired.
    """
    try:
        claim = read_claim(request.headers)
    except MissingTokenError as error:
        raise GatewayError("MISSING_AUTHENTICATION_TOKEN", "Missing Authentication Token") from error
    except IncompleteSignatureError as error:
        raise GatewayError("INVALID_SIGNATURE", str(error)) from error
    session = identities.find(claim.access_key_id)
    if session is None or session.session_token != request.headers.get("x-amz-security-token", ""):
        raise GatewayError("INVALID_SIGNATURE", "The security token included in the request is invalid.")
    if claim.service != SIGNING_NAME:
        raise GatewayError(
            "INVALID_SIGNATURE", f"Credential should be scoped to correct service: '{SIGNING_NAME}'. "
        )
    try:
        verify(request, claim, session.secret_access_key, datetime.now(UTC))
    except WrongSignatureError as error:
        raise GatewayError("INVALID_SIGNATURE", str(error)) from error
    return session


def authorise(session: Session, stage: DeployedStage, method: str, path: str) -> None:
    """Check that the caller is the operator or may invoke the method on this path.

    Raises:
        GatewayError: Neither the role's policies nor the API's allow ``execute-api:Invoke``.
    """
    if session.caller.kind is CallerKind.OPERATOR:
        return
    resource = execute_api_arn(stage.api_id, stage.stage_name, method, path.lstrip("/"))
    with MOTO_LOCK:
        refusal = check(session.caller, Requirement("execute-api:Invoke", resource))
    if refusal is not None:
        raise GatewayError("ACCESS_DENIED", refusal.message)
