"""The Condition element of a policy statement.

Source: "IAM JSON policy elements: Condition operators" and "Global condition context keys" in the IAM user
guide. An unknown operator or key is an error, never a silent match, so that a typo in a policy cannot pass as
a restriction.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from emulator.cloud.authorization.wildcards import arn_matches, matches

Context = Mapping[str, tuple[str, ...]]
"""Request context: condition keys in lower case -> values."""


class UnsupportedPolicyError(Exception):
    """A policy uses an unsupported element, operator or key; the message names it and the statement."""


KNOWN_KEYS = frozenset(
    {
        "aws:calledvia",
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalisawsservice",
        "aws:requestedregion",
        "aws:resourceaccount",
        "aws:securetransport",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceowner",
        "cloudwatch:alarmactions",
        "dynamodb:leadingkeys",
        "ec2:createaction",
        "ec2:vpceservicename",
        "events:detail-type",
        "events:source",
        "events:targetarn",
        "iam:awsservicename",
        "iam:passedtoservice",
        "iam:permissionsboundary",
        "iam:policyarn",
        "kms:calleraccount",
        "kms:encryptioncontextkeys",
        "kms:grantisforawsresource",
        "kms:grantoperations",
        "kms:resourcealiases",
        "kms:viaservice",
        "lambda:functionarn",
        "lambda:layer",
        "lambda:principal",
        "lambda:sourcefunctionarn",
        "lambda:subnetids",
        "sns:endpoint",
        "sns:protocol",
        "sts:externalid",
    }
)
_FAMILIES = ("aws:requesttag/", "aws:resourcetag/", "kms:encryptioncontext:")
"""Prefixes of condition keys that end in a tag key or context key."""

_ALL, _ANY = "ForAllValues", "ForAnyValue"
_Compare = Callable[[str, str], bool]


def _number(compare: Callable[[float, float], bool]) -> _Compare:
    def compare_texts(expected: str, given: str) -> bool:
        try:
            return compare(float(given), float(expected))
        except ValueError:  # as on AWS, a value that is not a number matches no number
            return False

    return compare_texts


_COMPARISONS: Mapping[str, _Compare] = {
    "StringEquals": lambda expected, given: expected == given,
    "StringEqualsIgnoreCase": lambda expected, given: expected.lower() == given.lower(),
    "StringLike": matches,
    "ArnEquals": arn_matches,
    "ArnLike": arn_matches,
    "Bool": lambda expected, given: expected.lower() == given.lower(),
    "NumericEquals": _number(lambda given, expected: given == expected),
    "NumericLessThan": _number(lambda given, expected: given < expected),
    "NumericLessThanEquals": _number(lambda given, expected: given <= expected),
    "NumericGreaterThan": _number(lambda given, expected: given > expected),
    "NumericGreaterThanEquals": _number(lambda given, expected: given >= expected),
}
_NEGATIONS = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NumericNotEquals": "NumericEquals",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One operator on one condition key."""

    operator: str
    key: str
    expected: tuple[str, ...]
    negated: bool
    if_exists: bool
    quantifier: str

    def holds(self, context: Context) -> bool:
        """Return whether the request context satisfies the condition.

        A missing key fails the condition, unless the operator is negated, ends in IfExists or is Null. With
        no values, ForAllValues is true and ForAnyValue is false, negated or not.
        """
        given = context.get(self.key) or ()
        if self.operator == "Null":
            return (not given) == (self.expected[0].lower() == "true")
        if not given:
            return self.if_exists or self.quantifier == _ALL or (self.negated and self.quantifier != _ANY)
        compare = _COMPARISONS[self.operator]
        each = (
            any(compare(expected, value) for expected in self.expected) != self.negated for value in given
        )
        return all(each) if self.quantifier == _ALL or (self.negated and not self.quantifier) else any(each)


def parse_conditions(element: Mapping[str, Mapping[str, object]], where: str) -> tuple[Condition, ...]:
    """Return the conditions of a statement; all must be satisfied.

    Args:
        element: the statement's Condition element.
        where: Name of the statement in errors.

    Raises:
        UnsupportedPolicyError: An operator or key is unknown.
    """
    return tuple(
        _parse_one(operator, key, expected, where)
        for operator, keys in element.items()
        for key, expected in keys.items()
    )


def _parse_one(operator: str, key: str, expected: object, where: str) -> Condition:
    quantifier, _, name = operator.rpartition(":")
    if quantifier not in {"", _ALL, _ANY}:
        raise UnsupportedPolicyError(f"{where}: condition operator {operator!r} is not known")
    if_exists = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    negated = name in _NEGATIONS
    base = _NEGATIONS.get(name, name)
    if base not in _COMPARISONS and (base != "Null" or if_exists):
        raise UnsupportedPolicyError(f"{where}: condition operator {operator!r} is not known")
    lower = key.lower()
    if lower not in KNOWN_KEYS and not lower.startswith(_FAMILIES):
        raise UnsupportedPolicyError(f"{where}: condition key {key!r} is not known")
    values = tuple(_text(value, where) for value in (expected if isinstance(expected, list) else [expected]))
    if not values:
        raise UnsupportedPolicyError(f"{where}: condition {operator} on {key} compares with nothing")
    return Condition(base, lower, values, negated, if_exists, quantifier)


def _text(value: object, where: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    if "${" in text:
        raise UnsupportedPolicyError(f"{where}: policy variables ({text}) are not known")
    return text
