"""`make controls`: show or edit the list that an account or a merchant is on, and an account's snooze.

Without either it shows all that is in force. docs/rules.md says what each list does:
`python -m tools.analyst.controls ENV --outputs FILE [--account ID [--list deny --by NAME]]`.
Exit code 0: done. 1: refused; nothing has changed.
"""

import argparse
import re
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from botocore.session import get_session

from shared.infra.arns import REGION
from shared.runtime.changes import Changed
from shared.runtime.schema import controls_schema, transaction_schema
from stacks.compute.functions.detector.scoring import Controls, ProfileError, Standing
from stacks.compute.functions.profiles.items import account_key, controls_key, merchant_key
from tools.analyst.decisions import Decisions, signed_line
from tools.analyst.records.audit import amount_told, controls_told, of_history, subject_of
from tools.analyst.records.in_force import in_force
from tools.analyst.records.place import Records
from tools.analyst.records.subjects import account_of, is_pseudonym
from tools.analyst.records.tables import Tables
from tools.analyst.times import TimeError, duration, moment, told
from tools.deploy import outputs
from tools.deploy.outputs import OperatorError
from tools.deploy.signed_api import SignedApi
from tools.terminal.ending import ended
from tools.terminal.parser import Parser

NONE: Final = "none"
ANY: Final = "any"
LARGEST_AMOUNT: Final = controls_schema()["properties"]["up_to"]["maximum"]
LONGEST_SNOOZE_DAYS: Final = 30
_DAY_MILLISECONDS: Final = 86_400_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    whose = _checked(parser, options)
    edits = bool(options.list or options.snooze)
    try:
        exported = outputs.Outputs.named(options)
        place = Records.of(exported)
        if not whose:
            print("\n".join(_all_in_force(Tables(place, get_session()), options)))
            return 0
        kind, identifier = _subject(options, exported)
        decided = None
        if edits:
            now = time.time_ns() // 1_000_000
            body = {
                f"{kind}_id": identifier,
                **asked(options, now),
                "decided_by": options.by,
                "note": options.note,
            }
            decided = Decisions.of(SignedApi(get_session(), REGION), exported).controls(body)
        tables = Tables(place, get_session())
        key = controls_key(merchant_key(identifier) if kind == "merchant" else account_key(identifier))
        item = tables.profile(key)
        shown = _shown(f"{kind} {identifier} of {options.environment}", item, time.time_ns() // 1_000_000)
        print("\n".join(shown))
        if decided and decided.waits:
            print(decided.told(options.environment))
        if options.history:
            print("\n".join(_history(tables, key, item)))
    except OperatorError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _checked(parser: argparse.ArgumentParser, options: argparse.Namespace) -> list[str]:
    """Return whose controls are meant; exits where the words do not go together."""
    edits = bool(options.list or options.snooze)
    whose = [each for each in (options.account, options.merchant, options.transaction) if each]
    if len(whose) > 1 or (edits and not whose):
        parser.error("set exactly one of ACCOUNT=id, MERCHANT=id, or TRANSACTION=id of the account")
    if edits and not options.by:
        parser.error("say who decides: BY=name")
    if options.note and not edits:
        parser.error("NOTE requires LIST or SNOOZE")
    if options.until and options.list in {None, NONE}:
        parser.error("UNTIL requires LIST; a snooze has its own length")
    if options.amount and options.list != Standing.ALLOW and options.snooze in {None, NONE}:
        parser.error("AMOUNT requires LIST=allow or SNOOZE")
    if options.snooze and options.merchant:
        parser.error("only an account can be snoozed; for a merchant, use LIST=allow")
    return whose


def _subject(options: argparse.Namespace, exported: outputs.Outputs) -> tuple[str, str]:
    """Whom it is about: `account` or `merchant`, and the id."""
    kind = "merchant" if options.merchant else "account"
    identifier = options.merchant or options.account
    if options.transaction or (options.account and not options.as_given and is_pseudonym(options.account)):
        # Mails and logs name accounts by pseudonyms; a list of one would do nothing.
        tables = Tables(Records.of(exported), get_session())
        identifier = account_of(tables, account=options.account, transaction=options.transaction)
    pattern = transaction_schema()["properties"][f"{kind}_id"]["pattern"]
    if not re.fullmatch(pattern.removesuffix("$"), identifier):
        raise OperatorError(f"{identifier!r} is not a valid {kind} id: it does not match {pattern}")
    return kind, identifier


def asked(options: argparse.Namespace, now: int) -> dict[str, Any]:
    """Return what the API is asked for; what is not named stays as it is.

    Args:
        options: `list`, `until`, `snooze` and `amount`, texts or None.
        now: Epoch milliseconds.

    Raises:
        OperatorError: A time or an amount is none, is over, or is too far away.
    """
    return {
        "list": options.list or None,
        "until": _until(options.until, now) if options.until else None,
        "snoozed_until": _snoozed_until(options.snooze, now) if options.snooze else None,
        "up_to": _dollars(options.amount) if options.amount else None,
    }


def _dollars(text: str) -> int:
    if text == ANY:
        return 0
    if not (text.isascii() and text.isdecimal() and 0 < int(text) <= LARGEST_AMOUNT):
        raise OperatorError(f"AMOUNT: {text!r} is neither a whole number of US dollars nor `{ANY}`")
    return int(text)


def _until(text: str, now: int) -> int:
    try:
        until = moment(text)
    except TimeError as error:
        raise OperatorError(f"UNTIL: {error}") from None
    if until <= now:
        raise OperatorError(f"UNTIL: {told(until)} is in the past")
    return until


def _snoozed_until(text: str, now: int) -> int:
    if text == NONE:
        return 0
    try:
        length = duration(text)
    except TimeError as error:
        raise OperatorError(f"SNOOZE: {error}") from None
    if length > LONGEST_SNOOZE_DAYS * _DAY_MILLISECONDS:
        raise OperatorError(f"SNOOZE: {text} is too long: the maximum is {LONGEST_SNOOZE_DAYS} days")
    return now + length


def _controls(item: Mapping[str, Any] | None) -> Controls:
    try:
        return Controls.from_item(item)
    except ProfileError as error:
        raise OperatorError(
            f"{error}, so that the detector cannot decide about its payments. LIST=none resets them"
        ) from None


def _shown(whose: str, item: Mapping[str, Any] | None, now: int) -> list[str]:
    controls = _controls(item)
    said = []
    if controls.standing is not None:
        up_to = amount_told(controls.standing_up_to)
        said.append(f"on the {controls.standing.value} list{up_to}{_lasting(controls.standing_until, now)}")
    if controls.snoozed_until:
        up_to = amount_told(controls.snoozed_up_to)
        said.append(f"snoozed{up_to}{_lasting(controls.snoozed_until, now)}")
    lines = [f"{whose}: {', '.join(said) or 'on no list, not snoozed'}"]
    return lines + ([f"  set {signed_line(item)}"] if item and "by" in item else [])


def _history(tables: Tables, key: str, item: Mapping[str, Any] | None) -> list[str]:
    """Every change of the item, the latest first."""
    found = of_history([*tables.changes(Changed.HISTORY)], [item] if item else [])
    lines = [
        f"  {told(entry.at)} by {entry.by}: {entry.decision}" + (f" ({entry.note})" if entry.note else "")
        for entry in sorted(found, key=lambda entry: -entry.at)
        if entry.subject == subject_of({"profile_id": key})
    ]
    return lines or ["  no changes yet"]


def _all_in_force(tables: Tables, options: argparse.Namespace) -> list[str]:
    items = list(tables.changes(Changed.CONTROLS))
    found = list(in_force(items, time.time_ns() // 1_000_000))
    lines = [f"on a list or snoozed in {options.environment}: {len(found)}"]
    for each in found:
        said = each.fault or controls_told(each.controls._asdict())
        lines.append(f"  {each.subject}: {said}; {told(each.at)} by {each.by}{_why(each.note)}")
    if options.history:
        changes = [
            each for each in of_history(tables.changes(Changed.HISTORY), items) if each.kind == "controls"
        ]
        changes.sort(key=lambda entry: -entry.at)
        lines.append("changes, newest first:")
        lines += [
            f"  {told(each.at)} by {each.by}: {each.subject}: {each.decision}{_why(each.note)}"
            for each in changes
        ]
    return lines


def _why(note: str) -> str:
    return f": {note}" if note else ""


def _lasting(until: int, now: int) -> str:
    if not until:
        return ", no expiry"
    return f" until {told(until)}{' (over)' if until <= now else ''}"


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m tools.analyst.controls",
        description="Show or set the list of an account or a merchant, and an account's snooze.",
        epilog="Changes take effect on the next payment. Credentials come from the environment as for the "
        "AWS CLI; `make rights` prints the policy they need.",
    )
    outputs.add_arguments(parser)
    parser.add_argument("--account", metavar="ID", help="its id, or its pseudonym from a mail")
    parser.add_argument("--transaction", metavar="ID", help="the account of this transaction")
    parser.add_argument("--history", action="store_true", help="show the history of changes")
    parser.add_argument(
        "--as-given", action="store_true", help="ACCOUNT is an id, although it looks like a pseudonym"
    )
    parser.add_argument("--merchant", metavar="ID")
    parser.add_argument("--list", choices=[*Standing, NONE], help="list to set, or none")
    parser.add_argument("--until", metavar="TIME", help="expiry of the list entry (UTC; default: no expiry)")
    parser.add_argument(
        "--snooze", metavar="2h|none", help=f"suppress alerts for this time, at most {LONGEST_SNOOZE_DAYS}d"
    )
    parser.add_argument(
        "--amount",
        metavar="USD|any",
        help="allow or snooze payments up to this value (default: the maximum for one person)",
    )
    parser.add_argument("--by", metavar="NAME", help="who decides")
    parser.add_argument("--note", metavar="TEXT", help="why")
    return parser


if __name__ == "__main__":
    sys.exit(
        ended(
            "controls",
            main,
            on_interrupt="the change is complete or did not happen: run the command without LIST and "
            "SNOOZE to check",
        )
    )
