"""Resource names: ``{resource-type}-{environment-suffix}``, checked against AWS limits.

The name is both the logical name in Pulumi and the physical name in AWS, so that previews, the console and
computed ARNs use the same one. It contains the resource type (``ingest-function-dev``,
``fraud-alerts-topic-dev``), except for the table ``transactions-dev``.

AWS requires three exceptions:

* a Lambda log group is ``/aws/lambda/<function>``, where Lambda writes by default;
* a KMS alias starts with ``alias/``;
* an API Gateway model's name has only letters and digits.
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
"""Maximum length of names in characters; ``unnamed`` resources have a logical name only."""

SUFFIX_LIMIT = 16
"""Maximum length of a suffix, which leaves room for the longest stem under the strictest limit."""

_SUFFIX = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_STEM = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


class InvalidNameError(ValueError):
    """AWS would refuse the name."""


class Names:
    """The names of an environment."""

    def __init__(self, suffix: str) -> None:
        """Set the environment suffix, for example ``dev``.

        Raises:
            InvalidNameError: The suffix is too long, or has other characters than lower case letters, digits
                and single hyphens.
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
        """Return a name: ``of("vpc")`` is ``"vpc-dev"``; without a kind the strictest limit applies.

        Raises:
            InvalidNameError: The name has invalid characters or is too long.
            KeyError: ``kind`` is not in ``NAME_LIMITS``.
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
        """Return the name of a function's log group: ``/aws/lambda/ingest-function-dev``."""
        return f"/aws/lambda/{self.function(function_stem)}"

    def alias(self, stem: str) -> str:
        """Return the name of a KMS alias: ``alias/kms-key-dev``."""
        return f"alias/{self.of(stem)}"

    def alphanumeric(self, stem: str) -> str:
        """Return a name of letters and digits only, for API Gateway models: ``transactionModelDev``."""
        head, *tail = self.of(stem).split("-")
        return head + "".join(part.capitalize() for part in tail)


def slug(text: str) -> str:
    """Return ``text`` as part of a name: ``"Ana.Diaz@bank.com"`` is ``"ana-diaz-bank-com"``.

    Raises:
        InvalidNameError: ``text`` has no letter or digit.
    """
    result = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    if not result:
        raise InvalidNameError(f"{text!r} holds no letter or digit to name a resource by")
    return result
