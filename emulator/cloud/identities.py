"""Who may call the embedded AWS: the operator, and the sessions that services open for roles."""

import secrets
import string
import threading
from dataclasses import dataclass, field
from enum import Enum

from emulator.cloud.account import ACCOUNT_ID, PARTITION

_KEY_ALPHABET = string.ascii_uppercase + "234567"


class CallerKind(Enum):
    """What stands behind an access key."""

    OPERATOR = "operator"
    ROLE_SESSION = "role session"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated principal.

    `role_arn` is empty for the operator; `source_function_arn` is set on the session of a Lambda worker and
    feeds the condition key ``lambda:SourceFunctionArn``. `session_policies` are those with which the role was
    taken on: the session may do what they and the role's own policies both allow.
    """

    kind: CallerKind
    arn: str
    role_arn: str = ""
    source_function_arn: str = ""
    session_policies: tuple[str, ...] = ()

    @property
    def role_name(self) -> str:
        """The name of the session's role."""
        return self.role_arn.rpartition("/")[2]

    @property
    def principal_arn(self) -> str:
        """What ``aws:PrincipalArn`` says: the role of a session, else the caller itself."""
        return self.role_arn or self.arn


NOBODY = Caller(CallerKind.NOBODY, "")
"""The caller of a request that no known key has signed."""


@dataclass(frozen=True, slots=True)
class Session:
    """A set of keys and who they belong to."""

    access_key_id: str
    secret_access_key: str
    caller: Caller
    session_token: str = field(default="")


class Identities:
    """The access keys that are valid in this run."""

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
        """Make the session's keys valid."""
        with self._lock:
            self._sessions[session.access_key_id] = session

    def remove(self, access_key_id: str) -> None:
        """End a session: its keys are unknown from now on."""
        with self._lock:
            self._sessions.pop(access_key_id, None)

    def find(self, access_key_id: str) -> Session | None:
        """Return the session with this access key, if there is one."""
        return self._sessions.get(access_key_id)
