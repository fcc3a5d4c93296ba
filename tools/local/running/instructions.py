"""What `make local` tells a person who goes on from there; all that it prints can be copied as it stands."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emulator.address import Emulator
from tools.local.display import Display
from tools.local.engine.make_command import make_command

_ENVIRONMENT = "local"
ALARM_SCALE = 1 / 5
"""Five minutes of an alarm are one."""


def explain_deployed(
    emulator: Emulator, directory: Path, outputs: Mapping[str, Any], display: Display
) -> None:
    """Tell what can be done with the pipeline that the embedded engine has deployed."""
    url = outputs["transactions_url"]
    display.heading("The pipeline is running")
    display.verbatim(f"  API           {url}")
    _places(emulator, directory, display)
    display.heading("In a second terminal: variables for the README's curl command, and for AWS clients")
    display.verbatim(f"  {exports(emulator, url)}\n  {clients(directory)}")
    display.heading("An ordinary transaction (201)")
    display.verbatim(curl(emulator, url, "ordinary", "12.50"))
    display.heading("A suspicious one, for an account that pays little (201, and a mail)")
    display.verbatim(curl(emulator, url, "suspicious", "9500.00"))
    display.heading("Change and look")
    changed = make_command("deploy-compute", _ENVIRONMENT, directory)
    display.verbatim(f"  # change a setting of one layer\n  {changed} CONFIG=fraud-compute:log_level=DEBUG")
    for verb, purpose in (
        ("desk", "open the analyst's desk"),
        ("outputs", "the layers' outputs"),
        ("drift", "compare the deployed resources with the programs"),
        ("destroy", "destroy all layers, in reverse order"),
    ):
        display.verbatim(f"  # {purpose}\n  {make_command(verb, _ENVIRONMENT, directory)}")
    _until(display)


def explain_empty(emulator: Emulator, directory: Path, display: Display) -> None:
    """Tell how the Pulumi CLI deploys onto an embedded AWS that holds nothing yet."""
    display.heading("The embedded AWS is running; nothing is deployed yet")
    _places(emulator, directory, display)
    display.heading("In a second terminal")
    for verb, purpose in (
        ("deploy", "deploy the four layers with the Pulumi CLI"),
        ("stale", "list the layers that are out of date with their upstream layers"),
        ("destroy", "destroy all layers, in reverse order"),
    ):
        command = make_command(verb, _ENVIRONMENT, directory, engine="pulumi")
        display.verbatim(f"  # {purpose}\n  {command}")
    display.heading("After the deployment: variables for the README's curl command, and for AWS clients")
    outputs = make_command("outputs-compute", _ENVIRONMENT, directory, engine="pulumi")
    display.verbatim(
        f"  {exports(emulator)}\n"
        f'  export URL="$({outputs} | awk \'$1 == "transactions_url" {{print $2}}\')"\n'
        f"  {clients(directory)}"
    )
    display.heading("An ordinary transaction (201)")
    display.verbatim(curl(emulator, '"$URL"', "ordinary", "12.50"))
    display.heading("A suspicious one, for an account that pays little (201, and a mail)")
    display.verbatim(curl(emulator, '"$URL"', "suspicious", "9500.00"))
    _until(display)


def exports(emulator: Emulator, url: str | None = None) -> str:
    """Return the line that sets what README's curl needs, as far as it is known."""
    values = {"KEY_ID": emulator.access_key_id, "SECRET": emulator.secret_access_key}
    if url is not None:
        values["URL"] = url
    return "export " + " ".join(f"{name}={shlex.quote(value)}" for name, value in values.items())


def clients(directory: Path) -> str:
    """Return the line that sets endpoint and credentials, for the commands of the mails as they stand."""
    where = shlex.quote(str(directory))
    return f'eval "$(.venv/bin/python -m tools.local environment --run-directory {where})"'


def curl(emulator: Emulator, url: str, kind: str, amount: str) -> str:
    """Return a command that POSTs a new transaction each time it is run."""
    body = (
        f'{{"transaction_id": "{kind}-\'$(date +%s)\'", "timestamp": \'$(date +%s)\'000, '
        f'"account_id": "account-1", "merchant_id": "merchant-1", "amount": {amount}, "currency": "USD"}}'
    )
    return (
        f"curl --aws-sigv4 aws:amz:{emulator.region}:execute-api "
        f"--user '{emulator.access_key_id}:{emulator.secret_access_key}' "
        f"-H 'Content-Type: application/json' -d '{body}' {url}"
    )


def _places(emulator: Emulator, directory: Path, display: Display) -> None:
    display.verbatim(f"  AWS endpoint  {emulator.endpoint}")
    for name, place in (("mails", "mail"), ("logs", "logs"), ("traces", "traces.jsonl")):
        display.verbatim(f"  {name:<12}  {directory / place}")
    display.verbatim(f"  alarms        active, {1 / ALARM_SCALE:g} times as fast as on AWS, by mail")


def _until(display: Display) -> None:
    display.heading("Ctrl-C stops it. Mails appear here as they arrive.")
