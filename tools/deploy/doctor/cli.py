"""Checks of the Pulumi CLI, its backend and existing stacks."""

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from shared.infra.layers import deployment_order
from tools.deploy import engine, hints
from tools.deploy.checkpoint import Checkpoint
from tools.deploy.doctor.finding import Finding, failure, ok, warning
from tools.deploy.pipeline.environments import REVIEWED
from tools.deploy.project import STACKS, settings_file
from tools.deploy.pulumi_command import PulumiError, Stack, whoami

PASSPHRASES = ("PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE")
_CLOUD = "https://"


def fits(command: Sequence[str]) -> Finding:
    """Check the CLI's version and language host."""
    try:
        return ok(
            "CLI", f"Pulumi {engine.check_fit(command)} is compatible with the SDK {engine.sdk_version()}"
        )
    except engine.CliError as error:
        return failure("CLI", str(error))


def backend() -> tuple[Finding, str | None]:
    """Check that the CLI is logged in; return the finding and the backend's URL."""
    try:
        known = whoami()
    except PulumiError as error:
        return failure("backend", str(error)), None
    url = str(known.get("url", ""))
    if url.startswith("file:"):
        alone = f"{url}: the state is only on this machine; to share it: pulumi login s3://your-state-bucket"
        return warning("backend", alone), url
    return ok("backend", f"{url}, as {known.get('user')}"), url


def passphrase(url: str, environment: str, variables: Mapping[str, str] = os.environ) -> Finding:
    """Check the secrets passphrase, which all backends but Pulumi Cloud need."""
    missing = [layer.name for layer in deployment_order() if not _has_provider(layer.name, environment)]
    if url.startswith(_CLOUD):
        return ok("secrets", "encrypted by Pulumi Cloud")
    if not missing:
        return ok("secrets", "encrypted by a key management service")
    return _by_passphrase(environment, variables)


def _by_passphrase(environment: str, variables: Mapping[str, str]) -> Finding:
    if environment == REVIEWED and any(each in variables for each in PASSPHRASES):
        text = "encrypted with a passphrase, which cannot be revoked: use a KMS key"
        return warning("secrets", f"{text}\n(docs/deploy-pipeline.md, State and secrets)")
    if "PULUMI_CONFIG_PASSPHRASE" in variables:
        return ok("secrets", "encrypted with PULUMI_CONFIG_PASSPHRASE")
    if file := variables.get("PULUMI_CONFIG_PASSPHRASE_FILE"):
        if Path(file).is_file():
            return ok("secrets", f"encrypted with the passphrase in {file}")
        return failure("secrets", f"PULUMI_CONFIG_PASSPHRASE_FILE names {file}, which does not exist")
    wanted = " or ".join(PASSPHRASES)
    return failure("secrets", f"set {wanted}: all owners share one passphrase to read each other's secrets")


def _has_provider(layer: str, environment: str) -> bool:
    """Return whether a secrets provider encrypts the stack's secrets instead of a passphrase."""
    file = settings_file(layer, environment)
    project = STACKS / layer / "Pulumi.yaml"
    texts = [each.read_text("utf-8") for each in (file, project) if each.is_file()]
    return any(line.startswith("secretsprovider:") for text in texts for line in text.splitlines())


def stacks(environment: str) -> tuple[list[Finding], Mapping[str, Checkpoint]]:
    """Return a finding for each layer, and the states of existing stacks."""
    names = [each.name for each in deployment_order()]
    with ThreadPoolExecutor(len(names)) as threads:
        try:
            states = dict(
                zip(names, threads.map(lambda name: Stack(name, environment).export(), names), strict=True)
            )
        except PulumiError as error:
            return [failure("stacks", str(error))], {}
    return list(_of_stacks(environment, states)), {name: each for name, each in states.items() if each}


def _of_stacks(environment: str, states: Mapping[str, Checkpoint | None]) -> Iterator[Finding]:
    for name, state in states.items():
        if state is None or not state.resources:
            yield ok(name, "not deployed yet")
        elif state.pending:
            settle = hints.make(f"deploy-{name}", environment)
            yield warning(name, f"{len(state.pending)} pending operations: {settle} resolves them")
        else:
            when = f"last deployed {state.written:%Y-%m-%d %H:%M} UTC"
            yield ok(name, f"{len(state.custom_resources)} resources, {when}")
