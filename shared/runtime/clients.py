"""AWS clients that give up before the function's own timeout does.

Made from botocore alone: boto3 on top of it would cost another tenth of a second of each cold start. Adapters
import this module, nothing else does.
"""

import logging
from functools import cache
from typing import Any, Final

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session, get_session

AWS_ERRORS: Final = (BotoCoreError, ClientError)
"""What a call of an AWS client may raise."""
IN_TRANSACTION: Final = "TransactionConflictException"
"""Code of the error that another's transaction holds the item just now."""
CONFLICT_CODES: Final = frozenset({"ConditionalCheckFailedException", IN_TRANSACTION})
"""Codes of errors by which a conditional write learns that somebody else is faster."""
BUSY_CODES: Final = frozenset(
    {
        "ConnectTimeoutError",
        "ConnectionClosedError",
        "EndpointConnectionError",
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "ReadTimeoutError",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
        "TransactionInProgressException",
    }
)
"""Codes of errors after which the same call may succeed later."""


def create_client(
    service: str, *, connect_seconds: float = 1.0, read_seconds: float = 2.0, attempts: int = 2
) -> Any:
    """Return a client of an AWS service; region, endpoint and credentials come from Lambda's environment.

    Args:
        service: The service's name in botocore, for example "dynamodb".
        connect_seconds: How long to wait for a connection.
        read_seconds: How long to wait for an answer.
        attempts: How often to try in all, the first time included.
    """
    config = Config(
        connect_timeout=connect_seconds,
        read_timeout=read_seconds,
        retries={"mode": "standard", "total_max_attempts": attempts},
        tcp_keepalive=True,
        # A quarter of a call's processor time goes into these two otherwise: AWS checks parameters again, and
        # botocore composes its own name anew for each request.
        parameter_validation=False,
        user_agent="fraud-pipeline",
    )
    return _session().create_client(service, config=config)


@cache
def _session() -> Session:
    # For our own lines at DEBUG Lambda sets all loggers to it, and botocore's would write whole requests.
    for library in ("botocore", "urllib3"):
        logging.getLogger(library).setLevel(logging.INFO)
    # One for all clients: each session reads the list of endpoints anew.
    return get_session()


def error_code(error: BotoCoreError | ClientError) -> str:
    """Return a code such as "ThrottlingException"; its text may quote what was sent."""
    return error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
