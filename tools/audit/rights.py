"""``make rights ENV=dev``: what every role may do, and the IAM policy of each job.

From the programs alone: nothing is deployed or asked for, and account and ids in the ARNs are examples. With
the outputs of a deployed environment: the policy of a job, or of each job in a file, ready to be attached.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tools.audit.jobs import JOBS, Job, example_outputs, job_of
from tools.deploy.outputs import OperatorError, Outputs
from tools.deploy.program_runner.recorded import Estate, Resource
from tools.deploy.program_runner.recording import deploy_all, estate
from tools.files.errors import OutputError
from tools.files.outputs import make_folder
from tools.terminal.ending import NOTHING_CHANGED, ended
from tools.terminal.parser import Parser


def lines(registered: Estate) -> Iterator[str]:
    """Every role with who may take it on, its own statements and the policies of AWS that it has."""
    for role in registered.of_type("iam/role:Role"):
        yield f"{role.name} (layer {role.layer})"
        for statement in _statements(role.inputs["assumeRolePolicy"]):
            yield f"  assumed by {', '.join(_listed(statement['Principal']['Service']))}"
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


def policies(outputs: Outputs, jobs: Sequence[Job], folder: Path | None) -> Iterator[str]:
    """Yield each job with its policy or, where there is a folder, the file that the policy is written to.

    Raises:
        OperatorError: An output is missing.
    """
    if folder:
        make_folder("WRITE", folder)
    for job in jobs:
        text = json.dumps(job.policy(outputs), indent=2)
        if folder is None:
            yield f"{job.name}: {job.does}\n{text}\n"
        else:
            path = folder / f"{job.name}-{outputs.environment}.json"
            path.write_text(f"{text}\n", encoding="utf-8")
            yield str(path)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the rights of an environment, or the policy of a job there."""
    options = _parser().parse_args(arguments)
    jobs = [job_of(options.job)] if options.job else JOBS
    try:
        if options.outputs is None:
            _print_all(options.environment)
            return 0
        outputs = Outputs.named(options)
        if options.job and options.write is None:
            print(json.dumps(jobs[0].policy(outputs), indent=2))
        else:
            print("\n".join(policies(outputs, jobs, options.write)))
    except (OperatorError, OutputError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _print_all(environment: str) -> None:
    print(f"Permissions of each role of {environment}, from the programs (account and ids are examples)\n")
    print("\n".join(lines(estate(environment))))
    print("To verify that each role has exactly the permissions it needs: make test ARGS=tests/policy\n")
    print("The IAM policy of each job; for a deployed environment: JOB=name, or WRITE=folder for all\n")
    print("\n".join(policies(example_outputs(deploy_all(environment)), JOBS, None)), end="")


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="python -m tools.audit.rights", description=main.__doc__)
    parser.add_argument("environment", help="a set of stacks/<layer>/Pulumi.<environment>.yaml")
    parser.add_argument("--outputs", metavar="FILE|-", help="file of the layers' outputs, JSON")
    parser.add_argument("--job", choices=[job.name for job in JOBS], help="only the policy of this job")
    parser.add_argument("--write", type=Path, metavar="DIRECTORY", help="write each policy to a file")
    return parser


if __name__ == "__main__":
    sys.exit(ended("rights", main, on_interrupt=NOTHING_CHANGED))
