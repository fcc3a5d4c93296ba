"""boto3 clients of the emulator, one per service, shared by threads."""

import functools
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from emulator.address import stage_url

if TYPE_CHECKING:
    from boto3.session import Session

    from emulator.address import Emulator

T = TypeVar("T")


class Cloud:
    """The emulator's endpoint, account and credentials."""

    def __init__(  # noqa: PLR0913 - what the emulator's address file holds, each named
        self,
        endpoint: str,
        *,
        gateway: str,
        account_id: str,
        region: str,
        access_key_id: str,
        secret_access_key: str,
        session_token: str | None = None,
    ) -> None:
        """Set up without contacting the emulator."""
        self.endpoint = endpoint
        self.gateway = gateway
        self.account_id = account_id
        self.region = region
        self.partition = "aws"
        self._keys = (access_key_id, secret_access_key, session_token)
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    @classmethod
    def of(cls, emulator: "Emulator") -> "Cloud":
        """Return the operator's access to a running emulator."""
        return cls(
            emulator.endpoint,
            gateway=emulator.gateway,
            account_id=emulator.account_id,
            region=emulator.region,
            access_key_id=emulator.access_key_id,
            secret_access_key=emulator.secret_access_key,
        )

    @classmethod
    def of_session(cls, emulator: "Emulator", keys: Mapping[str, str]) -> "Cloud":
        """Return a role session's access to a running emulator, with STS credentials."""
        return cls(
            emulator.endpoint,
            gateway=emulator.gateway,
            account_id=emulator.account_id,
            region=emulator.region,
            access_key_id=keys["AccessKeyId"],
            secret_access_key=keys["SecretAccessKey"],
            session_token=keys["SessionToken"],
        )

    def client(self, service: str) -> Any:
        """Return the client of a service. Clients are thread-safe, but creating one in boto3 is not."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._make(service)
            return self._clients[service]

    def invoke_url(self, api_id: str, stage_name: str) -> str:
        """Return the URL of a deployed stage on the emulator's gateway."""
        return stage_url(self.gateway, api_id, stage_name)

    def arn(self, service: str, resource: str, *, region: str | None = None) -> str:
        """Return an ARN in the account; `region=""` for global services."""
        where = self.region if region is None else region
        return f"arn:{self.partition}:{service}:{where}:{self.account_id}:{resource}"

    def _make(self, service: str) -> Any:
        from botocore.config import Config  # noqa: PLC0415 - importing boto3 takes a while

        # No retries: on loopback they would only delay an error.
        settings = Config(retries={"total_max_attempts": 1}, max_pool_connections=16, read_timeout=60)
        return shared_session().client(  # type: ignore[call-overload]
            service,
            region_name=self.region,
            endpoint_url=self.endpoint,
            aws_access_key_id=self._keys[0],
            aws_secret_access_key=self._keys[1],
            aws_session_token=self._keys[2],
            config=settings,
        )


@functools.cache
def shared_session() -> "Session":
    """Return the process's boto3 session, which has no credentials."""
    from boto3.session import Session  # noqa: PLC0415 - importing boto3 takes a while

    return Session()


def error_code(error: BaseException) -> str:
    """Return the AWS error code of a botocore ClientError, or an empty string."""
    response = getattr(error, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if isinstance(response, dict) else ""


def is_missing(error: BaseException) -> bool:
    """Return whether an error is a service's not-found error."""
    code = error_code(error)
    return (
        any(word in code for word in ("NotFound", "NoSuch", "NonExistent", "DoesNotExist")) or code == "404"
    )


def unless_missing(call: Callable[[], T]) -> T | None:
    """Return the call's response, or None on a not-found error."""
    try:
        return call()
    except Exception as error:
        if is_missing(error):
            return None
        raise
