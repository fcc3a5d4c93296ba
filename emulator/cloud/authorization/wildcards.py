"""IAM wildcards: `*` matches any number of characters, `?` exactly one."""

import re
from functools import lru_cache


@lru_cache(maxsize=4096)
def _compile(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    expression = "".join(".*" if part == "*" else "." if part == "?" else re.escape(part) for part in pattern)
    return re.compile(expression, re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def matches(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    """Return whether the pattern matches the whole text."""
    return _compile(pattern, ignore_case).fullmatch(text) is not None


def arn_matches(pattern: str, arn: str) -> bool:
    """Return whether a pattern matches an ARN, part by part.

    A wildcard does not match across the first five colons, as in ArnEquals and ArnLike. Resource elements
    match as whole strings.
    """
    expected, given = pattern.split(":", 5), arn.split(":", 5)
    if len(expected) != 6 or len(given) != 6:
        return False
    return all(matches(part, text) for part, text in zip(expected, given, strict=True))
