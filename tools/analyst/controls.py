"""`make controls`: show or edit the list that an account or a merchant is on, and an account's snooze.

`python -m tools.analyst.controls ENV --outputs FILE --account ID [--list deny --by NAME]`; docs/rules.md
says what each list does. Exit code 0: done. 1: refused; nothing has changed.
"""

import argparse
import json
import re
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from botocore.session import get_session

from shared.runtime.pseudonym import PATTERN as PSEUDONYM
from shared.runtime.schema import transaction_schema
from stacks.compute.functions.detector.scoring import Controls, ProfileError, Standing
from stacks.compute.functions.profiles.items import account_key, controls_key, merchant_key
from tools.analyst.profiles_table import Change, Items, Place
from tools.analyst.times import TimeError, duration, moment, told
from tools.deploy import outputs
from tools.deploy.outputs import OperatorError
from tools.terminal.ending import ended
from tools.terminal.parser import Parser

NONE: Final = "none"
LONGEST_SNOOZE_DAYS: Final = 30
_COMMAND: Final = "make controls"
_DAY_MILLISECONDS: Final = 86_400_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    edits = bool(options.list or options.snooze)
    if not options.rights and bool(options.account) == bool(options.merchant):
        parser.error("say whose: ACCOUNT=id or MERCHANT=id")
    if edits and not options.by:
        parser.error("say who decides: BY=name")
    if options.until and options.list in {None, NONE}:
        parser.error("UNTIL says how long a list holds: give LIST too; a snooze has its own length")
    if options.snooze and options.merchant:
        parser.error("only an account can be snoozed; for a merchant there is LIST=allow")
    try:
        place = Place.of(outputs.Outputs.named(options))
        if options.rights:
            print(json.dumps(place.rights(controls_key("*")), indent=2))
            return 0
        whose, key = _subject(options)
        items = Items(place, get_session(), _COMMAND)
        item = items.get(key)
        now = time.time_ns() // 1_000_000
        if edits:
            values = edited(item, options, now)
            item = items.replace(key, item, values, Change(options.by, now, options.note or None))
        print("\n".join(_shown(f"{whose} of {options.environment}", item, now)))
    except OperatorError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _subject(options: argparse.Namespace) -> tuple[str, str]:
    """Whom it is about, in words, and the key of the item."""
    kind = "account" if options.account else "merchant"
    identifier = options.account or options.merchant
    pattern = transaction_schema()["properties"][f"{kind}_id"]["pattern"]
    if not re.fullmatch(pattern.removesuffix("$"), identifier):
        raise OperatorError(f"{identifier!r} is no {kind}'s id: it does not match {pattern}")
    if options.account and not options.as_given and re.fullmatch(PSEUDONYM, identifier):
        raise OperatorError(
            f"ACCOUNT={identifier} is a pseudonym, as mails and logs have it: a list of it would do nothing. "
            "The mail's first command under HOW TO LOOK FURTHER shows the account's own account_id: give "
            "that. (An account that is really called so: ARGS=--as-given)"
        )
    key = account_key(identifier) if options.account else merchant_key(identifier)
    return f"{kind} {identifier}", controls_key(key)


def edited(item: Mapping[str, Any] | None, options: argparse.Namespace, now: int) -> dict[str, Any]:
    """Return what an item is to hold after an edit; what the edit does not name stays, if it is readable.

    Args:
        item: As it is now.
        options: `list`, `until` and `snooze`, texts or None.
        now: Epoch milliseconds.

    Raises:
        OperatorError: A time is none, is over, or is too far away.
    """
    try:
        controls = Controls.from_item(item)
    except ProfileError:
        controls = Controls()
    if options.list == NONE:
        controls = controls._replace(standing=None, standing_until=0)
    elif options.list:
        until = _until(options.until, now) if options.until else 0
        controls = controls._replace(standing=Standing(options.list), standing_until=until)
    if options.snooze:
        controls = controls._replace(snoozed_until=_snoozed_until(options.snooze, now))
    return {
        "standing": None if controls.standing is None else controls.standing.value,
        "standing_until": controls.standing_until or None,
        "snoozed_until": controls.snoozed_until or None,
    }


def _until(text: str, now: int) -> int:
    try:
        until = moment(text)
    except TimeError as error:
        raise OperatorError(str(error)) from None
    if until <= now:
        raise OperatorError(f"{told(until)} is over")
    return until


def _snoozed_until(text: str, now: int) -> int:
    if text == NONE:
        return 0
    try:
        length = duration(text)
    except TimeError as error:
        raise OperatorError(str(error)) from None
    if length > LONGEST_SNOOZE_DAYS * _DAY_MILLISECONDS:
        raise OperatorError(f"{text} is too long: a snooze ends after {LONGEST_SNOOZE_DAYS} days at most")
    return now + length


def _controls(item: Mapping[str, Any] | None) -> Controls:
    try:
        return Controls.from_item(item)
    except ProfileError as error:
        raise OperatorError(
            f"{error}, so that the detector cannot decide about its payments. LIST=none sets them anew"
        ) from None


def _shown(whose: str, item: Mapping[str, Any] | None, now: int) -> list[str]:
    controls = _controls(item)
    said = []
    if controls.standing is not None:
        said.append(f"on the list {controls.standing.value} {_lasting(controls.standing_until, now)}")
    if controls.snoozed_until:
        said.append(f"snoozed {_lasting(controls.snoozed_until, now)}")
    lines = [f"{whose}: {', '.join(said) or 'on no list, not snoozed'}"]
    if item and "by" in item:
        note = f": {item['note']}" if item.get("note") else ""
        when = f"set {told(int(item['at']))} by {item['by']} ({item['identity']})"
        lines.append(f"  {when}, change {item['revision']}{note}")
    return lines


def _lasting(until: int, now: int) -> str:
    if not until:
        return "for ever"
    return f"until {told(until)}{' (over)' if until <= now else ''}"


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m tools.analyst.controls",
        description="Show or edit the list that an account or a merchant is on, and an account's snooze.",
        epilog="In force from the next payment on. Credentials come from the environment as for the AWS CLI; "
        "--rights says what they must allow.",
    )
    outputs.add_arguments(parser)
    parser.add_argument("--account", metavar="ID")
    parser.add_argument("--as-given", action="store_true", help="the account is called like a pseudonym")
    parser.add_argument("--merchant", metavar="ID")
    parser.add_argument("--list", choices=[*Standing, NONE], help="put it on this list, or on none")
    parser.add_argument("--until", metavar="TIME", help="how long the list holds (UTC; default: for ever)")
    parser.add_argument(
        "--snooze", metavar="2h|none", help=f"no alerts for so long, at most {LONGEST_SNOOZE_DAYS}d"
    )
    parser.add_argument("--by", metavar="NAME", help="who decides")
    parser.add_argument("--note", metavar="TEXT", help="why")
    parser.add_argument(
        "--rights", action="store_true", help="print the IAM policy that the caller needs, and end"
    )
    return parser


if __name__ == "__main__":
    sys.exit(
        ended(
            "controls",
            main,
            on_interrupt="all of it is set or nothing: the same command without LIST and SNOOZE shows which",
        )
    )
