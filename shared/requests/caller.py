"""The identity that signed a request, as reported by API Gateway."""

from collections.abc import Mapping
from typing import Any


def caller_of(event: Mapping[str, Any]) -> str | None:
    """Return the ARN of the identity that signed the request, or None.

    Source: "Input format of a Lambda function for proxy integration" in the API Gateway developer guide.
    """
    arn = ((event.get("requestContext") or {}).get("identity") or {}).get("userArn")
    return arn if isinstance(arn, str) and arn else None
