"""Which alerts a page shows, and in which order: from the words of its address."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from shared.runtime.alerts import AlertStatus
from tools.analyst.records.alert import Alert
from tools.analyst.times import duration, is_duration

ROWS: Final = 100
"""Rows of one page."""
EVERY: Final = "ALL"
NEWEST: Final = "newest"
_NO_SCORE: Final = -1

_ORDERS: Final[Mapping[str, Callable[[Alert], Any]]] = {
    NEWEST: lambda alert: -alert.received_at,
    "oldest": lambda alert: alert.received_at,
    "score": lambda alert: -(_NO_SCORE if alert.score is None else alert.score),
    "amount": lambda alert: -alert.amount,
}
ORDERS: Final = tuple(_ORDERS)
TIMES: Final = ("1h", "24h", "7d", "30d")


@dataclass(frozen=True)
class Filter:
    """What is asked for; an empty text asks for nothing in particular.

    Attributes:
        status: A status, or `EVERY`.
        reason: Among the reasons.
        account: Id or pseudonym.
        merchant: Its id.
        device: Its id.
        since: How long ago at most, as `7d`.
        rules: The version of the rules.
        group: Id of the alert that opened a group: it, and those that its summary tells of.
        search: Part of a transaction's id, an account's id or pseudonym, or a merchant's id.
        order: One of `ORDERS`.
        folded: Show one row for each group.
        page: From 1.
    """

    status: str = AlertStatus.OPEN.value
    reason: str = ""
    account: str = ""
    merchant: str = ""
    device: str = ""
    since: str = ""
    rules: str = ""
    group: str = ""
    search: str = ""
    order: str = NEWEST
    folded: bool = True
    page: int = 1

    @classmethod
    def of(cls, words: Mapping[str, str]) -> "Filter":
        """Read the words of an address; what is none of ours counts for nothing."""
        texts = {
            name: words.get(name, "").strip()
            for name in ("reason", "account", "merchant", "device", "rules", "group", "search")
        }
        status, order, since = words.get("status", ""), words.get("order", ""), words.get("since", "")
        page = words.get("page", "")
        return cls(
            **texts,
            status=status if status in {*AlertStatus, EVERY} else AlertStatus.OPEN.value,
            order=order if order in ORDERS else NEWEST,
            since=since if is_duration(since) else "",
            folded=words.get("folded") != "no",
            page=int(page) if page.isascii() and page.isdecimal() and 0 < int(page) < 10**6 else 1,
        )

    def words(self, **changes: Any) -> str:
        """Return this as the words of an address, with changes; another filter begins on its first page."""
        values = {**vars(self), **({"page": 1} if changes else {}), **changes}
        if isinstance(values["folded"], bool):
            values["folded"] = "" if values["folded"] else "no"
        usual = vars(Filter())
        said = {name: str(value) for name, value in values.items() if value and value != usual[name]}
        return urlencode(said)

    @property
    def narrowed(self) -> list[tuple[str, str]]:
        """What narrows the list besides status and order: name and value."""
        names = ("reason", "account", "merchant", "device", "since", "rules", "group", "search")
        return [(name, str(getattr(self, name))) for name in names if getattr(self, name)]

    def takes(self, now: int) -> Callable[[Alert], bool]:
        """Return what tells whether an alert fits, whatever its status."""
        since = now - duration(self.since) if self.since else 0
        search = self.search.lower()

        def fits(alert: Alert) -> bool:
            return (
                alert.received_at >= since
                and (not self.account or self.account in {alert.account_id, alert.account})
                and (not self.merchant or alert.merchant_id == self.merchant)
                and (not self.device or alert.device_id == self.device)
                and (not self.rules or alert.rules_version == self.rules)
                and (not self.group or self.group in {alert.alert_id, alert.grouped_with})
                and (not search or search in alert.haystack)
                and (not self.reason or any(reason.code == self.reason for reason in alert.reasons))
            )

        return fits


@dataclass
class Row:
    """One row of the list: an alert, and how many more of its group are folded into it."""

    alert: Alert
    folded: int = 0


@dataclass
class Selection:
    """What a filter finds.

    Attributes:
        rows: Of the page that is asked for.
        total: Rows of all pages.
        alerts: Alerts that fit.
        pages: How many pages there are.
        statuses: How many fit otherwise, by status.
    """

    rows: list[Row]
    total: int
    alerts: int
    pages: int
    statuses: Counter[str] = field(default_factory=Counter)


def select(alerts: Iterable[Alert], wanted: Filter, now: int) -> Selection:
    """Return what a filter finds among records; only those that were alerts are listed."""
    fits = wanted.takes(now)
    fitting = [alert for alert in alerts if alert.was_alert and fits(alert)]
    statuses = Counter(alert.status.value for alert in fitting)
    if wanted.status != EVERY:
        fitting = [alert for alert in fitting if alert.status == wanted.status]
    fitting.sort(key=_ORDERS[wanted.order])
    rows = _folded(fitting) if wanted.folded and not wanted.group else [Row(alert) for alert in fitting]
    start = (wanted.page - 1) * ROWS
    return Selection(
        rows=rows[start : start + ROWS],
        total=len(rows),
        alerts=len(fitting),
        pages=max(1, -(-len(rows) // ROWS)),
        statuses=statuses,
    )


def _folded(alerts: Iterable[Alert]) -> list[Row]:
    """One row for each group: that of its first alert in this order."""
    rows: dict[str, Row] = {}
    for alert in alerts:
        key = alert.grouped_with or alert.alert_id
        if key in rows:
            rows[key].folded += 1
        else:
            rows[key] = Row(alert)
    return list(rows.values())
