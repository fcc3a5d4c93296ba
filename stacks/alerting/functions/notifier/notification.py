"""Process an alert: record it, then group it or mail it once."""

from shared.runtime.counting import MAIL_LAG, MAILED, RECORDED, measured
from shared.runtime.events import SuspiciousTransaction
from shared.runtime.logs import Logger
from shared.runtime.pseudonym import pseudonym
from shared.runtime.tracing import Segment, TraceContext, continue_trace
from stacks.alerting.functions.notifier.dependencies import Dependencies
from stacks.alerting.functions.notifier.grouping import Grouping
from stacks.alerting.functions.notifier.mail import body, subject
from stacks.alerting.functions.notifier.ports import LEASE_MARGIN_MILLISECONDS, Claim, NotifierError
from stacks.alerting.functions.notifier.record import alert_record


class Notification:
    """Notifies of each alert once, although messages may be delivered twice, even concurrently.

    An alert is mailed alone or in the summary of its group. The record is claimed under a lease before the
    mail is sent, and marked afterwards. A second delivery finds it SENT, or under a lease that outlives the
    first invocation. If an invocation ends between the mail and the mark, the mail is repeated: a second mail
    is better than none.

    Args:
        dependencies: Ports, settings, logger and clock.
    """

    def __init__(self, dependencies: Dependencies) -> None:
        self._records = dependencies.records
        self._mailer = dependencies.mailer
        self._grouping = Grouping(dependencies)
        self._settings = dependencies.settings
        self._log = dependencies.log
        self._clock = dependencies.clock
        self._place = dependencies.settings.place

    def notify(self, suspicious: SuspiciousTransaction, *, remaining_milliseconds: int) -> None:
        """Notify of an alert; `remaining_milliseconds` is the remaining time of the invocation.

        Raises:
            NotifierError: Notifying failed, or another invocation is processing the alert.
        """
        transaction = suspicious.transaction
        trace = continue_trace(suspicious.trace_header)
        log = self._log.bind(
            trace_id=trace.trace_id,
            transaction_id=transaction.transaction_id,
            account=pseudonym(transaction.account_id, self._settings.common.pseudonym_secret),
        )
        with Segment("notify-security", trace) as segment:
            segment.annotate(transaction_id=transaction.transaction_id)
            with segment.call("DynamoDB", "UpdateItem", table_name=self._settings.alerts_table):
                claim = self._claim(suspicious, trace, remaining_milliseconds)
            if claim is Claim.HELD_BY_ANOTHER:
                raise NotifierError("another invocation is mailing this alert")
            if claim is Claim.DONE:
                log.info("duplicate", alert_id=transaction.alert_id)
                return
            if self._grouped(suspicious, segment, log):
                counts = measured(self._settings.function_name, {RECORDED: 1, MAILED: 0})
                log.measured("grouped", counts, level="NOTICE", alert_id=transaction.alert_id)
                return
            message_id = self._mail(suspicious, trace, segment, log)
            self._mark(transaction.alert_id, message_id, segment, log)
        age = self._clock() - transaction.received_at
        log.measured(
            "mailed",
            measured(self._settings.function_name, {RECORDED: 1, MAILED: 1}, {MAIL_LAG: age}),
            level="NOTICE",
            alert_id=transaction.alert_id,
            message_id=message_id,
            age_milliseconds=age,
        )

    def _claim(self, suspicious: SuspiciousTransaction, trace: TraceContext, remaining: int) -> Claim:
        now = self._clock()
        record = alert_record(
            suspicious,
            account=pseudonym(suspicious.transaction.account_id, self._settings.common.pseudonym_secret),
            trace_id=trace.trace_id,
            now=now,
            time_to_live_days=self._settings.alerts_time_to_live_days,
        )
        lease_until = now + remaining + LEASE_MARGIN_MILLISECONDS
        return self._records.claim(record, now=now, lease_until=lease_until)

    def _grouped(self, suspicious: SuspiciousTransaction, segment: Segment, log: Logger) -> bool:
        try:
            with segment.call("DynamoDB", "TransactWriteItems", table_name=self._settings.alerts_table):
                return self._grouping.takes(suspicious, log)
        except NotifierError:
            self._release(suspicious.transaction.alert_id, log)
            raise

    def _mail(
        self, suspicious: SuspiciousTransaction, trace: TraceContext, segment: Segment, log: Logger
    ) -> str:
        transaction = suspicious.transaction
        secret = self._settings.common.pseudonym_secret
        text = body(
            suspicious,
            account=pseudonym(transaction.account_id, secret),
            trace_id=trace.trace_id,
            place=self._place,
        )
        try:
            with segment.call("SNS", "Publish"):
                return self._mailer.publish(subject(suspicious, self._place.environment), text)
        except NotifierError:
            self._release(transaction.alert_id, log)
            raise

    def _release(self, alert_id: str, log: Logger) -> None:
        try:
            self._records.release(alert_id)
        except NotifierError as error:
            # The lease expires before the message is redelivered.
            log.warning("lease not released", alert_id=alert_id, reason=str(error))

    def _mark(self, alert_id: str, message_id: str, segment: Segment, log: Logger) -> None:
        try:
            with segment.call("DynamoDB", "UpdateItem", table_name=self._settings.alerts_table):
                self._records.mark_sent(alert_id, message_id=message_id, now=self._clock())
        except NotifierError as error:
            # The mail is sent: failing here would only repeat it.
            log.failure("mailed, but not marked", alert_id=alert_id, message_id=message_id, reason=str(error))
