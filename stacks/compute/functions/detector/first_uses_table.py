"""The counters of first uses in the profiles table: an item for each merchant, device and address.

They are read and written on first uses alone; an account that pays where it always pays costs nothing here.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from shared.runtime.backoff import pause
from shared.runtime.clients import CONFLICT_CODES, AwsError
from stacks.compute.functions.detector.ports import CountedPlace, DetectorError
from stacks.compute.functions.detector.scoring import FirstUses, Place, Transaction
from stacks.compute.functions.profiles.items import UNREADABLE_ERRORS, StoredProfile, uses_key
from stacks.compute.functions.profiles.reading import NotReadError, read_what_it_gives

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TIME_TO_LIVE: Final = timedelta(days=30)
"""A place that no account began to use for so long is as good as unknown: a first use counts for a day."""

_ATTEMPTS: Final = 3


class FirstUsesTable:
    """The counters; see `FirstUsesStore`.

    Args:
        client: Of DynamoDB.
        name: The table's.
        clock: Returns epoch seconds.
    """

    def __init__(self, client: "DynamoDBClient", name: str, clock: Callable[[], float] = time.time) -> None:
        self._client = client
        self._name = name
        self._clock = clock

    def read(self, places: Sequence[Place]) -> Sequence[CountedPlace]:
        """Read the counters of places in one consistent request; see `FirstUsesStore`."""
        keys = [uses_key(place.kind, place.name) for place in places]
        wanted = {self._name: [{"profile_id": each} for each in keys]}
        try:
            found, unread = read_what_it_gives(self._client, wanted)
        except NotReadError:
            return ()
        missing = {key["profile_id"] for key in unread}
        items = {item["profile_id"]: item for item in found[self._name]}
        counters = (
            _counted(place, key, items.get(key))
            for place, key in zip(places, keys, strict=True)
            if key not in missing
        )
        return [each for each in counters if each is not None]

    def learn(self, counted: CountedPlace, transaction: Transaction) -> None:
        """Write a counter on the condition that it is unchanged since it was read; see `FirstUsesStore`."""
        place = counted.place
        for attempt in range(_ATTEMPTS):
            if attempt:
                # Accounts that come all at once are what is looked for: each of them is to count.
                pause(attempt)
                found = self.read([place])
                if not found:
                    break
                [counted] = found
            if not counted.uses.learn(transaction.transaction_id, transaction.timestamp, place.kind):
                return
            if self._write(counted):
                return
        raise DetectorError("a counter of first uses is not given, or changes all the time")

    def _write(self, counted: CountedPlace) -> bool:
        place = counted.place
        stored = StoredProfile(uses_key(place.kind, place.name), revision=counted.revision)
        expires_at = int(self._clock() + TIME_TO_LIVE.total_seconds())
        try:
            self._client.put_item(**stored.put(self._name, counted.uses.to_state(), expires_at=expires_at))
        except AwsError as error:
            if error.code in CONFLICT_CODES:
                return False
            raise DetectorError(f"a counter of first uses was not written: {error.code}") from None
        return True


def _counted(place: Place, key: str, item: Mapping[str, Any] | None) -> CountedPlace | None:
    """Return a place's counter, None where it is not readable."""
    try:
        stored = StoredProfile.of_item(key, item)
        uses = FirstUses.from_state(stored.state) if stored.revision else FirstUses()
    except UNREADABLE_ERRORS:
        return None
    return CountedPlace(place, uses, stored.revision)
