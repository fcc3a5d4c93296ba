"""What publishing rules needs, from the command line as from the desk: the file, its check, the request."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from stacks.compute.functions.detector.scoring import RULES_PATH, Rules, RulesError, parse_rules
from stacks.compute.functions.profiles.rules_item import (
    LARGEST_BYTES,
    UnreadableRulesError,
    published_text,
)
from stacks.compute.functions.verdicts.extremes import extreme
from tools.deploy.outputs import OperatorError

THRESHOLD: Final = "alert_threshold"
FORCE: Final = "To publish anyway: FORCE=yes"


def read_file(path: Path) -> str:
    """Return the text of a rules file that the detector can use.

    Raises:
        OperatorError: It is not to be read, or the detector refuses it; says where.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise OperatorError(f"{path}: {error.strerror}") from None
    if len(content) > LARGEST_BYTES:
        raise OperatorError(f"{path} has more than {LARGEST_BYTES} bytes")
    try:
        parse_rules(content)
    except RulesError as error:
        raise OperatorError(f"{path}: {error}") from None
    return content.decode()


def parsed(text: str) -> Rules:
    """Return the rules of a file.

    Raises:
        OperatorError: The detector cannot use it; says where.
    """
    if len(text.encode()) > LARGEST_BYTES:
        raise OperatorError(f"the file has more than {LARGEST_BYTES} bytes")
    try:
        return parse_rules(text.encode())
    except RulesError as error:
        raise OperatorError(f"the detector cannot use this file: {error}") from None


def refuse_extremes(rules: Rules) -> None:
    """Refuse rules by which nothing, or everything, would be an alert.

    Raises:
        OperatorError: They are such.
    """
    if reason := extreme(rules):
        raise OperatorError(f"{reason}. {FORCE}")


def in_force(item: Mapping[str, Any] | None) -> tuple[str, str | None]:
    """Return the text in force as far as is known here, and what is wrong with what is published."""
    packaged = RULES_PATH.read_text("utf-8")
    try:
        text = published_text(item)
        if text is None:
            return packaged, None
        parse_rules(text.encode())
    except (RulesError, UnreadableRulesError) as error:
        return packaged, str(error)
    return text, None


def with_threshold(text: str, threshold: float) -> str:
    """Return a rules file with another threshold, and with a version that says so.

    Raises:
        OperatorError: The file has no threshold.
    """
    document = json.loads(text)
    if THRESHOLD not in document:
        raise OperatorError(f"these rules have no {THRESHOLD}: publish a file instead")
    document[THRESHOLD] = threshold
    document["version"] = f"{str(document.get('version', '')).partition('-at-')[0]}-at-{threshold:g}"
    return json.dumps(document, indent=2) + "\n"


def publication_body(  # noqa: PLR0913 - what the request says, each named
    before: Mapping[str, Any] | None,
    text: str | None,
    by: str,
    note: str | None,
    *,
    challenger: bool = False,
    force: bool = False,
) -> dict[str, Any]:
    """Return what the API is asked for, to publish rules in place of what was read.

    Args:
        before: The item that was read.
        text: A file that the detector can use; None for the package's rules, or for no challenger.
        by: Who publishes.
        note: Why.
        challenger: Whether it shall only score beside the rules in force.
        force: Whether it shall be in force although nothing, or everything, would be an alert by it.
    """
    return {
        "rules": text,
        "replaces": int((before or {}).get("revision", 0)),
        "decided_by": by,
        "note": note or None,
        "challenger": challenger or None,
        "force": force or None,
    }
