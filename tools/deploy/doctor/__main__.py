"""Print a line for each check; exit code 1 if a deployment would fail."""

import os
import subprocess
import sys
from collections.abc import Iterator

from shared.infra.layers import LAYERS, layer
from tools.deploy import engine, hints, pulumi_command
from tools.deploy.doctor import account, cli, github, settings
from tools.deploy.doctor.finding import Finding, failed, failure, ok
from tools.deploy.project import ROOT, settings_of, suffix_of
from tools.deploy.recovery.clients import Clients, clients
from tools.terminal.ending import NOTHING_CHANGED, ended
from tools.terminal.parser import Parser

LOCAL = "local"


def local(environment: str, engine_in_use: str) -> Iterator[Finding]:
    """Yield the findings for an environment on the embedded AWS."""
    if engine_in_use == "pulumi":
        try:
            yield cli.fits([str(engine.pulumi_binary())])
        except engine.CliError as error:
            yield failure("CLI", str(error))
    yield _emulator()
    yield from settings.programs(environment)
    yield from settings.mails(environment, local=True)


def _emulator() -> Finding:
    directory = os.environ.get("LOCAL_DIRECTORY") or "build/local"
    asked = subprocess.run(
        [sys.executable, "-m", "tools.local", "environment", "--run-directory", directory],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode:
        return failure("embedded AWS", asked.stderr.removeprefix("error: ").strip())
    return ok("embedded AWS", f"runs in {directory}")


def on_aws(environment: str, aws: Clients) -> Iterator[Finding]:
    """Yield the findings for an environment on AWS."""
    from shared.infra.arns import REGION  # noqa: PLC0415 - the SDK takes a while to import

    of_layers = {name: settings_of(name, environment) for name in LAYERS}
    yield (fit := cli.fits(pulumi_command.command()))
    logged_in, url = (None, None) if failed([fit]) else cli.backend()
    if logged_in is not None:
        yield logged_in
    found, states = cli.stacks(environment) if url is not None else ([], {})
    if url is not None:
        yield cli.passphrase(url, environment)
    yield from found
    yield from settings.programs(environment)
    yield settings.region(of_layers, REGION)
    yield from settings.mails(environment, local=False)
    yield from github.on_github(environment)
    who, number = account.identity(aws)
    yield who
    if number is None:
        return
    network = states.get("network")
    deployed = network.outputs.get("account_id") if network else None
    yield account.allowed(number, of_layers["network"], deployed)
    yield account.bounded(aws, number, suffix_of("compute", environment), environment)
    zones = of_layers["network"].get(f"{layer('network').project}:availability_zones") or []
    yield from account.zones(aws, zones)
    yield account.concurrency(aws, environment)
    yield from account.tracing(aws)
    yield account.api_logs(aws, of_layers["compute"], layer("compute").project)


def main() -> int:
    """Check the prerequisites of a deployment."""
    parser = Parser(prog="python -m tools.deploy.doctor", description=main.__doc__)
    parser.add_argument("environment", help="dev, prod ...: the name of the stacks")
    parser.add_argument("--engine", choices=["embedded", "pulumi"], default="pulumi")
    options = parser.parse_args()
    environment = options.environment
    checks = local(environment, options.engine) if environment == LOCAL else on_aws(environment, clients())
    findings = []
    for each in checks:
        findings.append(each)
        print(each, flush=True)
    if failed(findings):
        count = sum(each.mark == "x" for each in findings)
        again = hints.make("doctor", environment)
        print(f"\nA deployment would fail: fix the findings marked x ({count}), then run: {again}")
        return 1
    print(f"\nReady: {hints.make('deploy', environment)}")
    return 0


if __name__ == "__main__":
    sys.exit(ended("doctor", main, on_interrupt=NOTHING_CHANGED))
