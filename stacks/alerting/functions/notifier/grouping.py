"""Decides whether an alert is mailed on its own or counted in the group of its account, or of a flood.

Every alert ends in exactly one of these. Where grouping meets trouble the alert is mailed: a mail too many
is better than an alert that nobody hears of.
"""

import math
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
"""In a flood all who handle alerts change one item."""


class Grouping:
    """Finds the place of each alert.

    Args:
        dependencies: The world, the settings, and the clock.
    """

    def __init__(self, dependencies: Dependencies) -> None:
        self._groups = dependencies.groups
        self._closings = dependencies.closings
        self._window_seconds = dependencies.settings.alert_grouping_seconds
        self._most_mails = dependencies.settings.most_mails_per_minute
        self._secret = dependencies.settings.common.pseudonym_secret
        self._clock = dependencies.clock

    def takes(self, alert: SuspiciousTransaction, log: Logger) -> bool:
        """Count a recorded, PENDING alert in a group; False where it is to be mailed on its own.

        Raises:
            NotifierError: It is unknown whether it has been counted.
        """
        return self._account_takes(alert, log) or self._flood_takes(alert, log)

    def _account_takes(self, alert: SuspiciousTransaction, log: Logger) -> bool:
        if not self._window_seconds:
            return False
        for attempt in range(1, _ATTEMPTS + 1):
            now = self._clock()
            try:
                group = self._open_group(alert, now)
                if group is None:
                    return False
                if group.is_graver(alert):
                    if self._groups.change(group.with_mailed(alert)):
                        return False
                    pause(attempt)
                    continue
                self._have_it_closed(group, alert, now)
            except NotifierError as error:
                log.warning("not grouped, mailed instead", reason=str(error))
                return False
            if self._groups.join(group.with_grouped(alert), alert.transaction.alert_id, now=now):
                return True
            pause(attempt)
        log.warning("not grouped, mailed instead", reason="others change the group all the time")
        return False

    def _flood_takes(self, alert: SuspiciousTransaction, log: Logger) -> bool:
        """Count an alert in the digest of the minute, where so many have had mails of their own."""
        if not self._most_mails:
            return False
        alert_id = alert.transaction.alert_id
        account = pseudonym(alert.transaction.account_id, self._secret)
        for attempt in range(1, _FLOOD_ATTEMPTS + 1):
            now = self._clock()
            opened = AlertGroup.opened(alert, now=now, window_seconds=FLOOD_SECONDS, account_id=FLOOD)
            try:
                group = self._groups.open(opened, now=now)
                if group is None or alert_id in group.mailed_alert_ids or not group.takes(now):
                    return False
                if len(group.mailed_alert_ids) < self._most_mails:
                    if self._groups.change(group.with_mailed(alert)):
                        return False
                    pause(attempt)
                    continue
                self._have_it_closed(group, alert, now)
            except NotifierError as error:
                log.warning("not in the digest, mailed instead", reason=str(error))
                return False
            if self._groups.join(group.with_grouped(alert, account), alert_id, now=now):
                return True
            pause(attempt)
        log.warning("not in the digest, mailed instead", reason="others change it all the time")
        return False

    def _open_group(self, alert: SuspiciousTransaction, now: int) -> AlertGroup | None:
        """Return the group that the alert may join; None where it has a mail of its own."""
        group = self._groups.open(
            AlertGroup.opened(alert, now=now, window_seconds=self._window_seconds), now=now
        )
        if group is None or alert.transaction.alert_id in group.mailed_alert_ids:
            return None
        # One that waits for its summary takes no more; neither may its place be taken.
        return group if group.takes(now) else None

    def _have_it_closed(self, group: AlertGroup, alert: SuspiciousTransaction, now: int) -> None:
        """Ask before anything is counted: to ask twice or in vain is harmless, to forget it is not."""
        if group.close_requested:
            return
        request = CloseRequest(
            account_id=group.account_id, opened_by=group.opened_by, trace_header=alert.trace_header
        )
        self._closings.request(request, delay_seconds=math.ceil((group.closes_at - now) / 1000))
