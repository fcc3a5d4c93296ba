"""What the profiles of versions 1 and 2, which were JSON data, knew of an account, as far as it carries over.

They kept amounts by currency, and the names of categories and countries; times and hashes are the same. What
they did not know is as in a new profile. Of the position nobody knows whether the card was there.
"""

from collections.abc import Iterator, Mapping
from math import exp, expm1, log
from struct import Struct
from typing import Any, Final, NamedTuple

from stacks.compute.functions.detector.scoring.keys import value_key
from stacks.compute.functions.detector.scoring.risk import RiskHistory
from stacks.compute.functions.detector.scoring.state import ProfileError, unpack
from stacks.compute.functions.detector.scoring.transaction import MILLISECONDS_PER_HOUR
from stacks.compute.functions.detector.scoring.uses import WINDOW, Uses
from stacks.compute.functions.detector.scoring.value import DOLLARS_PER_UNIT

_VERSIONS: Final = frozenset({1, 2})
_LATEST: Final = 16
"""Payments that a profile remembers one by one; before they were 24."""

_MOST_LEARNT: Final = 128
_HABIT_HOURS: Final = 45 * 24.0
_SPANS: Final = (("hour", 1.0), ("day", 24.0), ("week", 7 * 24.0))
_MOST_OF_HOURS: Final = 128.0
_MOST_IN_CATEGORY: Final = 8
"""What is known of a category counts little at first: it stood against other figures of the population."""

_KEY_BITS: Final = 0xFFFF
_REMEMBERED: Final = Struct("<QIBf")
"""48 bits of key, 8 of suspicion, 40 bits of time before the latest, the amount."""

_KEYED: Final = Struct("<II")


class _Amounts(NamedTuple):
    """An account's amounts in dollars; `rate` is None where they were in several currencies."""

    number: int
    mean: float
    squares: float
    rate: float | None


def carried_over(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return attributes of a profile, from the JSON data of an older one.

    Raises:
        ProfileError: The state is of another version; and what reading a damaged one raises.
    """
    if (version := state.get("version")) not in _VERSIONS:
        raise ProfileError(f"profile version {version!r} is not one that this code reads")
    last_at, first_at, count = int(state["last_at"]), int(state["first_at"]), int(state["count"])
    amounts = _amounts(state["amounts"])
    recent = _recent(state["recent"], last_at, amounts) if version == 2 else []
    hours = (last_at - first_at) / MILLISECONDS_PER_HOUR
    learnt = min(amounts.number, _MOST_LEARNT)
    return {
        "count": count,
        "first_at": first_at,
        "last_at": last_at,
        "sampled_on": int(state.get("sampled_on", 0)),
        "learnt": float(learnt),
        "mean": amounts.mean,
        "squares": amounts.squares * learnt / max(amounts.number, 1),
        "record": max([amounts.mean, *(value for _, _, value, _ in recent)]),
        # As many payments as there were, spread evenly over the account's days.
        "habit_count": count * _HABIT_HOURS / hours * -expm1(-hours / _HABIT_HOURS) if hours > 1 else count,
        **_counters(recent, last_at),
        "hours": _hours(state["hours"]) if version == 2 else [0.0] * 24,
        "recent": recent[-_LATEST:],
        "category_habits": _habits(state.get("category_amounts", {})),
        "risk": RiskHistory.from_state(state["risk"]) if "risk" in state else RiskHistory(),
        "currencies": _currencies(state["amounts"], first_at),
        **(dict(_uses(state)) if version == 2 else {}),
    }


def _amounts(by_currency: Mapping[str, Any]) -> _Amounts:
    rows = [
        (int(each[0]), float(each[1]), float(each[2]), DOLLARS_PER_UNIT.get(currency, 1.0))
        for currency, each in by_currency.items()
    ]
    count = sum(each for each, *_ in rows)
    if not count:
        return _Amounts(0, 0.0, 0.0, None)
    mean = sum(each * of * rate for each, of, _, rate in rows) / count
    squares = sum(of * rate * rate + each * (own * rate - mean) ** 2 for each, own, of, rate in rows)
    return _Amounts(count, mean, squares, rows[0][3] if len(rows) == 1 else None)


def _recent(packed: str, last_at: int, amounts: _Amounts) -> list[tuple[int, int, float, int]]:
    """Return time, key, value and suspicion; of several currencies nobody knows which it was in."""
    rate, mean = amounts.rate, amounts.mean
    return [
        (
            last_at - (high << 32 | low),
            bits >> 8,
            mean if rate is None else max(amount * rate, 0.01),
            bits & 255,
        )
        for bits, low, high, amount in unpack(_REMEMBERED, packed)
    ]


def _counters(recent: list[tuple[int, int, float, int]], last_at: int) -> dict[str, float]:
    """Return counts and sums of the last hour, day and week, worn off until the latest payment."""
    counters: dict[str, float] = {}
    for name, hours in _SPANS:
        worn = [exp((time - last_at) / MILLISECONDS_PER_HOUR / hours) for time, *_ in recent]
        counters[f"{name}_count"] = sum(worn)
        counters[f"{name}_spend"] = sum(
            share * value for share, (_, _, value, _) in zip(worn, recent, strict=True)
        )
    return counters


def _hours(packed: str) -> list[float]:
    hours = [float(each) for [each] in unpack(Struct("<B"), packed)]
    if len(hours) != 24:
        raise ProfileError("the stored profile is damaged: hours")
    while sum(hours) >= _MOST_OF_HOURS:
        hours = [each / 2 for each in hours]
    return hours


def _habits(amounts: Mapping[str, Any]) -> dict[int, tuple[int, float]]:
    return {
        value_key(name): (min(int(count), _MOST_IN_CATEGORY), log(multiple))
        for name, (count, multiple) in amounts.items()
        if multiple > 0
    }


def _currencies(amounts: Mapping[str, Any], first_at: int) -> Uses:
    uses = Uses()
    uses.count, uses.fresh = min(sum(int(each[0]) for each in amounts.values()), WINDOW - 1), len(amounts)
    uses.first_hours = {value_key(each): first_at // MILLISECONDS_PER_HOUR for each in amounts}
    return uses


def _uses(state: Mapping[str, Any]) -> Iterator[tuple[str, Uses]]:
    for name in ("categories", "countries", "devices", "merchants"):
        if name in state:
            count, fresh, values = state[name]
            uses = Uses()
            uses.count, uses.fresh = int(count), int(fresh)
            if isinstance(values, str):
                pairs = [(key & _KEY_BITS, hour) for key, hour in unpack(_KEYED, values)]
            else:
                named = zip(values[::2], values[1::2], strict=True)
                pairs = [(value_key(each), int(hour)) for each, hour in named]
            uses.first_hours = dict(pairs)
            yield name, uses
