"""`make rules`: show the rules in force, publish others or a challenger, without a deployment.

`python -m tools.analyst.rules ENV --outputs FILE [--file RULES --by NAME]`; docs/rules.md has the whole
way. Exit code 0: done. 1: refused; nothing has changed.
"""

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from botocore.session import get_session

from shared.infra.arns import REGION
from shared.runtime.changes import Changed
from stacks.compute.functions.detector.active_rules import LONGEST_SECONDS
from stacks.compute.functions.detector.scoring import RULES_PATH, load_rules, parse_rules
from stacks.compute.functions.profiles.rules_item import CHALLENGER_KEY, RULES_KEY
from tools.analyst.days import days_back
from tools.analyst.decisions import Decisions, signed_line
from tools.analyst.differences import differences
from tools.analyst.publishing import (
    in_force,
    parsed,
    publication_body,
    read_file,
    refuse_extremes,
    with_threshold,
)
from tools.analyst.records.audit import of_history
from tools.analyst.records.payments import payments
from tools.analyst.records.place import Records
from tools.analyst.records.tables import Tables
from tools.analyst.times import told
from tools.analyst.trying import Trying
from tools.analyst.tune.budget import alerts_a_day
from tools.deploy import hints, outputs
from tools.deploy.outputs import OperatorError
from tools.deploy.signed_api import SignedApi
from tools.files.errors import OutputError
from tools.files.outputs import write
from tools.terminal.ending import ended
from tools.terminal.parser import Parser

