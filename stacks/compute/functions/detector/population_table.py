"""The population's shards in the profiles table, through a memory of a minute."""

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from shared.runtime.clients import CONFLICT_CODES, AwsError
from stacks.compute.functions.detector.ports import DetectorError
from stacks.compute.functions.detector.scoring import (
    SHARDS,
    Population,
    RiskPopulation,
    Rules,
    Sample,
    View,
    shard_of,
)
from stacks.compute.functions.profiles.items import UNREADABLE_ERRORS, StoredProfile, risk_key, sample_key
from stacks.compute.functions.profiles.reading import NotReadError, read_items

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

REMEMBERED_SECONDS: Final = 60.0
AGAIN_SECONDS: Final = 5.0
"""How long to wait after a reading that gave nothing, or not all."""

_Statistics = TypeVar("_Statistics", Population, RiskPopulation)


class _Totals(NamedTuple):
    """The sums over all shards."""

    population: Population
    risk: RiskPopulation

    def view(self, rules: Rules) -> View:
        """Return them as scores see them."""
        return self.population.view(rules.assumed_spread, self.risk.merchants, self.risk.accounts)


class PopulationTable:
    """The shards of the population's statistics; see `PopulationStore`.

    It is optional. A shard of a version before starts anew. One that is not readable is left out, and not
    written to: it must be mended or deleted. Where DynamoDB does not give the shards now, what was read last
    holds; where nothing was read yet, nothing is known of the population. `fault` says so meanwhile.

    Args:
        client: Of DynamoDB.
        name: The table's.
        clock: Returns seconds that only grow.
    """

    def __init__(
        self, client: "DynamoDBClient", name: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._name = name
        self._clock = clock
        self._read_again_at: float | None = None
        self._totals = _Totals(Population(), RiskPopulation())
        self._view: tuple[Rules, View] | None = None
        self._stored: list[StoredProfile | None] = [None] * SHARDS
        self._fault: str | None = None

    @property
    def fault(self) -> str | None:
        """Why the latest reading gave not all of it; see `PopulationStore`."""
        return self._fault

    def view(self, rules: Rules) -> View:
        """Return the population as it was at most `REMEMBERED_SECONDS` ago; see `PopulationStore`."""
        totals = self._known()
        if self._view is None or self._view[0] is not rules:
            self._view = rules, totals.view(rules)
        return self._view[1]

    def learn(self, sample: Sample, transaction_id: str) -> None:
        """Add a sampled payment to its shard; see `PopulationStore`."""
        self._known()
        shard = shard_of(transaction_id)
        stored = self._stored[shard]
        if stored is None:
            return
        population = Population.from_state(stored.state)
        population.learn(sample)
        state = population.to_state()
        try:
            self._client.put_item(**stored.put(self._name, state, expires_at=None))
        except AwsError as error:
            if error.code in CONFLICT_CODES:
                # One sample more or less changes nothing; the shard as it now is comes with the next reading.
                self._read_again_at = None
                return
            raise DetectorError(f"the population was not written: {error.code}") from None
        self._stored[shard] = StoredProfile(stored.profile_id, state, stored.revision + 1)

    def _known(self) -> _Totals:
        now = self._clock()
        if self._read_again_at is None or now >= self._read_again_at:
            self._read()
            self._read_again_at = now + (AGAIN_SECONDS if self._fault else REMEMBERED_SECONDS)
        return self._totals

    def _read(self) -> None:
        samples, risks = (
            [sample_key(each) for each in range(SHARDS)],
            [risk_key(each) for each in range(SHARDS)],
        )
        keys = {self._name: [{"profile_id": each} for each in (*samples, *risks)]}
        try:
            # What is remembered for a minute may be a moment old, which costs half.
            found = read_items(self._client, keys, consistent=False)[self._name]
        except NotReadError as error:
            self._fault = f"the population was not read: {error}"
            return
        items = {item["profile_id"]: item for item in found}
        read = [_shard(each, items.get(each), Population.from_state) for each in samples]
        read_risks = [_shard(each, items.get(each), RiskPopulation.from_state) for each in risks]
        self._stored = [None if each is None else each[0] for each in read]
        self._totals = _Totals(
            Population.combined(each[1] for each in read if each),
            RiskPopulation.combined(each[1] for each in read_risks if each),
        )
        self._view = None
        unreadable = [
            key for key, each in zip((*samples, *risks), (*read, *read_risks), strict=True) if each is None
        ]
        self._fault = f"not readable: {', '.join(unreadable)}" if unreadable else None


def _shard(
    key: str, item: Mapping[str, Any] | None, from_state: Callable[[Any], _Statistics]
) -> tuple[StoredProfile, _Statistics] | None:
    """Return a shard as it is stored and its statistics, None where it is not readable."""
    try:
        stored = StoredProfile.of_item(key, item)
        return stored, from_state(stored.state)
    except UNREADABLE_ERRORS:
        return None
