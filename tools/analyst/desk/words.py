"""How pages say things: times, amounts, reasons; the reasons in the very words of the mails."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, cast

from shared.runtime.alerts import AlertStatus
from shared.runtime.money import readable
from stacks.alerting.functions.notifier.wording import NAME_CODES, headline, sentence
from tools.analyst.desk.model import now
from tools.analyst.records.alert import Alert, Reason, score_told

if TYPE_CHECKING:
    from shared.runtime.events import AlertReason

_STATUSES: Final = {
    AlertStatus.OPEN: "open",
    AlertStatus.CONFIRMED_FRAUD: "fraud",
    AlertStatus.LEGITIMATE: "legitimate",
}
_UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def time(milliseconds: int) -> str:
    """Return a time to the second, in UTC."""
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d %H:%M:%S}"


def minute(milliseconds: int) -> str:
    """Return a time to the minute, in UTC."""
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d %H:%M}"


def day(milliseconds: int) -> str:
    """Return a date in UTC."""
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d}"


def ago(milliseconds: int) -> str:
    """Return how long ago a time is: `3 min`, for example."""
    return lasting(now() - milliseconds)


def lasting(milliseconds: float) -> str:
    """Return a duration in its largest unit that it fills: `90000` is "1 min"."""
    seconds = milliseconds / 1000
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(milliseconds, 0):.0f} ms"


def money(amount: Decimal, currency: str) -> str:
    """Return an amount as people read it."""
    return readable(amount, currency)


def score(value: Decimal | None) -> str:
    """Return a score with three decimals; never rounded up to certainty."""
    return "none" if value is None else score_told(value)


def share(value: float | None) -> str:
    """Return a share in per cent, and a dash where there is none."""
    return "–" if value is None else f"{value:.0%}"  # noqa: RUF001 - a dash


def status(alert: Alert) -> str:
    """Return an alert's status in one word."""
    return _STATUSES[alert.status]


def short_reason(reason: Reason) -> str:
    """Return a few words about a reason."""
    return _plain(headline(cast("AlertReason", reason)), reason)


def whole_reason(reason: Reason) -> str:
    """Return a sentence about a reason, with what was seen, what is usual and from where on it counts."""
    return _plain(sentence(cast("AlertReason", reason)), reason)


def points(value: Decimal) -> str:
    """Return points with their sign."""
    return f"{value:+.2f}"


def _plain(text: str, reason: Reason) -> str:
    return text or reason.code.replace("_", " ")


def identity(arn: str) -> str:
    """Return what people know an identity by: the last two parts of its ARN."""
    return "/".join(arn.rpartition(":")[2].split("/")[-2:])


def figure(text: str) -> str:
    """Return what a reason shows or compares with, as people read a number; words stay as they are."""
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) or Decimal(text) < 1:
        return text
    rounded = f"{Decimal(text):,.2f}"
    return rounded.removesuffix(".00")


def seen(reason: Reason) -> str:
    """Return what a payment showed: a name as it is, a number as people read it."""
    return reason.observed if reason.code in NAME_CODES else figure(reason.observed)


def threshold(value: float) -> str:
    """Return a threshold as exactly as scores are recorded: one just below certainty is not 1."""
    return f"{value:.6g}"


FILTERS: Final[dict[str, Any]] = {
    "time": time,
    "minute": minute,
    "day": day,
    "ago": ago,
    "lasting": lasting,
    "score": score,
    "share": share,
    "status": status,
    "short_reason": short_reason,
    "whole_reason": whole_reason,
    "points": points,
    "identity": identity,
    "figure": figure,
    "seen": seen,
    "threshold": threshold,
}
"""What templates may call, by name."""
