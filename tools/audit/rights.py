"""``make rights ENV=dev``: what every role may do, printed from what the four programs register.

Account and ids in the ARNs are examples: nothing is deployed or asked for.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tools.deploy.program_runner.recorded import Estate, Resource
from tools.deploy.program_runner.recording import estate
from tools.terminal.ending import NOTHING_CHANGED, ended


def lines(registered: Estate) -> Iterator[str]:
    """Every role with who may take it on, its own statements and the policies of AWS that it has."""
    for role in registered.of_type("iam/role:Role"):
        yield f"{role.name} (layer {role.layer})"
        for statement in _statements(role.inputs["assumeRolePolicy"]):
            yield f"  taken on by {', '.join(_listed(statement['Principal']['Service']))}"
            yield from _conditions(statement)
        for policy in _of_role(registered.of_type("iam/rolePolicy:RolePolicy"), role):
            for statement in _statements(policy.inputs["policy"]):
                yield f"  {statement['Effect']} {', '.join(_listed(statement['Action']))}"
                yield from (f"      on {arn}" for arn in _listed(statement["Resource"]))
                yield from _conditions(statement)
        for attachment in _of_role(registered.of_type("iam/rolePolicyAttachment:RolePolicyAttachment"), role):
            yield f"  and {attachment.inputs['policyArn']} (of AWS; why: README, Wildcards)"
        yield ""


def _statements(document: str) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = json.loads(document)["Statement"]
    return found


def _of_role(policies: Iterable[Resource], role: Resource) -> list[Resource]:
    # The input is the role's name or its id, which for a role is its name.
    return [policy for policy in policies if policy.inputs["role"] in (role.inputs.get("name"), role.id)]


def _conditions(statement: Mapping[str, Any]) -> Iterator[str]:
    for operator, keys in statement.get("Condition", {}).items():
        for key, values in keys.items():
            yield f"      if {key} {operator} {' or '.join(_listed(values))}"


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def main() -> int:
    """Print the rights of the environment that is named."""
    environment = sys.argv[1]
    print(f"What each role of {environment} may do, as the programs register it (account, ids: examples)\n")
    print("\n".join(lines(estate(environment))))
    print("The tests that hold each role to what its calls need: make test ARGS=tests/policy")
    return 0


if __name__ == "__main__":
    sys.exit(ended("rights", main, on_interrupt=NOTHING_CHANGED))
