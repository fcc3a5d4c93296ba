"""STS: assume roles by their trust policy and identify callers, because moto does not know our keys."""

from collections.abc import Iterator, Mapping
from xml.sax.saxutils import escape

from emulator.cloud import deployed
from emulator.cloud.account import ACCOUNT_ID, MOTO_LOCK, PARTITION
from emulator.cloud.authorization.authoriser import may_be_assumed_by
from emulator.cloud.authorization.documents import managed_policy
from emulator.cloud.calls import Call
from emulator.cloud.http_server import HttpResponse
from emulator.cloud.identities import Caller, CallerKind, Identities
from emulator.cloud.refusals import Refusal, render
from emulator.cloud.role_sessions import open_session

_EXPIRATION = "2099-01-01T00:00:00Z"  # a run of the emulator is shorter than a session


class AssumeRoleApi:
    """Answer ``sts:AssumeRole``. Moto lets anyone assume any role, and returns keys that we do not know."""

    def __init__(self, identities: Identities) -> None:
        self._identities = identities

    def answer(self, caller: Caller, call: Call) -> HttpResponse:
        """Open a session for the caller if the role's trust policy allows it."""
        role_arn = call.form.get("RoleArn", "")
        session_name = call.form.get("RoleSessionName", "session")
        role_name = role_arn.rpartition("/")[2]
        with MOTO_LOCK:
            allowed = deployed.role(role_name) is not None and may_be_assumed_by(caller, role_arn)
        if not allowed:
            message = (
                f"User: {caller.arn} is not authorized to perform: sts:AssumeRole on resource: {role_arn}"
            )
            return render(Refusal("AccessDeniedException", message), call.service, call.protocol)
        arn = f"arn:{PARTITION}:sts::{ACCOUNT_ID}:assumed-role/{role_name}/{session_name}"
        inline = call.form.get("Policy")
        policies = (*([inline] if inline else ()), *map(managed_policy, _session_arns(call.form)))
        taken_on = Caller(CallerKind.ROLE_SESSION, arn, role_arn=role_arn, session_policies=policies)
        session = open_session(self._identities, taken_on)
        return _answer(
            "AssumeRole",
            f"<AssumedRoleUser><Arn>{escape(arn)}</Arn><AssumedRoleId>AROA:{escape(session_name)}</AssumedRoleId>"
            f"</AssumedRoleUser><Credentials><AccessKeyId>{session.access_key_id}</AccessKeyId>"
            f"<SecretAccessKey>{escape(session.secret_access_key)}</SecretAccessKey>"
            f"<SessionToken>{escape(session.session_token)}</SessionToken><Expiration>{_EXPIRATION}</Expiration>"
            "</Credentials>",
        )


def caller_identity(caller: Caller, _: Call) -> HttpResponse:
    """Answer ``sts:GetCallerIdentity`` with the caller that signed the request."""
    name = escape(caller.arn.rpartition("/")[2])
    kind = "AIDA" if caller.kind is CallerKind.OPERATOR else f"AROA:{name}"
    return _answer(
        "GetCallerIdentity",
        f"<Arn>{escape(caller.arn)}</Arn><UserId>{kind}</UserId><Account>{ACCOUNT_ID}</Account>",
    )


def _answer(operation: str, result: str) -> HttpResponse:
    body = (
        f'<{operation}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{operation}Result>'
        f"{result}</{operation}Result></{operation}Response>"
    )
    return HttpResponse(200, body.encode(), [("Content-Type", "text/xml")])


def _session_arns(form: Mapping[str, str]) -> Iterator[str]:
    """Yield the ARNs of the session policies (`PolicyArns.member.1.arn`)."""
    for name, value in form.items():
        if name.startswith("PolicyArns.member."):
            yield value
