"""The pack, as Pulumi's engine runs it: every constraint is mandatory."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
)

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from policy.constraints import CONSTRAINTS
from policy.resource import Constraint, Planned


def planned(arguments: ResourceValidationArgs) -> Planned:
    """The resource without what is not known yet, which the SDK refuses to show."""
    return Planned(
        arguments.resource_type.removeprefix("aws:"),
        arguments.name,
        known(arguments.props),
        bool(arguments.opts.protect),
    )


def known(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs that a preview knows."""
    found = {}
    for name in inputs:
        try:
            found[name] = inputs[name]
        except Exception:  # noqa: BLE001, S112 - the SDK raises an error of no class of its own for an unknown
            continue
    return found


def policy_of(constraint: Constraint) -> ResourceValidationPolicy:
    """A constraint as a policy of the pack."""

    def validate(arguments: ResourceValidationArgs, report: ReportViolation) -> None:
        if not arguments.resource_type.startswith("aws:"):
            return
        for violation in constraint.violations(planned(arguments)):
            report(f"{arguments.name} {violation}", None)

    return ResourceValidationPolicy(
        name=constraint.name,
        description=constraint.description,
        validate=validate,
        enforcement_level=EnforcementLevel.MANDATORY,
    )


PolicyPack("fraud-pipeline", [policy_of(each) for each in CONSTRAINTS], EnforcementLevel.MANDATORY)
