"""``make deployers ENV=dev``: the rights and the trust of the workflows' roles, from the programs alone.

They are each layer's deployers, and the canary.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shared.infra.layers import LAYERS
from tools.audit.deployer_rights.canary import Canary, canary
from tools.audit.deployer_rights.deployer import Deployer, deployers
from tools.audit.deployer_rights.documents import POLICY_LIMIT, size, wildcards
from tools.audit.deployer_rights.grants import GrantError
from tools.audit.deployer_rights.trust import RepositoryError
from tools.deploy.program_runner.recording import deploy_all
from tools.deploy.program_runner.resource_outputs import ACCOUNT_ID
from tools.files.errors import OutputError
from tools.files.outputs import make_folder
from tools.terminal.ending import NOTHING_CHANGED, ended
from tools.terminal.parser import Parser

Role = Deployer | Canary
EXAMPLE_REPOSITORY = "example@1234/fraud-pipeline@5678"


def main() -> int:
    """Print the policies of an environment's workflow roles, or write them to files."""
    options = _options()
    try:
        chosen = list(_chosen(options))
        if options.write is None:
            print("\n".join(line for each in chosen for line in report(each, options)))
            if options.account == ACCOUNT_ID or options.repository == EXAMPLE_REPOSITORY:
                print("Account and repository are examples: set your own, and WRITE=folder for files")
        else:
            for path in write(options.write, chosen, options):
                print(path)
    except (GrantError, RepositoryError, OutputError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _options() -> argparse.Namespace:
    parser = Parser(prog="python -m tools.audit.deployer_rights", description=main.__doc__)
    parser.add_argument("environment", help="a set of stacks/<layer>/Pulumi.<environment>.yaml")
    parser.add_argument("--layer", choices=sorted(LAYERS), help="only this layer's deployers")
    parser.add_argument(
        "--account", default=ACCOUNT_ID, type=_account, help="the AWS account's twelve digits"
    )
    parser.add_argument("--repository", default=EXAMPLE_REPOSITORY, help="OWNER@ID/NAME@ID on GitHub")
    parser.add_argument(
        "--write", type=Path, metavar="DIRECTORY", help="write one JSON file for each document"
    )
    return parser.parse_args()


def _account(text: str) -> str:
    if len(text) != len(ACCOUNT_ID) or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not the id of an AWS account, which has twelve digits")
    return text


def _chosen(options: argparse.Namespace) -> Iterator[Role]:
    deployment = deploy_all(options.environment)
    for run in deployment.runs.values():
        if options.layer in (None, run.layer):
            yield from deployers(run, deployment.suffix, options.account)
    if options.layer is None:
        yield canary(deployment, options.account)


def report(role: Role, options: argparse.Namespace) -> Iterator[str]:
    """Yield a role as lines: what it is for, whom it trusts, every policy, and why each wildcard."""
    yield f"== {role.role_name}: {role.does}"
    yield f"assumed by GitHub environment {role.github_environment} of {options.repository}:"
    yield _json(role.trust(options.account, options.repository))
    for name, document in role.policies.items():
        yield f"-- {name} ({size(document)} of {POLICY_LIMIT} characters)"
        yield _json(document)
    yield "-- wildcards, and why"
    for each in wildcards(role.grants):
        yield f"{each.sid}: {', '.join(each.actions)}\n    on {each.resource}\n    because {each.reason}"
    yield ""


def write(directory: Path, chosen: list[Role], options: argparse.Namespace) -> Iterator[Path]:
    """Write every document to a file named after its role or policy, and `wildcards.txt`; yield the paths."""
    make_folder("WRITE", directory)
    reasons: list[str] = []
    for role in chosen:
        trust = role.trust(options.account, options.repository)
        for name, document in {f"{role.role_name}-trust": trust, **role.policies}.items():
            path = directory / f"{name}.json"
            path.write_text(f"{_json(document)}\n", encoding="utf-8")
            yield path
        reasons += [
            f"{role.role_name} {each.sid}: {each.resource}: {each.reason}" for each in wildcards(role.grants)
        ]
    path = directory / "wildcards.txt"
    path.write_text("".join(f"{reason}\n" for reason in reasons), encoding="utf-8")
    yield path


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2)


if __name__ == "__main__":
    sys.exit(ended("deployers", main, on_interrupt=NOTHING_CHANGED))
