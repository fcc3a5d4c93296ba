"""Close a group at the end of its window and mail its summary."""

from shared.runtime.logs import Logger
from shared.runtime.pseudonym import pseudonym
from shared.runtime.tracing import Segment, continue_trace
from stacks.alerting.functions.notifier.close_request import CloseRequest
from stacks.alerting.functions.notifier.dependencies import Dependencies
from stacks.alerting.functions.notifier.group import FLOOD, AlertGroup
from stacks.alerting.functions.notifier.ports import LEASE_MARGIN_MILLISECONDS, NotifierError
from stacks.alerting.functions.notifier.summary import body, subject


class Closing:
    """Mails each group's summary once, unless an invocation ends between the mail and marking the group.

    Args:
        dependencies: Ports, settings, logger and clock.
    """

    def __init__(self, dependencies: Dependencies) -> None:
        self._groups = dependencies.groups
        self._mailer = dependencies.mailer
        self._settings = dependencies.settings
        self._log = dependencies.log
        self._clock = dependencies.clock

    def close(self, request: CloseRequest, *, remaining_milliseconds: int) -> None:
        """Close a group; `remaining_milliseconds` is the remaining time of the invocation.

        Raises:
            NotifierError: Closing failed, or another invocation is closing the group.
        """
        account = FLOOD
        if request.account_id != FLOOD:
            account = pseudonym(request.account_id, self._settings.common.pseudonym_secret)
        trace = continue_trace(request.trace_header)
        log = self._log.bind(trace_id=trace.trace_id, account=account, group=request.opened_by)
        with Segment("summarise-alerts", trace) as segment:
            table = self._settings.alerts_table
            with segment.call("DynamoDB", "UpdateItem", table_name=table):
                now = self._clock()
                lease = now + remaining_milliseconds + LEASE_MARGIN_MILLISECONDS
                group = self._groups.begin_closing(request, now=now, lease_until=lease)
            if group is None:
                log.info("group is closed already")
                return
            message_id = ""
            if group.grouped:
                with segment.call("SNS", "Publish"):
                    message_id = self._mail(group, account, log)
            with segment.call("DynamoDB", "UpdateItem", table_name=table):
                # Unlike an alert's, this mark is required: without it the account would never be grouped
                # again.
                self._groups.finish_closing(group, message_id=message_id, now=self._clock())
        log.notice("summarised", alerts=group.grouped, message_id=message_id)

    def _mail(self, group: AlertGroup, account: str, log: Logger) -> str:
        place = self._settings.place
        try:
            return self._mailer.publish(
                subject(group, account=account, environment=place.environment),
                body(group, account=account, place=place),
            )
        except NotifierError:
            try:
                self._groups.release_closing(group)
            except NotifierError as error:
                # The lease expires before the message is redelivered.
                log.warning("lease not released", reason=str(error))
            raise
