"""Published rules: items of the profiles table that the verdicts function writes and the detector reads.

They never expire. Without an item or text, the rules in the detector's package apply, and there is no
challenger.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from shared.runtime.changes import Changed

RULES_KEY: Final = "rules#active"
CHALLENGER_KEY: Final = "rules#challenger"
LARGEST_BYTES: Final = 64 * 1024
"""Maximum size of a rules file. DynamoDB's limit is 400 KB; the shipped rules have 4 KB."""


class UnreadableRulesError(ValueError):
    """The item has an unexpected shape; the message says how."""


def publication(text: str | None, version: str | None, changed: Changed = Changed.RULES) -> dict[str, Any]:
    """Return the item's attributes, without those on who changed it.

    Args:
        text: The rules file; None for the package's rules, or no challenger.
        version: Version in decisions: the file's version and the first digits of its SHA-256.
        changed: Kind of the item.
    """
    digest = None if text is None else digest_of(text)
    return {"changed": changed, "rules": text, "version": version, "sha256": digest}


def publication_key(revision: int) -> str:
    """Return the key of a publication from before the history was introduced."""
    return f"rules#publication#{revision}"


def published_text(item: Mapping[str, Any] | None) -> str | None:
    """Return the rules file in an item of plain values, or None.

    Raises:
        UnreadableRulesError: The item has an unexpected shape, or its text does not match its digest.
    """
    text, digest = (item or {}).get("rules"), (item or {}).get("sha256")
    if text is None and digest is None:
        return None
    if not isinstance(text, str):
        raise UnreadableRulesError("what is published has no text of rules")
    if digest != digest_of(text):
        raise UnreadableRulesError("what is published has a text of another SHA-256")
    return text


def digest_of(text: str) -> str:
    """Return the SHA-256 of a rules file in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
