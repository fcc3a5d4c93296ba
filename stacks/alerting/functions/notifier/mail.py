"""The mail of an alert, with a subject for triage. Pure."""

import json
import textwrap
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_DOWN, Decimal
from typing import Final

from shared.runtime.events import StoredTransaction, SuspiciousTransaction
from shared.runtime.money import readable
from shared.runtime.untrusted import defanged, visible
from stacks.alerting.functions.notifier.verdict_instructions import verdict_instructions
from stacks.alerting.functions.notifier.wording import headline, sentence

MAXIMUM_SUBJECT_LENGTH: Final = 100  # SNS's limit
LEAST_POINTS: Final = Decimal("0.05")
"""Minimum points of a reason with its own line, since fewer round to 0.0."""

_WIDTH: Final = 72


@dataclass(frozen=True, slots=True)
class Place:
    """References to more information for the reader of a mail."""

    environment: str
    region: str
    transactions_table: str
    alerts_table: str
    verdicts_url: str
    grouping_seconds: int = 0


def subject(suspicious: SuspiciousTransaction, environment: str) -> str:
    """Return the subject, a line of at most 100 ASCII characters."""
    amount = readable(suspicious.transaction.amount, suspicious.transaction.currency)
    main_reason = headline(suspicious.reasons[0])
    text = f"[{environment}] Fraud {two_digits(suspicious.score)}: {amount}, {main_reason}"
    return one_line(text)


def one_line(text: str) -> str:
    """Return a text as a valid SNS subject."""
    printable = "".join(c if c.isascii() and c.isprintable() else "?" for c in text)
    return textwrap.shorten(printable, MAXIMUM_SUBJECT_LENGTH, placeholder="...")


def body(suspicious: SuspiciousTransaction, *, account: str, trace_id: str, place: Place) -> str:
    """Return the body of the mail.

    Args:
        suspicious: The message.
        account: Pseudonym of the account, whose id must not be in a mail.
        trace_id: Id of the trace of the POST.
        place: References to more information.
    """
    sections = (
        _summary(suspicious, place),
        _why(suspicious),
        _facts(suspicious, account, trace_id),
        verdict_instructions(
            suspicious.transaction,
            environment=place.environment,
            region=place.region,
            verdicts_url=place.verdicts_url,
            width=_WIDTH,
        ),
        _further(suspicious.transaction, trace_id, place),
    )
    return "\n\n".join(sections) + "\n"


def _summary(suspicious: SuspiciousTransaction, place: Place) -> str:
    amount = readable(suspicious.transaction.amount, suspicious.transaction.currency)
    return textwrap.fill(
        f"A payment of {amount} has a fraud probability of {two_digits(suspicious.score)}; "
        f"the alert threshold is {two_digits(suspicious.score_threshold)}. Environment: {place.environment}."
        f"{_more_to_come(place.grouping_seconds)}",
        _WIDTH,
    )


def _more_to_come(grouping_seconds: int) -> str:
    if not grouping_seconds:
        return ""
    return (
        f" Further alerts of the account within {grouping_seconds} seconds of the first come in one summary "
        "mail, unless they are much more severe."
    )


def _why(suspicious: SuspiciousTransaction) -> str:
    """Return the points as a receipt: base, reasons and total."""
    if suspicious.base is None:
        sentences = (_line("", sentence(reason)) for reason in suspicious.reasons)
        return "\n".join(["WHY (strongest first)", *sentences])
    lines = [_line(_signed(suspicious.base), "base of every payment")]
    lesser, number = Decimal(0), 0
    for reason in suspicious.reasons:
        points = reason.points or Decimal(0)
        if abs(points) < LEAST_POINTS:
            lesser, number = lesser + points, number + 1
        else:
            lines.append(_line(_signed(points), sentence(reason)))
    if number:
        lines.append(_line(_signed(lesser), f"{number} minor reasons, listed in the alert record"))
    total = suspicious.base + sum((reason.points or Decimal(0)) for reason in suspicious.reasons)
    said = f"log-odds, a fraud probability of {two_digits(suspicious.score)}"
    return "\n".join(
        ["WHY (rounded points; their sum is the log-odds)", *lines, _line(f"={_signed(total)}", said)]
    )


def _signed(points: Decimal) -> str:
    return f"{points:+.1f}"


def _line(points: str, words: str) -> str:
    return textwrap.fill(
        words, _WIDTH, initial_indent=f"{points:>6}  ", subsequent_indent=" " * 8, break_on_hyphens=False
    )


def _facts(suspicious: SuspiciousTransaction, account: str, trace_id: str) -> str:
    transaction = suspicious.transaction
    facts = {
        "When": f"{utc(transaction.timestamp)}, received {utc(transaction.received_at)}",
        "Where": _where(transaction),
        "How": _how(transaction),
        "Account": f"{account} (a pseudonym)",
        "Merchant": _merchant(transaction),
        "Transaction": visible(transaction.transaction_id),
        "Trace": trace_id,
        "Alert": transaction.alert_id,
        "Rules": suspicious.rules_version,
    }
    return "\n".join(["FACTS", *(f"{name}: {fact}" for name, fact in facts.items() if fact)])


def _where(transaction: StoredTransaction) -> str:
    position = ""
    if transaction.latitude is not None and transaction.longitude is not None:
        position = f"latitude {transaction.latitude:.2f}, longitude {transaction.longitude:.2f}"
    return ", ".join(part for part in (defanged(transaction.country or ""), position) if part)


def _how(transaction: StoredTransaction) -> str:
    card = {True: "card present", False: "card not present", None: ""}[transaction.card_present]
    return ", ".join(part for part in (defanged(transaction.channel or ""), card) if part)


def _merchant(transaction: StoredTransaction) -> str:
    """Return the merchant, defanged: its name is untrusted and may look like a link."""
    category = f" ({defanged(transaction.merchant_category)})" if transaction.merchant_category else ""
    return f"{defanged(transaction.merchant_id)}{category}"


def _further(transaction: StoredTransaction, trace_id: str, place: Place) -> str:
    transaction_key = (
        f'{{"transaction_id": {{"S": {json.dumps(transaction.transaction_id)}}},',
        f' "timestamp": {{"N": "{transaction.timestamp}"}}}}',
    )
    alert_key = ('{"alert_id":', f' {{"S": "{transaction.alert_id}"}}}}')
    console = f"https://{place.region}.console.aws.amazon.com/cloudwatch/home?region={place.region}"
    return "\n".join(
        [
            "INVESTIGATE",
            "The transaction, with the account id:",
            _get_item(place.region, place.transactions_table, transaction_key),
            "The alert record, with every reason:",
            _get_item(place.region, place.alerts_table, alert_key),
            "The X-Ray trace:",
            f"  {console}#xray:traces/{trace_id}",
        ]
    )


def _get_item(region: str, table: str, key: tuple[str, str]) -> str:
    first, second = key
    return (
        f"  aws dynamodb get-item --region {region} \\\n"
        f"    --table-name {table} \\\n"
        f"    --key '{first}\n          {second}'"
    )


def two_digits(share: Decimal) -> Decimal:
    """Return a score with two decimals."""
    # Rounded down, because 0.999 is not 1.00 and 0.499 is below a threshold of 0.50.
    return share.quantize(Decimal("0.01"), ROUND_DOWN)


def utc(milliseconds: int) -> str:
    """Return epoch milliseconds as a readable UTC time."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
