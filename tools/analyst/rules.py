"""`make rules`: show the rules in force, publish others, or go back to the package's, without a deployment.

`python -m tools.analyst.rules ENV --outputs FILE [--file RULES --by NAME]`; docs/rules.md has the whole
way. Exit code 0: done. 1: refused; nothing has changed.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from botocore.session import get_session

from shared.infra.arns import REGION
from shared.runtime.changes import Changed
from stacks.compute.functions.detector.active_rules import LONGEST_SECONDS
from stacks.compute.functions.detector.scoring import RULES_PATH, RulesError, load_rules, parse_rules
from stacks.compute.functions.profiles.rules_item import (
    LARGEST_BYTES,
    RULES_KEY,
    UnreadableRulesError,
    published_text,
)
from tools.analyst.decisions import Decisions, signed_line
from tools.analyst.differences import differences
from tools.analyst.extremes import extreme
from tools.analyst.records.audit import of_history
from tools.analyst.records.place import Records
from tools.analyst.records.tables import Tables
from tools.analyst.times import told
from tools.deploy import outputs
from tools.deploy.outputs import OperatorError
from tools.deploy.signed_api import SignedApi
from tools.files.errors import OutputError
from tools.files.outputs import write
from tools.terminal.ending import ended
from tools.terminal.parser import Parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if (options.file or options.reset) and not options.by:
        parser.error("say who publishes: BY=name")
    if options.note and not (options.file or options.reset):
        parser.error("NOTE says why rules are published: give FILE or RESET too")
    try:
        exported = outputs.Outputs.named(options)
        place = Records.of(exported)
        if options.rights:
            print(json.dumps(place.rights_on(RULES_KEY, "PublishRules", place.rules_url), indent=2))
            return 0
        # A bad file is refused before anybody is asked for anything.
        text = _checked(options.file, force=options.force) if options.file else None
        tables = Tables(place, get_session())
        item = tables.profile(RULES_KEY)
        if options.file or options.reset:
            _publish(Decisions.of(SignedApi(get_session(), REGION), exported), item, text, options)
        elif options.out:
            _write(item, options)
        else:
            past = _history(tables, item) if options.history else []
            print("\n".join(_shown(item, options.environment) + past))
    except (OperatorError, OutputError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _checked(path: Path, *, force: bool) -> str:
    """Return the text of a rules file that the detector can use, and that does not silence it."""
    try:
        content = path.read_bytes()
        if len(content) > LARGEST_BYTES:
            raise OperatorError(f"{path} has more than {LARGEST_BYTES} bytes")
        rules = parse_rules(content)
    except OSError as error:
        raise OperatorError(f"{path}: {error.strerror}") from None
    except RulesError as error:
        raise OperatorError(f"{path}: {error}") from None
    if not force and (reason := extreme(rules)):
        raise OperatorError(f"{path}: {reason}. Publish it all the same: FORCE=yes")
    return content.decode()


def _publish(
    decisions: Decisions, before: Mapping[str, Any] | None, text: str | None, options: argparse.Namespace
) -> None:
    version = None if text is None else parse_rules(text.encode()).version
    old, fault = in_force(before)
    if fault is None and (before or {}).get("rules") == text:
        print(f"nothing to do: {version or 'the rules of the package'} is what is published")
        return
    decided = decisions.rules(publication_body(before, text, options.by, options.note))
    new = RULES_PATH.read_text("utf-8") if text is None else text
    done = "proposed" if decided.waits else "published"
    print(f"{done}: {version or 'the rules of the package'}, by {options.by}")
    of_package = old == RULES_PATH.read_text("utf-8")
    print(f"compared with {'the rules of the package' if of_package else 'what was published'}:")
    for line in differences(json.loads(old), json.loads(new)) or ["no setting is another"]:
        print(f"  {line}")
    if decided.waits:
        print(decided.told(options.environment))
    else:
        print(f"in force within {LONGEST_SECONDS:g} seconds, with each execution environment's next payment")


def publication_body(
    before: Mapping[str, Any] | None, text: str | None, by: str, note: str | None
) -> dict[str, Any]:
    """Return what the API is asked for, to publish rules in place of what was read.

    Args:
        before: The item that was read.
        text: A file that the detector can use, None for the package's rules.
        by: Who publishes.
        note: Why.
    """
    return {
        "rules": text,
        "replaces": int((before or {}).get("revision", 0)),
        "decided_by": by,
        "note": note or None,
    }


def _write(item: Mapping[str, Any] | None, options: argparse.Namespace) -> None:
    """Write the file that is in force."""
    text, fault = in_force(item)
    if fault is not None:
        raise OperatorError(
            f"what is published is refused by the detector, which uses the last good rules: {fault}"
        )
    write(options.out, text)
    published = item is not None and item.get("rules") is not None
    what = f"{item['version']}, as published" if item and published else f"{_packaged()}, of this checkout"
    print(f"rules of {options.environment}: {what}: {options.out}")


def _history(tables: Tables, item: Mapping[str, Any] | None) -> list[str]:
    """Every publication, the latest first."""
    found = of_history(tables.changes(Changed.HISTORY), [item] if item else [])
    entries = sorted((each for each in found if each.kind == "rules"), key=lambda entry: -entry.at)
    return ["publications, the latest first:"] * bool(entries) + [
        f"  {told(each.at)} by {each.by}: {each.decision}" + (f" ({each.note})" if each.note else "")
        for each in entries
    ]


def in_force(item: Mapping[str, Any] | None) -> tuple[str, str | None]:
    """Return the text in force as far as is known here, and what is wrong with what is published."""
    packaged = RULES_PATH.read_text("utf-8")
    try:
        text = published_text(item)
        if text is None:
            return packaged, None
        parse_rules(text.encode())
    except (RulesError, UnreadableRulesError) as error:
        return packaged, str(error)
    return text, None


def _shown(item: Mapping[str, Any] | None, environment: str) -> list[str]:
    _, fault = in_force(item)
    if item is None or (fault is None and item.get("rules") is None):
        lines = [f"rules of {environment}: those of the deployed package; in this checkout: {_packaged()}"]
    else:
        lines = [f"rules of {environment}: {item.get('version')}, SHA-256 {item.get('sha256')}"]
    if fault is not None:
        lines.append(f"  REFUSED by the detector, which uses the last good ones: {fault}")
        lines.append(f"  publish others: make rules ENV={environment} FILE=rules.json BY=name")
    return lines + ([f"  published {signed_line(item)}"] if item else [])


def _packaged() -> str:
    return load_rules().version


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m tools.analyst.rules",
        description="Show the rules in force, or publish others; a bad file is refused with its line.",
        epilog="Credentials come from the environment as for the AWS CLI; --rights says what they need.",
    )
    outputs.add_arguments(parser)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--file", type=Path, metavar="RULES", help="publish this rules file")
    what.add_argument("--reset", action="store_true", help="go back to the rules of the deployed package")
    what.add_argument(
        "--rights", action="store_true", help="print the IAM policy that the caller needs, and end"
    )
    what.add_argument("--out", type=Path, metavar="FILE", help="write what is in force to a file")
    parser.add_argument(
        "--force", action="store_true", help="publish rules that alert on nothing, or on everything"
    )
    parser.add_argument("--history", action="store_true", help="show who published before, too")
    parser.add_argument("--by", metavar="NAME", help="who publishes")
    parser.add_argument("--note", metavar="TEXT", help="why")
    return parser


if __name__ == "__main__":
    sys.exit(
        ended(
            "rules",
            main,
            on_interrupt="all of it is published or nothing: `make rules` without FILE shows which",
        )
    )
