"""``make checkov``: the programs as Terraform JSON, judged by checkov; a finding has a reason, or it fails.

checkov has a hundred dependencies, so it is no part of the lock: uv runs it in a folder of its own, in the
version that is named here. What it finds and we accept stands in tests/policy/accepted_findings.yaml. A test
holds that list to the programs without checkov.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from tools.deploy.program_runner.recorded import Resource
from tools.deploy.program_runner.recording import deploy_all
from tools.deploy.project import ROOT
from tools.terminal.ending import NOTHING_CHANGED, ended

VERSION: Final = "3.3.30"
FOLDER: Final = ROOT / "build" / "terraform"
ACCEPTED: Final = ROOT / "tests" / "policy" / "accepted_findings.yaml"
_SHORT: Final = {"apigateway": "api_gateway_", "ec2": "", "vpc": "vpc_", "budgets": "budgets_"}
"""Modules of Pulumi whose Terraform types begin otherwise; `response` is a gateway's."""
_NUMBERED: Final = re.compile(r"(vpc|subnet|sg|rtb|vpce)-0|[0-9a-f]{6}(?:[0-9a-f]{4})?$")
"""What AWS numbers: a network's parts, an API and its parts."""
_PROPERTIES: Final = {"restApi": "rest_api_id", "deployment": "deployment_id"}
"""Properties that Terraform names otherwise, and by which checkov finds what belongs together."""
_RENAMED: Final = {"aws_api_gateway_response": "aws_api_gateway_gateway_response"}


def terraform_type(token: str) -> str:
    """`aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig` -> the name of Terraform's type."""
    module, _, name = token.split(":")[1].partition("/")
    plain = f"aws_{_SHORT.get(module, f'{module}_')}{_snake(name)}"
    return _RENAMED.get(plain, plain)


def document(resources: Iterable[Resource]) -> dict[str, Any]:
    """Return what was registered as Terraform JSON; an ARN or a number of another one refers to it."""
    named = [
        (each, terraform_type(each.type))
        for each in resources
        if each.custom and each.type.startswith("aws:")
    ]
    references = {each.id: f"${{{kind}.{each.name}.id}}" for each, kind in named if _NUMBERED.match(each.id)}
    references |= {each.arn: f"${{{kind}.{each.name}.arn}}" for each, kind in named if "arn" in each.outputs}
    found: dict[str, dict[str, Any]] = {}
    for each, kind in named:
        found.setdefault(kind, {})[each.name] = _properties(each.inputs, references)
    return {"resource": found}


def _properties(inputs: Mapping[str, Any], references: Mapping[str, str]) -> dict[str, Any]:
    return {
        _PROPERTIES.get(name, _snake(name)): value if name == "tags" else _value(value, references)
        for name, value in inputs.items()
    }


def _value(value: Any, references: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return [_properties(value, references)]  # a block
    if isinstance(value, list):
        return [
            _properties(each, references) if isinstance(each, Mapping) else _value(each, references)
            for each in value
        ]
    return references.get(value, value) if isinstance(value, str) else value


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: f"_{found[1].lower()}", name)


def findings(report: Any) -> Iterator[tuple[str, str]]:
    """Yield check and resource (``aws_vpc.vpc-dev``) of each finding in checkov's JSON."""
    for part in report if isinstance(report, list) else [report]:
        for each in part.get("results", {}).get("failed_checks", ()):
            yield f"{each['check_id']}: {each['check_name']}", each["resource"].rpartition(".")[2]


def accepted() -> Mapping[str, tuple[str, ...]]:
    """Return the checks that checkov may fail, and the resources that each may fail on."""
    entries = yaml.safe_load(ACCEPTED.read_text(encoding="utf-8"))
    return {each["finding"]: tuple(each["where"].split()) for each in entries if each["judge"] == "checkov"}


def differences(found: set[tuple[str, str]], listed: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Yield what is found and not accepted, and what is accepted and not found."""
    known = {(check, where) for check, places in listed.items() for where in places}
    yield from (f"not accepted: {where}: {check}" for check, where in sorted(found - known))
    yield from (f"not found any more: {where}: {check}" for check, where in sorted(known - found))


def main() -> int:
    """Write the programs of dev as Terraform JSON, and hold checkov's findings to those that are accepted."""
    path = write(FOLDER)
    command = ["uvx", f"checkov@{VERSION}", "-f", str(path), "--framework", "terraform_json", "terraform"]
    command += ["-o", "json", "--quiet", "--compact", "--skip-download"]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        print("error: uv, which runs checkov, is not on PATH: https://docs.astral.sh/uv/", file=sys.stderr)
        return 1
    try:
        report = json.loads(ran.stdout)
    except ValueError:
        print(f"error: checkov printed no report:\n{ran.stdout}{ran.stderr}", file=sys.stderr)
        return 1
    found = set(findings(report))
    wrong = list(differences(found, accepted()))
    print(
        "\n".join(
            [*wrong, f"{len(found)} findings; {len(wrong)} differences from {ACCEPTED.relative_to(ROOT)}"]
        )
    )
    return 1 if wrong else 0


def write(folder: Path) -> Path:
    """Write every layer of dev as one Terraform file; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "main.tf.json"
    text = json.dumps(document(deploy_all("dev").resources), indent=2, default=str)
    path.write_text(f"{text}\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    sys.exit(ended("checkov", main, on_interrupt=NOTHING_CHANGED))
