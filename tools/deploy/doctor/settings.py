"""Checks of an environment's settings, including mail addresses."""

from collections.abc import Iterator, Mapping
from typing import Any

from shared.infra.layers import layer
from tools.deploy.doctor.finding import Finding, failure, ok, warning
from tools.deploy.project import settings_of

PLACEHOLDERS = (".example", ".invalid", ".test", ".localhost", "example.com", "example.net", "example.org")
"""Domains reserved for documentation (RFC 2606), which receive no mail."""
_MAIL_SETTINGS = ("security_team_emails", "operator_emails")


def programs(environment: str) -> Iterator[Finding]:
    """Check that the programs accept the settings, by running them without a cloud."""
    from tools.deploy.program_runner.recording import deploy_all  # noqa: PLC0415 - the SDK takes a while to import

    try:
        deployment = deploy_all(environment)
    except Exception as error:  # noqa: BLE001 - whatever a program raises, a deployment would meet it too
        yield failure("settings", f"the programs reject them: {error}")
        return
    count = sum(len(run.resources) for run in deployment.runs.values())
    yield ok("settings", f"the four programs accept them: {count} resources, suffix {deployment.suffix}")


def region(of_layers: Mapping[str, Mapping[str, Any]], wanted: str) -> Finding:
    """Check the region in the layers' settings."""
    named = {name: each.get("aws:region", wanted) for name, each in of_layers.items()}
    others = {name: value for name, value in named.items() if value != wanted}
    if not others:
        return ok("region", f"{wanted}, set by the programs")
    listed = ", ".join(f"{value} in {name}" for name, value in others.items())
    return failure("region", f"aws:region is {listed}, but this project runs in {wanted}: set {wanted}")


def mails(environment: str, *, local: bool) -> Iterator[Finding]:
    """Yield the mail recipients, with warnings for placeholder addresses."""
    namespace = layer("alerting").project
    settings = settings_of("alerting", environment)
    file = f"stacks/alerting/Pulumi.{environment}.yaml"
    for name in _MAIL_SETTINGS:
        key = f"{namespace}:{name}"
        listed = _texts(settings.get(key))
        placeholders = [each for each in listed if each.lower().endswith(PLACEHOLDERS)]
        if not listed:
            yield failure("mail", f"{key} is empty: set the recipients in {file}")
        elif placeholders and not local:
            nobody = ", ".join(placeholders)
            yield warning("mail", f"{key} is {nobody}, which nobody reads: set addresses in {file}")
        else:
            yield ok("mail", f"{name}: {', '.join(listed)}")


def _texts(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []
