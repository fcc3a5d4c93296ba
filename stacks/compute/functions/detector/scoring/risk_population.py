"""How long the population's merchants and accounts stay compromised, as sums over shards."""

from typing import TYPE_CHECKING, Any, Self

from stacks.compute.functions.detector.scoring.lifetimes import RiskStatistics
from stacks.compute.functions.detector.scoring.state import ProfileError

if TYPE_CHECKING:
    from collections.abc import Iterable


class RiskPopulation:
    """How long merchants and accounts stay compromised: one shard's sums, or all shards' together.

    A verdict changes one shard, whichever (`shard_of`); shards add up. Few verdicts do: confirmed frauds, and
    genuine payments at places with risk.

    Attributes:
        merchants: Of merchants.
        accounts: Of accounts.
    """

    __slots__ = ("accounts", "merchants")

    def __init__(
        self, merchants: RiskStatistics | None = None, accounts: RiskStatistics | None = None
    ) -> None:
        self.merchants = RiskStatistics() if merchants is None else merchants
        self.accounts = RiskStatistics() if accounts is None else accounts

    def to_state(self) -> dict[str, Any]:
        """Return the sums as plain JSON data, less than 4 KB."""
        return {"merchants": self.merchants.to_state(), "accounts": self.accounts.to_state()}

    @classmethod
    def from_state(cls, state: Any) -> Self:
        """Read the result of `to_state`; no state is no statistics yet.

        Raises:
            ProfileError: The state is of another version or damaged.
        """
        if state is None:
            return cls()
        if not isinstance(state, dict):
            raise ProfileError("the risk statistics are not an object")
        return cls(
            RiskStatistics.from_state(state.get("merchants")),
            RiskStatistics.from_state(state.get("accounts")),
        )

    @classmethod
    def combined(cls, shards: "Iterable[RiskPopulation]") -> Self:
        """Return the sum of shards."""
        every = list(shards)
        return cls(
            RiskStatistics.combined(shard.merchants for shard in every),
            RiskStatistics.combined(shard.accounts for shard in every),
        )
