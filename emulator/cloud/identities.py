"""Callers of the AWS APIs: the operator, and role sessions opened by services."""

import secrets
import string
import threading
from dataclasses import dataclass, field
from enum import Enum

from emulator.cloud.account import ACCOUNT_ID, PARTITION

_KEY_ALPHABET = string.ascii_uppercase + "234567"


class CallerKind(Enum):
    """The kind of principal that owns an access key."""

    OPERATOR = "operator"
    ROLE_SESSION = "role session"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated principal.

    `role_arn` is empty for the operator. `source_function_arn` is set for the session of a Lambda worker and
    gives the condition key ``lambda:SourceFunctionArn``. `session_policies` were passed when the role was
    assumed: the session has the permissions that both they and the role's policies allow.
    """

    kind: CallerKind
    arn: str
    role_arn: str = ""
    source_function_arn: str = ""
    session_policies: tuple[str, ...] = ()

    @property
    def role_name(self) -> str:
        """The name of the role."""
        return self.role_arn.rpartition("/")[2]

    @property
    def principal_arn(self) -> str:
        """The value of ``aws:PrincipalArn``: the role of a session, or the caller itself."""
        return self.role_arn or self.arn


NOBODY = Caller(CallerKind.NOBODY, "")
"""The caller of a request that is not signed with a known key."""


@dataclass(frozen=True, slots=True)
class Session:
    """A set of credentials and its owner."""

    access_key_id: str
    secret_access_key: str
    caller: Caller
    session_token: str = field(default="")


class Identities:
    """The valid access keys of this run."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}
        self._lock = threading.Lock()
        self.operator = Session(
            access_key_id="AKIA" + "".join(secrets.choice(_KEY_ALPHABET) for _ in range(16)),
            secret_access_key=secrets.token_urlsafe(30),
            caller=Caller(CallerKind.OPERATOR, f"arn:{PARTITION}:iam::{ACCOUNT_ID}:user/operator"),
        )
        self.add(self.operator)

    def add(self, session: Session) -> None:
        """Add a session's credentials."""
        with self._lock:
            self._sessions[session.access_key_id] = session

    def remove(self, access_key_id: str) -> None:
        """Remove a session's credentials."""
        with self._lock:
            self._sessions.pop(access_key_id, None)

    def find(self, access_key_id: str) -> Session | None:
        """Return the session with this access key, or None."""
        return self._sessions.get(access_key_id)
