"""The way to the emulator: one boto3 client per service, shared by threads."""

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
    """Where resources live: the emulator's endpoint, its account and the operator's keys."""

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
        """Nothing is contacted until a client is used."""
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
        """The way to a running emulator, as its operator."""
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
        """The way to a running emulator as a role's session, with the credentials that STS gave."""
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
        """The client of a service; making one is not thread-safe in boto3, using it is."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._make(service)
            return self._clients[service]

    def invoke_url(self, api_id: str, stage_name: str) -> str:
        """The URL of a deployed stage of a REST API, where it really answers."""
        return stage_url(self.gateway, api_id, stage_name)

    def arn(self, service: str, resource: str, *, region: str | None = None) -> str:
        """An ARN of this account; `region=""` for global services."""
        where = self.region if region is None else region
        return f"arn:{self.partition}:{service}:{where}:{self.account_id}:{resource}"

    def _make(self, service: str) -> Any:
        from botocore.config import Config  # noqa: PLC0415 - importing boto3 takes a while

        # The emulator is on loopback: an error is an answer, and waiting for a retry only hides it.
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
    """The one boto3 session: it holds what all clients of a process share, and no credentials."""
    from boto3.session import Session  # noqa: PLC0415 - importing boto3 takes a while

    return Session()


def error_code(error: BaseException) -> str:
    """The AWS error code of a botocore ClientError, or an empty string."""
    response = getattr(error, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if isinstance(response, dict) else ""


def is_missing(error: BaseException) -> bool:
    """Whether an error says that the resource does not exist, in the words of any service."""
    code = error_code(error)
    return (
        any(word in code for word in ("NotFound", "NoSuch", "NonExistent", "DoesNotExist")) or code == "404"
    )


def unless_missing(call: Callable[[], T]) -> T | None:
    """The call's answer, or None when AWS says that the resource does not exist."""
    try:
        return call()
    except Exception as error:
        if is_missing(error):
            return None
        raise
