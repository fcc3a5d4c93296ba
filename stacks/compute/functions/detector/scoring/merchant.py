"""A merchant's profile: written by verdicts and never by payments, so a busy one costs no writes."""

from typing import Any, Final, Self

from stacks.compute.functions.detector.scoring.risk import RiskHistory
from stacks.compute.functions.detector.scoring.state import ProfileError

_VERSION: Final = 2


class MerchantProfile:
    """A merchant's profile.

    Attributes:
        risk: Verdicts on payments to it.
    """

    __slots__ = ("risk",)

    def __init__(self, risk: RiskHistory | None = None) -> None:
        self.risk = RiskHistory() if risk is None else risk

    def to_state(self) -> dict[str, Any]:
        """Return the profile as plain JSON data, less than 1 KB."""
        return {"version": _VERSION, "risk": self.risk.to_state()}

    @classmethod
    def from_state(cls, state: Any) -> Self:
        """Read the result of `to_state`.

        Raises:
            ProfileError: The state is of another version or damaged.
        """
        if not isinstance(state, dict) or state.get("version") != _VERSION:
            raise ProfileError(f"the merchant's profile is not of version {_VERSION}")
        return cls(RiskHistory.from_state(state.get("risk")))
