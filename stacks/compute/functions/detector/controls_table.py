"""What people decided of accounts and merchants, through a memory of two seconds.

Hardly any account or merchant has controls, so to look for them with each payment would be paid for nothing.
An index of the table lists them by the time of their change: all are read once, later only what changed.
"""

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from shared.runtime.changes import INDEX_KEYS, Changed
from shared.runtime.clients import AwsError
from stacks.compute.functions.detector.scoring import Controls
from stacks.compute.functions.profiles.items import UNREADABLE_ERRORS, controls_key
from stacks.compute.functions.profiles.reading import plain_item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

REMEMBERED_SECONDS: Final = 2.0
"""How long a change may take to be seen, besides the moment in which the index follows the table."""
ALL_AGAIN_SECONDS: Final = 3600.0
"""After so long all are read again: an item that was deleted is in no list of changes."""
_OVERLAP_MILLISECONDS: Final = 60_000
"""Changes carry the time at which they were asked for, and may come in another order than that."""


class ControlsTable:
    """The controls in the table of profiles.

    They are optional: where DynamoDB does not list them now, those that were read last hold. `fault` says so
    meanwhile.

    Args:
        client: Of DynamoDB.
        table: The table's name.
        index: Name of its index of changes.
        clock: Returns seconds that only grow.
    """

    def __init__(
        self, client: "DynamoDBClient", table: str, index: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._table = table
        self._index = index
        self._clock = clock
        self._known: dict[str, Controls | None] = {}
        self._newest = 0
        self._again_at: float | None = None
        self._all_again_at = 0.0
        self.fault: str | None = None

    def of(self, profile_id: str) -> Controls | None:
        """Return the controls of whose profile has this key, None where they are not readable."""
        self._follow()
        return self._known.get(controls_key(profile_id), _NONE)

    def _follow(self) -> None:
        now = self._clock()
        if self._again_at is not None and now < self._again_at:
            return
        self._again_at = now + REMEMBERED_SECONDS
        everything = now >= self._all_again_at
        try:
            changed = self._changed_since(0 if everything else self._newest - _OVERLAP_MILLISECONDS)
        except AwsError as error:
            self.fault = f"the controls were not listed: {error.code}"
            return
        self.fault = None
        if everything:
            self._known = {}
            self._all_again_at = now + ALL_AGAIN_SECONDS
        for item in changed:
            self._known[item["profile_id"]] = _controls(item)
            self._newest = max(self._newest, int(item["at"]))

    def _changed_since(self, at: int) -> list[dict[str, Any]]:
        kind, time_of_change = INDEX_KEYS
        names = ("profile_id", time_of_change, *Controls._fields)
        request: Any = {
            "TableName": self._table,
            "IndexName": self._index,
            "KeyConditionExpression": "#changed = :controls AND #at >= :at",
            "ProjectionExpression": ", ".join(["#at" if name == time_of_change else name for name in names]),
            "ExpressionAttributeNames": {"#changed": kind, "#at": time_of_change},
            "ExpressionAttributeValues": {":controls": {"S": Changed.CONTROLS}, ":at": {"N": str(at)}},
        }
        found: list[dict[str, Any]] = []
        while True:
            answer = self._client.query(**request)
            found += [plain_item(item) for item in answer["Items"]]
            if not (last := answer.get("LastEvaluatedKey")):
                return found
            request["ExclusiveStartKey"] = last


_NONE: Final = Controls()


def _controls(item: Mapping[str, Any]) -> Controls | None:
    try:
        return Controls.from_item(item)
    except UNREADABLE_ERRORS:
        return None
