"""The published rules: one item of the profiles table, which operators write and the detector reads.

It never expires. No item, or one without a text, means the rules of the detector's own package.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from shared.runtime.dynamodb import to_item

RULES_KEY: Final = "rules#active"
LARGEST_TEXT_BYTES: Final = 64 * 1024
"""An item has room for 400 KB; the shipped rules take 4."""


class UnreadableRulesError(ValueError):
    """The item is not one that we write. Says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class RulesItem:
    """What is published.

    Attributes:
        text: The rules file, None where the package's own rules are in force.
        version: As decisions carry it: the file's own version and the first digits of its SHA-256.
        by: Who published it, in their own words.
        identity: ARN of the identity that signed.
        at: Epoch milliseconds when.
        note: Why.
        revision: How often was published, 0 for never.
    """

    text: str | None = None
    version: str | None = None
    by: str | None = None
    identity: str | None = None
    at: int = 0
    note: str | None = None
    revision: int = 0

    @classmethod
    def of_item(cls, item: Mapping[str, Any] | None) -> Self:
        """Read an item, of plain values.

        Raises:
            UnreadableRulesError: It is not one that we write, or its text is not the one that was published.
        """
        if item is None:
            return cls()
        try:
            read = cls(
                text=_text(item, "rules"),
                version=_text(item, "version"),
                by=_text(item, "by"),
                identity=_text(item, "identity"),
                at=int(item["at"]),
                note=_text(item, "note"),
                revision=int(item["revision"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise UnreadableRulesError(f"the item {RULES_KEY} is not readable: {error}") from None
        if item.get("sha256") != (None if read.text is None else digest_of(read.text)):
            raise UnreadableRulesError(f"the item {RULES_KEY} has a text of another SHA-256")
        return read

    def put(self, table: str) -> dict[str, Any]:
        """Return PutItem's arguments that replace the revision before this one."""
        item = {
            "profile_id": RULES_KEY,
            "rules": self.text,
            "version": self.version,
            "sha256": None if self.text is None else digest_of(self.text),
            "by": self.by,
            "identity": self.identity,
            "at": self.at,
            "note": self.note,
            "revision": self.revision,
        }
        before = self.revision - 1
        if not before:
            return {
                "TableName": table,
                "Item": to_item(item),
                "ConditionExpression": "attribute_not_exists(profile_id)",
            }
        return {
            "TableName": table,
            "Item": to_item(item),
            "ConditionExpression": "revision = :revision",
            "ExpressionAttributeValues": {":revision": {"N": str(before)}},
        }


def digest_of(text: str) -> str:
    """Return the SHA-256 of a rules file, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def _text(item: Mapping[str, Any], name: str) -> str | None:
    value = item.get(name)
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{name} is not a text")
    return value
