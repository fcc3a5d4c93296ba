"""What the services of one process share."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from shared.runtime.logs import Logger
from stacks.alerting.functions.notifier.ports import AlertGroups, AlertRecords, Closings, Mailer
from stacks.alerting.functions.notifier.settings import NotifierSettings


def now() -> int:
    """Return the epoch milliseconds of now."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, kw_only=True)
class Dependencies:
    """The world behind its ports, the settings, where to log, and the clock."""

    records: AlertRecords
    groups: AlertGroups
    closings: Closings
    mailer: Mailer
    settings: NotifierSettings
    log: Logger
    clock: Callable[[], int] = now
