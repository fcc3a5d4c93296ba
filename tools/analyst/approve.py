"""`make approve`: show what waits for a second person, or approve it.

`python -m tools.analyst.approve ENV --outputs FILE [--change ID --by NAME]`. Whoever asked for a change does
not approve it: the API compares who signed. Exit code 0: done. 1: refused; nothing has changed.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from botocore.session import get_session

from shared.infra.arns import REGION
from shared.runtime.changes import Changed, waiting_key
from stacks.compute.functions.detector.scoring import RULES_PATH
from stacks.compute.functions.profiles.rules_item import RULES_KEY
from tools.analyst.controls import NONE
from tools.analyst.decisions import Decisions, signed_line
from tools.analyst.differences import differences
from tools.analyst.publishing import in_force
from tools.analyst.records.audit import CONTROLS_PREFIX, amount_told, subject_of
from tools.analyst.records.place import Records
from tools.analyst.records.tables import Tables
from tools.analyst.times import told
from tools.deploy import outputs
from tools.deploy.outputs import OperatorError
from tools.deploy.signed_api import SignedApi
from tools.terminal.ending import ended
from tools.terminal.parser import Parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.change and not options.by:
        parser.error("BY is missing: set it to the approver's name")
    if not options.change and (options.by or options.note):
        parser.error("CHANGE is missing: set it to the change's id")
    try:
        exported = outputs.Outputs.named(options)
        tables = Tables(Records.of(exported), get_session())
        if not options.change:
            print("\n".join(waiting(tables, time.time())))
            return 0
        shown = list(described(tables, options.change))
        body = {"change": options.change, "decided_by": options.by, "note": options.note or None}
        Decisions.of(SignedApi(get_session(), REGION), exported).approve(body)
    except OperatorError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print("\n".join([*shown, f"approved by {options.by}, and in force"]))
    return 0


def waiting(tables: Tables, now: float) -> Iterator[str]:
    """Yield what waits, a line or two each.

    Args:
        tables: To read it.
        now: Epoch seconds.
    """
    items = [item for item in tables.changes(Changed.WAITING) if int(item["expires_at"]) > now]
    yield f"waiting for a second person: {len(items)}"
    for item in items:
        change = str(item["profile_id"]).removeprefix(waiting_key(""))
        yield f"  CHANGE={change}: {asked_told(item)}"
        yield f"    {item['why']}; asked {signed_line(item).rpartition(', change')[0]}"
    if items:
        yield "to approve another person's change: CHANGE=id BY=name"


def described(tables: Tables, change: str) -> Iterator[str]:
    """Yield what a change would do: of rules, each setting that would be another.

    Raises:
        OperatorError: No change with this id waits.
    """
    item = tables.profile(waiting_key(change))
    if item is None:
        raise OperatorError(f"no change {change} is waiting")
    yield asked_told(item)
    if item.get("kind") == Changed.RULES:
        current, _ = in_force(tables.profile(RULES_KEY))
        new = item.get("rules") or RULES_PATH.read_text("utf-8")
        yield from (f"  {line}" for line in differences(json.loads(current), json.loads(new)))


def asked_told(item: Mapping[str, Any]) -> str:
    """Return what a change that waits asks for, in words."""
    asked = item.get("asked", {})
    if "replaces" in asked:
        return f"rules: publish {item.get('version') or 'the rules of the package'}"
    key = str(item.get("changes", ""))
    said = [f"{asked['list']} list" if asked["list"] != NONE else "off its list"] if "list" in asked else []
    if "until" in asked:
        said.append(f"until {told(int(asked['until']))}")
    if asked.get("snoozed_until"):
        said.append(f"snooze until {told(int(asked['snoozed_until']))}")
    if "up_to" in asked:
        said.append(amount_told(int(asked["up_to"])).strip() or "any amount")
    whose = subject_of({"profile_id": key}) if key.startswith(CONTROLS_PREFIX) else key
    return f"{whose}: {', '.join(said)}"


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m tools.analyst.approve",
        description="List changes that wait for a second person, or approve one.",
        epilog="Requests are signed with the caller's AWS credentials; `make rights` prints the policy "
        "they need.",
    )
    outputs.add_arguments(parser)
    parser.add_argument("--change", metavar="ID", help="the change to approve; without it, all are listed")
    parser.add_argument("--by", metavar="NAME", help="who approves")
    parser.add_argument("--note", metavar="TEXT", help="why")
    return parser


if __name__ == "__main__":
    sys.exit(
        ended(
            "approve",
            main,
            on_interrupt="the approval is complete or did not happen: run the command again to check",
        )
    )
