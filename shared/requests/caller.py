"""Who signed a request, as the gateway says: nothing that the caller writes can change it."""

from collections.abc import Mapping
from typing import Any


def caller_of(event: Mapping[str, Any]) -> str | None:
    """Return the ARN of the identity that signed a proxy integration event's request; None where none did.

    Source: "Input format of a Lambda function for proxy integration" in the API Gateway developer guide.
    """
    arn = ((event.get("requestContext") or {}).get("identity") or {}).get("userArn")
    return arn if isinstance(arn, str) and arn else None
