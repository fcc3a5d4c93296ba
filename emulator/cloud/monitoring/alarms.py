"""Evaluate the deployed alarms periodically and notify their topics of state changes."""

import json
import logging
import threading
import time
from datetime import UTC, datetime
from typing import Any, Final

from emulator.cloud import deployed, taps
from emulator.cloud.account import ACCOUNT_ID, MOTO_LOCK, REGION, backend
from emulator.cloud.authorization.authoriser import check_service
from emulator.cloud.authorization.requirements import Requirement
from emulator.cloud.monitoring.evaluation import ALARM, state_of
from emulator.cloud.monitoring.queues import queue_data
from emulator.cloud.monitoring.store import MetricStore

log = logging.getLogger(__name__)

SERVICE: Final = "cloudwatch.amazonaws.com"
SECONDS_BETWEEN_LOOKS: Final = 0.5
LEAST_LOOK_BACK_SECONDS: Final = 3 * 3600
"""Minimum retention of data points, in AWS seconds; longer if an alarm evaluates a longer time."""


class Alarms:
    """The evaluator of alarms.

    Args:
        scale: Duration of an AWS second, in seconds; 0 disables evaluation.
    """

    def __init__(self, scale: float) -> None:
        self._scale = scale
        self._store = MetricStore(LEAST_LOOK_BACK_SECONDS * scale, scale or 1.0)
        self._states: dict[str, str] = {}
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begin to collect metrics and evaluate alarms."""
        if self._scale:
            taps.measured.listen(self._store.add)
            threading.Thread(target=self._run, name="alarms", daemon=True).start()

    def stop(self) -> None:
        """Stop evaluating."""
        taps.measured.forget(self._store.add)
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.wait(SECONDS_BETWEEN_LOOKS):
            try:
                for datum in queue_data():
                    self._store.add(datum)
                alarms = list(backend("cloudwatch").alarms.values())
                looked_back = max((_seconds_looked_back(each) for each in alarms), default=0)
                self._store.kept_seconds = self._scale * max(LEAST_LOOK_BACK_SECONDS, looked_back)
                for alarm in alarms:
                    self._evaluate(alarm)
            except Exception:
                log.exception("the alarms could not be evaluated")

    def _evaluate(self, alarm: Any) -> None:
        state, reason = state_of(alarm, self._store, time.time(), self._scale)
        # PutMetricAlarm on an existing alarm replaces it in moto, in state OK; AWS keeps the state.
        before = self._states.get(alarm.name, alarm.state_value)
        alarm.state_value = before
        self._states[alarm.name] = state
        if state == before:
            return
        alarm.update_state(reason, "{}", state)
        log.info("alarm %s: %s -> %s: %s", alarm.name, before, state, reason)
        if alarm.actions_enabled:
            for topic_arn in alarm.alarm_actions if state == ALARM else alarm.ok_actions:
                _publish(alarm, topic_arn, before, state, reason)


def _seconds_looked_back(alarm: Any) -> int:
    return int(alarm.period or 0) * int(alarm.evaluation_periods)


def _publish(alarm: Any, topic_arn: str, before: str, state: str, reason: str) -> None:
    context = {"aws:sourcearn": (alarm.alarm_arn,), "aws:sourceaccount": (ACCOUNT_ID,)}
    with MOTO_LOCK:
        refusal = check_service(SERVICE, Requirement("sns:Publish", topic_arn, context))
        if refusal is not None or deployed.topic(topic_arn) is None:
            log.error("%s reaches nobody: %s", alarm.name, refusal and refusal.message)
            return
        message = {
            "AlarmName": alarm.name,
            "AlarmDescription": alarm.description,
            "AWSAccountId": ACCOUNT_ID,
            "Region": REGION,
            "OldStateValue": before,
            "NewStateValue": state,
            "NewStateReason": reason,
            "StateChangeTime": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "AlarmArn": alarm.alarm_arn,
        }
        subject = f'{state}: "{alarm.name}" in US East (N. Virginia)'
        backend("sns").publish(message=json.dumps(message, indent=2), arn=topic_arn, subject=subject)
