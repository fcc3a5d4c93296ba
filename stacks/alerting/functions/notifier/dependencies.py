"""Dependencies shared by the notifier's services."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from shared.runtime.logs import Logger
from stacks.alerting.functions.notifier.ports import AlertGroups, AlertRecords, Closings, Mailer
from stacks.alerting.functions.notifier.settings import NotifierSettings


def now() -> int:
    """Return the current time in epoch milliseconds."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, kw_only=True)
class Dependencies:
    """Ports, settings, logger and clock."""

    records: AlertRecords
    groups: AlertGroups
    closings: Closings
    mailer: Mailer
    settings: NotifierSettings
    log: Logger
    clock: Callable[[], int] = now
