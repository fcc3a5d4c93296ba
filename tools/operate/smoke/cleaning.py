"""Takes away what a run left in the tables, and tells what cannot be taken away."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from tools.deploy.outputs import OperatorError
from tools.operate.smoke.places import Item, Places
from tools.operate.smoke.synthetic import Run


@dataclass(frozen=True)
class Cleaned:
    """What a cleaning did.

    Attributes:
        removed: How many of each kind it found and deleted.
        alerted: Ids of the transactions that had an alert record.
        mailed: Ids of those whose mail had gone out.
        problems: What it could not delete, and why.
    """

    removed: Mapping[str, int]
    alerted: tuple[str, ...]
    mailed: tuple[str, ...]
    problems: tuple[str, ...]

    @property
    def text(self) -> str:
        """What was removed, in words."""
        return ", ".join(f"{kind} {count}" for kind, count in self.removed.items()) or "nothing to delete"


def clean(places: Places, run: Run) -> Cleaned:
    """Delete the items, profile, counter, alert records and their group of a run; safe to repeat."""
    removed: Counter[str] = Counter()
    alerts: dict[str, Item] = {}
    problems: list[str] = []

    def remove(kind: str, delete: Callable[[], Item | None]) -> Item | None:
        try:
            found = delete()
        except OperatorError as error:
            # What else there is can still be deleted; the report and the exit code tell of this one.
            problems.append(str(error))
            return None
        if found is not None:
            removed[kind] += 1
        return found

    for transaction in run.transactions:
        remove("transactions", partial(places.remove_transaction, transaction))
        alert = remove("alert records", partial(places.remove_alert, transaction))
        if alert is not None:
            alerts[transaction.transaction_id] = alert
    remove("alert groups", partial(places.remove_group, run.account_id))
    remove("profiles", partial(places.remove_profile, run.account_id))
    remove("counters", partial(places.remove_first_uses, run.merchant_id))
    mailed = tuple(identifier for identifier, alert in alerts.items() if alert.get("sent_at"))
    return Cleaned(dict(removed), tuple(alerts), mailed, tuple(dict.fromkeys(problems)))
