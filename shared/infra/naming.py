"""Names of everything: ``{resource-type}-{environment-suffix}``, checked against the limits of AWS.

The same name is the logical name in Pulumi and the physical name in AWS, so that a line in a preview, a row
in the console and an ARN computed by another layer are recognisably the same thing. A name holds its type
(``ingest-function-dev``, ``fraud-alerts-topic-dev``); only that of the table ``transactions-dev`` does not.

AWS forces three exceptions:

* a Lambda log group is ``/aws/lambda/<function>``, because Lambda writes there and nowhere else by default;
* a KMS alias starts with ``alias/``;
* the name of an API Gateway model may hold letters and digits only.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

NAME_LIMITS: Mapping[str, int] = MappingProxyType(
    {
        "function": 64,
        "role": 64,
        "pipe": 64,
        "rule": 64,
        "queue": 80,
        "budget": 100,
        "role-policy": 128,
        "policy": 128,
        "api-stage": 128,
        "table": 255,
        "security-group": 255,
        "alarm": 255,
        "dashboard": 255,
        "event-bus": 256,
        "topic": 256,
        "unnamed": 256,
    }
)
"""Longest name in characters; ``unnamed`` is what has a logical name in Pulumi and none in AWS."""

SUFFIX_LIMIT = 16
"""Leaves room for the longest stem under the strictest limit."""

_SUFFIX = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_STEM = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


class InvalidNameError(ValueError):
    """A name that AWS would refuse, found before anything is created."""


class Names:
    """The names of one environment."""

    def __init__(self, suffix: str) -> None:
        """Take the environment suffix, for example ``dev``.

        Raises:
            InvalidNameError: unless it is lower case letters, digits and single hyphens and short enough.
        """
        if not _SUFFIX.fullmatch(suffix):
            raise InvalidNameError(
                f"environment suffix {suffix!r} must start with a letter and hold only lower case letters, "
                f"digits and single hyphens"
            )
        if len(suffix) > SUFFIX_LIMIT:
            raise InvalidNameError(
                f"environment suffix {suffix!r} has {len(suffix)} characters, {SUFFIX_LIMIT} are allowed"
            )
        self.suffix = suffix

    def of(self, stem: str, kind: str | None = None) -> str:
        """``of("vpc")`` is ``"vpc-dev"``; without a kind the strictest limit of all applies.

        Raises:
            InvalidNameError: when not every service accepts the characters, or the name is too long.
            KeyError: when ``kind`` is not in ``NAME_LIMITS``.
        """
        limit = NAME_LIMITS[kind] if kind else min(NAME_LIMITS.values())
        if not _STEM.fullmatch(stem):
            raise InvalidNameError(
                f"{stem!r} must start with a letter, then hold lower case letters, digits and single hyphens"
            )
        name = f"{stem}-{self.suffix}"
        if len(name) > limit:
            raise InvalidNameError(
                f"{name!r} has {len(name)} characters, AWS allows {limit} for a {kind or 'resource'}"
            )
        return name

    def function(self, stem: str) -> str:
        """Return the name of a Lambda function: ``function("ingest")`` is ``"ingest-function-dev"``."""
        return self.of(f"{stem}-function", "function")

    def log_group(self, function_stem: str) -> str:
        """Return the name of the log group that Lambda writes to: ``/aws/lambda/ingest-function-dev``."""
        return f"/aws/lambda/{self.function(function_stem)}"

    def alias(self, stem: str) -> str:
        """Return the name of a KMS alias: ``alias/kms-key-dev``."""
        return f"alias/{self.of(stem)}"

    def alphanumeric(self, stem: str) -> str:
        """For API Gateway models, which accept letters and digits only: ``transactionModelDev``."""
        head, *tail = self.of(stem).split("-")
        return head + "".join(part.capitalize() for part in tail)


def slug(text: str) -> str:
    """``text`` as the part of a name: ``"Ana.Diaz@bank.com"`` is ``"ana-diaz-bank-com"``.

    Raises:
        InvalidNameError: when no letter or digit is left.
    """
    result = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    if not result:
        raise InvalidNameError(f"{text!r} holds no letter or digit to name a resource by")
    return result
