"""Decide whether an alert is mailed alone or counted in the group of its account or of a flood.

If grouping fails, the alert is mailed: a superfluous mail is better than a lost alert.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from shared.runtime.backoff import pause
from shared.runtime.events import SuspiciousTransaction
from shared.runtime.logs import Logger
from shared.runtime.pseudonym import pseudonym
from stacks.alerting.functions.notifier.close_request import CloseRequest
from stacks.alerting.functions.notifier.dependencies import Dependencies
from stacks.alerting.functions.notifier.group import FLOOD, FLOOD_SECONDS, AlertGroup
from stacks.alerting.functions.notifier.ports import NotifierError

_ATTEMPTS: Final = 5
_FLOOD_ATTEMPTS: Final = 12
"""Maximum attempts in a flood, in which all invocations update a single item."""


@dataclass(frozen=True)
class _Gathering:
    """The rules of a kind of group: an account's, or the digest of a flood.

    Attributes:
        window_seconds: Window in which it accepts alerts; 0 disables the group.
        attempts: Maximum attempts when there are concurrent changes.
        said: Log message for a grouped alert.
        opened: Returns the group that an alert opens.
        mails: Returns whether the alert is mailed alone.
        joined: Returns the group with another alert.
    """

    window_seconds: int
    attempts: int
    said: str
    opened: Callable[[SuspiciousTransaction, int], AlertGroup]
    mails: Callable[[AlertGroup, SuspiciousTransaction], bool]
    joined: Callable[[AlertGroup, SuspiciousTransaction], AlertGroup]


class Grouping:
    """Assigns alerts to groups.

    Args:
        dependencies: Ports, settings, logger and clock.
    """

    def __init__(self, dependencies: Dependencies) -> None:
        self._groups = dependencies.groups
        self._closings = dependencies.closings
        self._clock = dependencies.clock
        settings = dependencies.settings
        window, most, secret = (
            settings.alert_grouping_seconds,
            settings.most_mails_per_minute,
            settings.common.pseudonym_secret,
        )
        self._of_account = _Gathering(
            window_seconds=window,
            attempts=_ATTEMPTS,
            said="grouped",
            opened=lambda alert, now: AlertGroup.opened(alert, now=now, window_seconds=window),
            mails=lambda group, alert: group.is_graver(alert),
            joined=lambda group, alert: group.with_grouped(alert),
        )
        self._of_flood = _Gathering(
            window_seconds=FLOOD_SECONDS if most else 0,
            attempts=_FLOOD_ATTEMPTS,
            said="in the digest",
            opened=lambda alert, now: AlertGroup.opened(
                alert, now=now, window_seconds=FLOOD_SECONDS, account_id=FLOOD
            ),
            mails=lambda group, _: len(group.mailed_alert_ids) < most,
            joined=lambda group, alert: group.with_grouped(
                alert, pseudonym(alert.transaction.account_id, secret)
            ),
        )

    def takes(self, alert: SuspiciousTransaction, log: Logger) -> bool:
        """Count a recorded, PENDING alert in a group; return False to mail it alone.

        Raises:
            NotifierError: It is unknown whether the alert was counted.
        """
        return self._counted(alert, self._of_account, log) or self._counted(alert, self._of_flood, log)

    def _counted(self, alert: SuspiciousTransaction, gathering: _Gathering, log: Logger) -> bool:
        if not gathering.window_seconds:
            return False
        alert_id = alert.transaction.alert_id
        for attempt in range(1, gathering.attempts + 1):
            now = self._clock()
            try:
                group = self._groups.open(gathering.opened(alert, now), now=now)
                # One that waits for its summary takes no more; neither may its place be taken.
                if group is None or alert_id in group.mailed_alert_ids or not group.takes(now):
                    return False
                if gathering.mails(group, alert):
                    if self._groups.change(group.with_mailed(alert)):
                        return False
                    pause(attempt)
                    continue
                self._have_it_closed(group, alert, now)
            except NotifierError as error:
                log.warning(f"not {gathering.said}, mailed instead", reason=str(error))
                return False
            if self._groups.join(gathering.joined(group, alert), alert_id, now=now):
                return True
            pause(attempt)
        log.warning(f"not {gathering.said}, mailed instead", reason="others change the group all the time")
        return False

    def _have_it_closed(self, group: AlertGroup, alert: SuspiciousTransaction, now: int) -> None:
        """Request the closing before counting an alert: a superfluous request is harmless, a lost one not."""
        if group.close_requested:
            return
        request = CloseRequest(
            account_id=group.account_id, opened_by=group.opened_by, trace_header=alert.trace_header
        )
        self._closings.request(request, delay_seconds=math.ceil((group.closes_at - now) / 1000))
