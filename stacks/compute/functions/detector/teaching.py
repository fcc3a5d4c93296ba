"""What a decided transaction teaches: its account's profile, the counters of first uses, the population."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from stacks.compute.functions.detector.delivery import Delivery
from stacks.compute.functions.detector.ports import (
    CountedPlace,
    DetectorError,
    FirstUsesStore,
    PopulationStore,
    Profiles,
    ProfileStore,
)
from stacks.compute.functions.detector.scoring import Sample, new_places


class Teaching:
    """Stores what is learnt.

    Args:
        profiles: The profiles.
        first_uses: Counters of recent first uses.
        population: The statistics of all accounts and merchants.
        time_to_live: How long a profile outlives its last transaction; zero for ever.
        clock: Returns the epoch milliseconds of now.
    """

    def __init__(
        self,
        profiles: ProfileStore,
        first_uses: FirstUsesStore,
        population: PopulationStore,
        time_to_live: timedelta,
        clock: Callable[[], int],
    ) -> None:
        self._profiles = profiles
        self._first_uses = first_uses
        self._population = population
        self._time_to_live = time_to_live
        self._clock = clock

    def counters(self, delivery: Delivery, known: Profiles) -> Sequence[CountedPlace]:
        """Return the counters of what the account uses for the first time: none for most payments."""
        places = new_places(delivery.transaction, known.account)
        if not places:
            return ()
        with delivery.segment.call("DynamoDB", "BatchGetItem"):
            counted_places = self._first_uses.read(places)
        if len(counted_places) < len(places):
            delivery.leave_out("first uses")
        return counted_places

    def write(
        self,
        delivery: Delivery,
        known: Profiles,
        counted_places: Sequence[CountedPlace],
        sample: Sample | None,
    ) -> bool:
        """Write what was learnt, the account's profile first; False where the account has paid meanwhile.

        Raises:
            DetectorError: The profile could not be written now.
        """
        seconds = int(self._time_to_live.total_seconds())
        expires_at = self._clock() // 1000 + seconds if seconds else None
        with delivery.segment.call("DynamoDB", "PutItem"):
            written = self._profiles.write(
                delivery.stored.account_id, known.account, revision=known.revision, expires_at=expires_at
            )
        if not written:
            return False
        # The account has learnt: nothing that fails from here on is a reason to deliver the event again.
        for each in counted_places:
            try:
                with delivery.segment.call("DynamoDB", "PutItem"):
                    self._first_uses.learn(each, delivery.transaction)
            except DetectorError as error:
                delivery.log.failure("a first use is not counted", kind=each.place.kind, reason=str(error))
        if sample is not None:
            try:
                self._population.learn(sample, delivery.transaction.transaction_id)
            except DetectorError as error:
                delivery.log.failure("a sample of the population is lost", reason=str(error))
        return True