_NONE: Final = "none"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    replaces = bool(options.file or options.reset or options.promote or options.alerts_per_day)
    changes = replaces or bool(options.challenger)
    if changes and not options.by:
        parser.error("say who publishes: BY=name")
    if options.note and not changes:
        parser.error("NOTE requires FILE, CHALLENGER, ALERTS_PER_DAY or RESET")
    if options.alerts_per_day and (options.reset or options.challenger or options.out):
        parser.error("ALERTS_PER_DAY applies to the rules in force, to FILE or to PROMOTE")
    try:
        exported = outputs.Outputs.named(options)
        place = Records.of(exported)
        # A bad file is refused before anybody is asked for anything.
        text = _file_of(options)
        tables = Tables(place, get_session())
        decisions = Decisions.of(SignedApi(get_session(), REGION), exported)
        item = tables.profile(RULES_KEY)
        if options.challenger:
            _challenge(decisions, tables.profile(CHALLENGER_KEY), text, options)
        elif replaces:
            _publish(decisions, item, _tried(tables, item, text, options), options)
        elif options.out:
            _write(item, options)
        else:
            past = _history(tables, item) if options.history else []
            challenger = _challenger_told(tables.profile(CHALLENGER_KEY), options.environment)
            print("\n".join(_shown(item, options.environment) + challenger + past))
    except (OperatorError, OutputError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _file_of(options: argparse.Namespace) -> str | None:
    if options.challenger and options.challenger != _NONE:
        return read_file(Path(options.challenger))
    if not options.file:
        return None
    text = read_file(options.file)
    if not options.force:
        try:
            refuse_extremes(parsed(text))
        except OperatorError as error:
            raise OperatorError(f"{options.file}: {error}") from None
    return text


def _tried(
    tables: Tables, item: Mapping[str, Any] | None, text: str | None, options: argparse.Namespace
) -> str | None:
    """Return the file to publish, tried on recent payments: None for the rules of the package.

    Raises:
        OperatorError: It would silence all alerts or multiply them, and nobody forces it.
    """
    if options.reset:
        return None
    if options.promote:
        text = challenger_text(tables.profile(CHALLENGER_KEY))
    old, _ = in_force(item)
    if text is None or options.alerts_per_day:
        # Of the file that is given, or of the one in force, with another threshold.
        text = old if text is None else text
    elif options.force or text == old:
        return text
    print(f"reads the payments of {tables.place.transactions_table_name}", flush=True)
    trying = Trying(payments(tables), parsed(old), time.time_ns() // 1_000_000, options.days)
    if options.alerts_per_day:
        found = trying.threshold(parsed(text), options.alerts_per_day)
        print("\n".join(found.told()))
        return with_threshold(text, found.threshold)
    print("\n".join(trying.compared(parsed(text))))
    return text


def challenger_text(item: Mapping[str, Any] | None) -> str:
    """Return the file of the challenger.

    Raises:
        OperatorError: There is none, or it is not readable.
    """
    text, fault = in_force(item)
    if item is None or item.get("rules") is None:
        raise OperatorError("there is no challenger: publish one with CHALLENGER=rules.json")
    if fault is not None:
        raise OperatorError(f"the detector refuses the challenger: {fault}")
    return text


def _publish(
    decisions: Decisions, before: Mapping[str, Any] | None, text: str | None, options: argparse.Namespace
) -> None:
    version = None if text is None else parse_rules(text.encode()).version
    old, fault = in_force(before)
    if fault is None and (before or {}).get("rules") == text:
        print(f"nothing to do: {version or 'the rules of the package'} is already published")
        return
    body = publication_body(before, text, options.by, options.note, force=options.force)
    decided = decisions.rules(body)
    new = RULES_PATH.read_text("utf-8") if text is None else text
    done = "proposed" if decided.waits else "published"
    print(f"{done}: {version or 'the rules of the package'}, by {options.by}")
    of_package = old == RULES_PATH.read_text("utf-8")
    print(f"compared with {'the rules of the package' if of_package else 'the published rules'}:")
    for line in differences(json.loads(old), json.loads(new)) or ["no setting differs"]:
        print(f"  {line}")
    if decided.waits:
        print(decided.told(options.environment))
    else:
        print(f"in force within {LONGEST_SECONDS:g} seconds, with each execution environment's next payment")


def _challenge(
    decisions: Decisions, before: Mapping[str, Any] | None, text: str | None, options: argparse.Namespace
) -> None:
    """Publish the challenger, or end the challenge."""
    if (before or {}).get("rules") == text:
        print("nothing to do: " + ("there is no challenger" if text is None else "it is the challenger"))
        return
    decisions.rules(publication_body(before, text, options.by, options.note, challenger=True))
    if text is None:
        print(f"no challenger any more, by {options.by}")
        return
    version = parse_rules(text.encode()).version
    print(f"challenger: {version}, by {options.by}: it scores, but raises no alerts")
    print(f"after some days: {hints.make('challenger', options.environment)}")


def _write(item: Mapping[str, Any] | None, options: argparse.Namespace) -> None:
    """Write the file that is in force."""
    text, fault = in_force(item)
    if fault is not None:
        raise OperatorError(f"the detector refuses the published rules and uses the last valid ones: {fault}")
    write(options.out, text)
    published = item is not None and item.get("rules") is not None
    what = f"{item['version']}, as published" if item and published else f"{_packaged()}, of this checkout"
    print(f"rules of {options.environment}: {what}: {options.out}")


def _history(tables: Tables, item: Mapping[str, Any] | None) -> list[str]:
    """Every publication, the latest first."""
    found = of_history(tables.changes(Changed.HISTORY), [item] if item else [])
    entries = sorted((each for each in found if each.subject == "rules"), key=lambda entry: -entry.at)
    return ["publications, newest first:"] * bool(entries) + [
        f"  {told(each.at)} by {each.by}: {each.decision}" + (f" ({each.note})" if each.note else "")
        for each in entries
    ]


def _shown(item: Mapping[str, Any] | None, environment: str) -> list[str]:
    _, fault = in_force(item)
    if item is None or (fault is None and item.get("rules") is None):
        lines = [f"rules of {environment}: those of the deployed package; in this checkout: {_packaged()}"]
    else:
        lines = [f"rules of {environment}: {item.get('version')}, SHA-256 {item.get('sha256')}"]
    if fault is not None:
        lines.append(f"  REFUSED by the detector, which uses the last valid rules: {fault}")
        lines.append(f"  to publish others: make rules ENV={environment} FILE=rules.json BY=name")
    return lines + ([f"  published {signed_line(item)}"] if item else [])


def _challenger_told(item: Mapping[str, Any] | None, environment: str) -> list[str]:
    if item is None or item.get("rules") is None:
        return []
    _, fault = in_force(item)
    return [
        f"challenger: {item.get('version')}" + (f", REFUSED by the detector: {fault}" if fault else ""),
        f"  published {signed_line(item)}",
        f"  compare: {hints.make('challenger', environment)}",
    ]


def _packaged() -> str:
    return load_rules().version


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m tools.analyst.rules",
        description="Show the rules in force, or publish others. An invalid file is refused with the line "
        "number.",
        epilog="Credentials come from the environment, as for the AWS CLI; `make rights` prints the policy.",
    )
    outputs.add_arguments(parser)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--file", type=Path, metavar="RULES", help="publish this rules file")
    what.add_argument("--reset", action="store_true", help="return to the rules of the deployed package")
    what.add_argument(
        "--challenger", metavar="RULES", help="run this rules file as the challenger; none ends the challenge"
    )
    what.add_argument("--promote", action="store_true", help="publish the challenger")
    what.add_argument("--out", type=Path, metavar="FILE", help="write the rules in force to a file")
    parser.add_argument(
        "--alerts-per-day",
        type=alerts_a_day,
        metavar="NUMBER",
        help="publish the threshold for this number of alerts, of the rules in force or of the file",
    )
    parser.add_argument(
        "--days", type=days_back, default=28, help="number of recent days counted (%(default)s)"
    )
    parser.add_argument("--force", action="store_true", help="publish without the trial on recent payments")
    parser.add_argument("--history", action="store_true", help="show earlier publications")
    parser.add_argument("--by", metavar="NAME", help="who publishes")
    parser.add_argument("--note", metavar="TEXT", help="why")
    return parser


if __name__ == "__main__":
    sys.exit(
        ended(
            "rules",
            main,
            on_interrupt="the publication is complete or did not happen: run `make rules` to check",
        )
    )
