"""AWS clients that give up before the function's own timeout does."""

from typing import Any


def create_client(
    service: str, *, connect_seconds: float = 1.0, read_seconds: float = 2.0, attempts: int = 2
) -> Any:
    """Return a client of an AWS service; region, endpoint and credentials come from Lambda's environment.

    Made from botocore: boto3 on top of it would cost another tenth of a second of each cold start. The
    import is inside, so that what only names a client stays fast to import.

    Args:
        service: The service's name in botocore, for example "dynamodb".
        connect_seconds: How long to wait for a connection.
        read_seconds: How long to wait for an answer.
        attempts: How often to try in all, the first time included.
    """
    from botocore.config import Config  # noqa: PLC0415
    from botocore.session import get_session  # noqa: PLC0415

    config = Config(
        connect_timeout=connect_seconds,
        read_timeout=read_seconds,
        retries={"mode": "standard", "total_max_attempts": attempts},
        tcp_keepalive=True,
    )
    return get_session().create_client(service, config=config)


def error_code(error: Exception) -> str:
    """Return the code of a botocore error, for example "ThrottlingException", or the name of its type."""
    response = getattr(error, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    return str(code or type(error).__name__)
