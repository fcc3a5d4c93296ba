"""What is known of an account or a merchant, for people: read by the detector's own code, told in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any, Final, NamedTuple, TypeVar

from stacks.compute.functions.detector.scoring import AccountProfile, MerchantProfile, ProfileError
from stacks.compute.functions.profiles.items import StoredProfile, UnreadableProfileError
from tools.deploy.outputs import OperatorError


class Payment(NamedTuple):
    """One of an account's latest payments, as its profile remembers it.

    Attributes:
        timestamp: Epoch milliseconds.
        value: In approximate US dollars, whatever its currency.
    """

    timestamp: int
    value: float


class Verdicts(NamedTuple):
    """Verdicts that are remembered of a place."""

    frauds: int
    genuine: int


@dataclass(frozen=True)
class AccountPicture:
    """What an account usually does. Times are epoch milliseconds.

    Attributes:
        count: Payments that were learnt.
        first_at: Time of the earliest.
        last_at: Time of the latest.
        payments: The latest, in order of time.
        hours: How much was paid by hour of the day, of whatever unit.
        used: What was used -> how many of it are remembered.
        named: What was used -> the names among them that are stored, the latest first.
        verdicts: On its payments.
        position: Latitude and longitude of its last position, None where none is known.
    """

    count: int
    first_at: int
    last_at: int
    payments: tuple[Payment, ...]
    hours: tuple[float, ...]
    used: Mapping[str, int]
    named: Mapping[str, tuple[str, ...]]
    verdicts: Verdicts
    position: tuple[float, float] | None

    @property
    def usual_value(self) -> float | None:
        """The median of the remembered payments, in approximate US dollars."""
        return median(each.value for each in self.payments) if self.payments else None


_Profile = TypeVar("_Profile", AccountProfile, MerchantProfile)
_USES: Final = ("merchants", "devices", "countries", "categories")


def account_picture(profile_id: str, item: Mapping[str, Any] | None) -> AccountPicture | None:
    """Return what a stored profile knows of its account, None where there is no profile.

    Raises:
        OperatorError: This version of the code cannot read it.
    """
    if item is None:
        return None
    profile = _read(AccountProfile, profile_id, item)
    uses = {name: list(getattr(getattr(profile, name, None), "first_hours", ())) for name in _USES}
    position = profile.position
    return AccountPicture(
        count=profile.count,
        first_at=profile.first_at,
        last_at=profile.last_at,
        payments=tuple(Payment(each.timestamp, each.value) for each in profile.recent),
        hours=tuple(map(float, profile.hours)),
        used={name: len(values) for name, values in uses.items()},
        named={
            name: tuple(each for each in reversed(values) if isinstance(each, str))
            for name, values in uses.items()
        },
        verdicts=_verdicts(profile),
        position=None if position is None else (position.latitude, position.longitude),
    )


def merchant_verdicts(profile_id: str, item: Mapping[str, Any] | None) -> Verdicts:
    """Return the verdicts that are remembered of a merchant.

    Raises:
        OperatorError: This version of the code cannot read its profile.
    """
    if item is None:
        return Verdicts(0, 0)
    return _verdicts(_read(MerchantProfile, profile_id, item))


def _read(kind: type[_Profile], profile_id: str, item: Mapping[str, Any]) -> _Profile:
    try:
        return kind.from_state(StoredProfile.of_item(profile_id, item).state)
    except (ProfileError, UnreadableProfileError) as error:
        raise OperatorError(
            f"the profile {profile_id} is unreadable ({error}): use the deployed version of this checkout"
        ) from None


def _verdicts(profile: AccountProfile | MerchantProfile) -> Verdicts:
    frauds = sum(each.is_fraud for each in profile.risk.verdicts)
    return Verdicts(frauds, len(profile.risk.verdicts) - frauds)
