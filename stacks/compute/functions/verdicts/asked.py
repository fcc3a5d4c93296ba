"""Parse requests for changes: lists and snoozes, rules, approvals."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.requests.body import MAXIMUM_BODY_BYTES, MAXIMUM_FILE_BODY_BYTES, Body, read_body
from shared.requests.caller import caller_of
from shared.requests.checking import SchemaChecker
from shared.runtime.changes import Changed
from shared.runtime.responses import FieldProblem, Refused
from shared.runtime.schema import approval_schema, controls_schema, rules_schema
from stacks.compute.functions.detector.scoring import RulesError, parse_rules
from stacks.compute.functions.profiles.items import account_key, controls_key, merchant_key
from stacks.compute.functions.profiles.rules_item import CHALLENGER_KEY, LARGEST_BYTES, RULES_KEY
from stacks.compute.functions.verdicts.extremes import extreme

LONGEST_SNOOZE_MILLISECONDS: Final = 30 * 86_400_000

_CONTROLS: Final = SchemaChecker(controls_schema(), "a change of lists and snoozes")
_RULES: Final = SchemaChecker(rules_schema(), "a publication of rules")
_APPROVAL: Final = SchemaChecker(approval_schema(), "an approval")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """The requester.

    Attributes:
        by: Name in the request.
        note: Reason in the request, if any.
        caller: ARN of the identity that signed the request, from API Gateway.
    """

    by: str
    note: str | None
    caller: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A requested change.

    Attributes:
        kind: Kind of the item.
        key: Key of the item.
        values: Requested values, as in the item of a pending change.
        signed: The requester.
        text: Rules file; None for the package's rules and for controls.
    """

    kind: Changed
    key: str
    values: Mapping[str, Any]
    signed: Signed
    text: str | None = None

    def change_id(self, revision: int) -> str:
        """Return the id of the pending change, the same for a repeated request on the same revision."""
        whole = [self.key, revision, self.values, self.text, self.signed.caller, self.signed.by]
        return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A second person's approval."""

    change: str
    signed: Signed


def read_controls(event: Mapping[str, Any], now: int) -> Asked:
    """Parse a change of lists and snoozes.

    Raises:
        Refused: 400 with every invalid field; 413 if the body is too large; 403 without a signing identity.
    """
    body = _read(event, _CONTROLS, MAXIMUM_BODY_BYTES)
    values = body.values
    problems = list(_controls_problems(values, now))
    if problems:
        raise _invalid(problems)
    whose = (
        account_key(values["account_id"]) if "account_id" in values else merchant_key(values["merchant_id"])
    )
    named = ("list", "until", "snoozed_until", "up_to")
    return Asked(
        kind=Changed.CONTROLS,
        key=controls_key(whose),
        values={name: values[name] for name in named if name in values},
        signed=_signed(event, values),
    )


def _controls_problems(values: Mapping[str, Any], now: int) -> list[FieldProblem]:
    problems = []
    if ("account_id" in values) == ("merchant_id" in values):
        problems.append(FieldProblem("account_id", "or merchant_id must be given, and not both"))
    if "list" not in values and "snoozed_until" not in values:
        problems.append(FieldProblem("list", "or snoozed_until must be given"))
    if "snoozed_until" in values and "merchant_id" in values:
        problems.append(FieldProblem("snoozed_until", "is for an account alone"))
    if "until" in values and values.get("list", "none") == "none":
        problems.append(FieldProblem("until", "says how long a list holds: list must be given too"))
    if "until" in values and values["until"] <= now:
        problems.append(FieldProblem("until", "is over"))
    snoozed = values.get("snoozed_until", 0)
    if snoozed and not now < snoozed <= now + LONGEST_SNOOZE_MILLISECONDS:
        problems.append(FieldProblem("snoozed_until", "must be within the next 30 days"))
    if "up_to" in values and values.get("list") != "allow" and not snoozed:
        problems.append(FieldProblem("up_to", "is for the list allow and for a snooze"))
    return problems


def read_rules(event: Mapping[str, Any]) -> Asked:
    """Parse a publication of rules; an invalid file is refused with the line number.

    Raises:
        Refused: As `read_controls`; 400 `invalid_rules`, and `extreme_rules` without `force`.
    """
    values = _read(event, _RULES, MAXIMUM_FILE_BODY_BYTES).values
    text, challenges = values.get("rules"), values.get("challenger", False)
    if text is not None:
        content = text.encode()
        if len(content) > LARGEST_BYTES:
            raise _invalid([FieldProblem("rules", f"has more than {LARGEST_BYTES} bytes")])
        try:
            rules = parse_rules(content)
        except RulesError as error:
            raise Refused(400, "invalid_rules", f"The detector cannot use this file: {error}") from None
        if not challenges and not values.get("force") and (reason := extreme(rules)):
            raise Refused(400, "extreme_rules", f'{reason[:1].upper()}{reason[1:]}. "force" means it.')
    return Asked(
        kind=Changed.CHALLENGER if challenges else Changed.RULES,
        key=CHALLENGER_KEY if challenges else RULES_KEY,
        values={"replaces": values["replaces"]},
        signed=_signed(event, values),
        text=text,
    )


def read_approval(event: Mapping[str, Any]) -> Approval:
    """Parse a second person's approval.

    Raises:
        Refused: As `read_controls`.
    """
    values = _read(event, _APPROVAL, MAXIMUM_BODY_BYTES).values
    return Approval(change=values["change"], signed=_signed(event, values))


def _read(event: Mapping[str, Any], checker: SchemaChecker, maximum_bytes: int) -> Body:
    body = read_body(event, maximum_bytes)
    if problems := checker.listed(checker.problems(body)):
        raise _invalid(problems)
    return body


def _invalid(problems: list[FieldProblem]) -> Refused:
    return Refused(400, "invalid_change", "Some fields are missing or wrong.", fields=problems)


def _signed(event: Mapping[str, Any], values: Mapping[str, Any]) -> Signed:
    arn = caller_of(event)
    if arn is None:
        raise Refused(403, "no_identity", "A change is recorded with the identity that signed it; none did.")
    return Signed(by=values["decided_by"], note=values.get("note"), caller=arn)
