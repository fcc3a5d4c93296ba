"""A set of rules as the text of a rules file, a quantity on a line."""

import json
from collections.abc import Mapping
from typing import Any

from stacks.compute.functions.detector.scoring import SCHEMA, Curve, Rules


def text_of(rules: Rules, version: str) -> str:
    """Return the file.

    Args:
        rules: The settings.
        version: What the file calls itself.
    """
    hard = rules.rules
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "version": version,
        "alert_threshold": rules.alert_threshold,
        "base": rules.base,
        "assumed_spread": rules.assumed_spread,
        "quantities": {name: _curve(curve) for name, curve in rules.scorecard.items()},
        "rules": {
            "amount_limit": {
                "mode": hard.amount_limit.mode,
                "points": hard.amount_limit.points,
                "limits": dict(hard.amount_limit.limits),
            },
            **{
                name: {"mode": rule.mode, "points": rule.points}
                for name, rule in (
                    ("watched_merchant", hard.watched_merchant),
                    ("watched_account", hard.watched_account),
                    ("denied", hard.denied),
                )
            },
        },
    }
    return (
        "{\n"
        + ",\n".join(f"  {json.dumps(name)}: {_member(each)}" for name, each in document.items())
        + "\n}\n"
    )


def _curve(curve: Curve) -> dict[str, Any]:
    return {"mode": curve.mode, "at": list(map(float, curve.at)), "points": list(map(float, curve.points))}


def _member(value: Any) -> str:
    if not isinstance(value, Mapping):
        return json.dumps(value)
    lines = [f"    {json.dumps(name)}: {json.dumps(each)}" for name, each in value.items()]
    return "{\n" + ",\n".join(lines) + "\n  }"
