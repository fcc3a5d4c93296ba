"""The published rules: items of the profiles table, which the signed API writes and the detector reads.

They never expire. Without an item, or with one without a text, the rules of the detector's own package are in
force, and there is no challenger.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from shared.runtime.changes import Changed

RULES_KEY: Final = "rules#active"
CHALLENGER_KEY: Final = "rules#challenger"
LARGEST_BYTES: Final = 64 * 1024
"""Of a rules file. An item has room for 400 KB; the shipped rules take 4."""


class UnreadableRulesError(ValueError):
    """The item is not one that we write. Says what is wrong with it."""


def publication(text: str | None, version: str | None, changed: Changed = Changed.RULES) -> dict[str, Any]:
    """Return what the item holds besides its audit.

    Args:
        text: The rules file; None puts the package's own rules in force, or ends the challenge.
        version: As decisions carry it: the file's own version and the first digits of its SHA-256.
        changed: Which of the items it is.
    """
    digest = None if text is None else digest_of(text)
    return {"changed": changed, "rules": text, "version": version, "sha256": digest}


def publication_key(revision: int) -> str:
    """Return the key of a publication of before there was a history, which stayed under this key."""
    return f"rules#publication#{revision}"


def published_text(item: Mapping[str, Any] | None) -> str | None:
    """Return the rules file that an item, of plain values, publishes; None where it publishes none.

    Raises:
        UnreadableRulesError: It is not an item that we write, or its text is not the one that was published.
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
    """Return the SHA-256 of a rules file, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
