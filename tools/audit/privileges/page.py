"""docs/privileges.md: the table that an auditor reads, from one run."""

import re
from collections.abc import Iterator

from tools.audit.privileges.comparison import Comparison
from tools.audit.privileges.grants import Grant
from tools.audit.privileges.unseen import UNSEEN

_OPENING = """\
# Privileges: given and used

Written by `make privileges`: it deploys the four layers on an embedded AWS, plays every path through them
(payments good and bad, alerts, verdicts, lists, rules, the desk, the smoke test and the canary, a load,
failures of each hop, redrive, reconcile, export and erase), and compares what each role is given with what it
was asked for. A right that nobody uses and a call that is refused both fail the command. The account is an
example; names end in the environment's suffix, here `local`. People (`…-person`) run their commands with the
policies that `make rights` prints, each for a job.

Then each layer is deployed, corrected (every resource brought back from something else: tags, and what may
change in place), looked at for drift, previewed and destroyed by its deployers (`fraud-*-dev`), whose rights
`make deployers` prints. What AWS or the real provider asks for, and no run does, is named below.

What a policy of AWS gives is one right: it is attached whole or not at all. Why two of them are attached:
README, "Wildcards". A Deny is no right; `tests/policy` holds those.
"""


def page(comparison: Comparison) -> str:
    """Return the page."""
    return "\n".join([_OPENING, *_summary(comparison), *_named(), *_tables(comparison)])


def _summary(comparison: Comparison) -> Iterator[str]:
    yield "| role | rights | used | named below | never used | refused |"
    yield "|---|---|---|---|---|---|"
    for role in comparison.roles:
        rights, named = _counted(comparison.granted[role]), len(comparison.unseen.get(role, ()))
        excess, missing = len(comparison.excess[role]), len(comparison.missing[role])
        yield f"| {role} | {rights} | {rights - excess - named} | {named} | {excess} | {missing} |"
    yield ""


def _named() -> Iterator[str]:
    yield "## What the embedded AWS does not ask for\n"
    yield "| statement | action | why it is given |"
    yield "|---|---|---|"
    for (statement, action), unseen in sorted(UNSEEN.items()):
        yield f"| {statement} | {action} | {unseen.why} ([AWS]({unseen.page})) |"
    yield ""


def _counted(grants: tuple[Grant, ...]) -> int:
    """A policy of AWS counts once."""
    return len({each.statement if each.of_aws else each for each in grants})


def _tables(comparison: Comparison) -> Iterator[str]:
    for role in comparison.roles:
        if role in comparison.unseen:
            continue  # a deployer's hundreds of rights are what `make deployers` prints
        excess = set(comparison.excess[role])
        yield f"## {role}\n"
        yield "| statement | action | on | if | used |"
        yield "|---|---|---|---|---|"
        told: set[str] = set()
        for grant in comparison.granted[role]:
            row = _row(grant, used=grant not in excess)
            if row not in told:
                told.add(row)
                yield row
        yield ""


def _row(grant: Grant, *, used: bool) -> str:
    said = "yes" if used else "**no**"
    if grant.of_aws:
        return f"| {grant.statement.rpartition('/')[2]} | those of AWS's policy | * | | {said} |"
    conditions = "<br>".join(f"{key} {operator} {value}" for operator, key, value in grant.conditions)
    return (
        f"| {grant.statement} | {grant.action} | {stable(grant.resource)} | {stable(conditions)} | {said} |"
    )


def stable(text: str) -> str:
    """Return an ARN without what differs from one run to the next."""
    text = re.sub(r":key/[0-9a-f-]{36}", ":key/…", text)
    text = re.sub(r"/stream/[0-9T:.-]+", "/stream/…", text)
    text = re.sub(r"(:execute-api:[^:]*:[^:]*:)[^/]+", r"\1…", text)
    return text.replace("*", "\\*")
