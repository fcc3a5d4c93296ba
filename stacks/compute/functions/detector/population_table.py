"""The population's shards in the profiles table, through a memory of a minute."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

from botocore.exceptions import ClientError

from shared.runtime.clients import AWS_ERRORS, CONFLICT_CODES, error_code
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
from stacks.compute.functions.profiles.items import StoredProfile, risk_key, sample_key
from stacks.compute.functions.profiles.reading import NotReadError, read_items

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

REMEMBERED_SECONDS: Final = 60.0


class _Totals(NamedTuple):
    """The sums over all shards."""

    population: Population
    risk: RiskPopulation

    def view(self, rules: Rules) -> View:
        """Return them as scores see them."""
        return self.population.view(rules.assumed_spread, self.risk.merchants, self.risk.accounts)


class PopulationTable:
    """The shards of the population's statistics; see `PopulationStore`.

    A shard of a version before starts anew; one that is not readable fails the reading: it must be mended or
    deleted.

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
        self._read_at: float | None = None
        self._totals: _Totals | None = None
        self._view: tuple[Rules, View] | None = None
        self._stored: list[StoredProfile] = []

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
        population = Population.from_state(stored.state)
        population.learn(sample)
        state = population.to_state()
        try:
            self._client.put_item(**stored.put(self._name, state, expires_at=None))
        except AWS_ERRORS as error:
            if isinstance(error, ClientError) and error_code(error) in CONFLICT_CODES:
                # One sample more or less changes nothing; the shard as it now is comes with the next reading.
                self._read_at = None
                return
            raise DetectorError(f"the population was not written: {error_code(error)}") from None
        self._stored[shard] = StoredProfile(stored.profile_id, state, stored.revision + 1)

    def _known(self) -> _Totals:
        now = self._clock()
        if self._totals is None or self._read_at is None or now - self._read_at >= REMEMBERED_SECONDS:
            self._totals, self._view = self._read(), None
            self._read_at = now
        return self._totals

    def _read(self) -> _Totals:
        samples, risks = (
            [sample_key(each) for each in range(SHARDS)],
            [risk_key(each) for each in range(SHARDS)],
        )
        keys = {self._name: [{"profile_id": each} for each in (*samples, *risks)]}
        try:
            items = {item["profile_id"]: item for item in read_items(self._client, keys)[self._name]}
        except NotReadError as error:
            raise DetectorError(f"the population was not read: {error}") from None
        try:
            self._stored = [StoredProfile.of_item(each, items.get(each)) for each in samples]
            population = Population.combined(Population.from_state(each.state) for each in self._stored)
            risk = RiskPopulation.combined(
                RiskPopulation.from_state(StoredProfile.of_item(each, items.get(each)).state)
                for each in risks
            )
        except ValueError as error:
            raise DetectorError(f"the population is not readable: {error}") from None
        return _Totals(population, risk)
