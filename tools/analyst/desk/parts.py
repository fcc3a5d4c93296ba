"""What every page needs of one start of the desk."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from tools.analyst.decisions import Decisions
from tools.analyst.desk.actions import Controls, Verdicts
from tools.analyst.desk.guard import Secrets
from tools.analyst.desk.history import History
from tools.analyst.desk.measuring import Background, Measured
from tools.analyst.desk.model import Model, now
from tools.analyst.records.place import Records
from tools.analyst.records.tables import Tables
from tools.deploy.aws_errors import refused
from tools.deploy.outputs import Needed, Outputs
from tools.deploy.signed_api import SignedApi

WATCHED: Final[Needed] = {"alerting": ("alarm_names",)}
"""What the page reads of the last layer: what watches over the pipeline."""


@dataclass(frozen=True)
class Desk:
    """The parts of one start.

    Attributes:
        place: Where the records are.
        tables: To read them.
        model: The alerts of the last days.
        verdicts: Verdicts on their way.
        controls: Lists, snoozes and rules.
        history: What people decided.
        payments: All recent payments.
        background: Makes what takes longer than a page may.
        alarms: Returns the state of each alarm by its name; raises OperatorError.
        by: Who sits here, in their own words.
        identity: The identity that signs.
        tokens: Of this start.
        clock: Returns the epoch milliseconds of now.
    """

    place: Records
    tables: Tables
    model: Model
    verdicts: Verdicts
    controls: Controls
    history: History
    alarms: Callable[[], Mapping[str, str]]
    payments: Measured
    background: Background
    by: str
    identity: str
    tokens: Secrets
    clock: Callable[[], int] = now

    @property
    def environment(self) -> str:
        """Which environment it is about."""
        return self.place.environment

    def close(self) -> None:
        """Send what waits."""
        self.verdicts.close()


def desk(outputs: Outputs, session: Session, *, by: str, days: int) -> Desk:
    """Return a desk for a deployed environment.

    Raises:
        OperatorError: An output is missing, or AWS does not return the caller's identity.
    """
    place = Records.of(outputs)
    names = outputs.values(WATCHED)["alarm_names"]
    tables = Tables(place, session)
    model = Model(tables, days)
    api = SignedApi(session, place.region)
    return Desk(
        place=place,
        tables=tables,
        model=model,
        verdicts=Verdicts(api, place.verdicts_url, by, model),
        controls=Controls(Decisions.of(api, outputs), tables, place.environment, by),
        history=History(tables, model),
        payments=Measured(tables, now),
        background=Background(now),
        alarms=_Alarms(session, place, names),
        by=by,
        identity=_identity(session, place),
        tokens=Secrets(),
    )


class _Alarms:
    def __init__(self, session: Session, place: Records, names: list[str]) -> None:
        self._client: Any = session.create_client("cloudwatch", region_name=place.region)
        self._environment, self._names = place.environment, names
        self._lock = threading.Lock()

    def __call__(self) -> Mapping[str, str]:
        """Return the state of each alarm, by its name; one that is gone is told as such."""
        try:
            with self._lock:
                answer = self._client.describe_alarms(AlarmNames=self._names, MaxRecords=100)
        except (BotoCoreError, ClientError) as error:
            raise refused("could not read the alarms", error, self._environment) from None
        found = {each["AlarmName"]: each["StateValue"] for each in answer["MetricAlarms"]}
        return {**dict.fromkeys(self._names, "NOT_DEPLOYED"), **found}


def _identity(session: Session, place: Records) -> str:
    try:
        sts: Any = session.create_client("sts", region_name=place.region)
        return str(sts.get_caller_identity()["Arn"])
    except (BotoCoreError, ClientError) as error:
        raise refused("AWS does not return the caller's identity", error, place.environment) from None
