"""A portfolio of all the other worlds' accounts at one institution, with fields that are there or not."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from typing import Final

from tools.analyst.worlds import (
    business,
    card_testing,
    categories,
    cross_border,
    small_amounts,
    sparse,
    takeover,
    terminals,
    transfers,
)
from tools.analyst.worlds.amounts import log_uniform
from tools.analyst.worlds.ledger import Ledger
from tools.analyst.worlds.merchants import CATEGORIES
from tools.analyst.worlds.networks import Equipment, Networks, drawn_outfit
from tools.analyst.worlds.payment import Draft
from tools.analyst.worlds.places import COUNTRIES
from tools.analyst.worlds.setting import Setting

_LEAST_FRAUD: Final = 0.001  # of all payments
_MOST_FRAUD: Final = 0.005
_FEWEST_ACCOUNTS: Final = 3  # of each part
_PARTS: Final[Mapping[str, Callable[[Setting, int], Ledger]]] = {
    "terminals": terminals.build,
    "categories": categories.build,
    "takeover": takeover.build,
    "transfers": transfers.build,
    "card_testing": card_testing.build,
    "cross_border": cross_border.build,
    "business": business.build,
    "sparse": sparse.build,
    "small_amounts": small_amounts.build,
}


def build(setting: Setting, count: int) -> Ledger:
    """Return the payments of so many accounts."""
    random, whole = setting.random, Ledger(setting)
    common = replace(setting, fraud_rate=log_uniform(random, _LEAST_FRAUD, _MOST_FRAUD))
    weights = {name: random.gammavariate(1.5, 1) for name in _PARTS}
    for name, weight in weights.items():
        part = max(_FEWEST_ACCOUNTS, round(count * weight / sum(weights.values())))
        for draft in _PARTS[name](common, part).drafts:
            draft.kind = f"{name}.{draft.kind}" if draft.kind else ""
            whole.drafts.append(draft)
    _Completion(setting).complete(whole.drafts)
    return whole


class _Completion:
    """Adds fields that a part of the portfolio does not send, and leaves out others, account by account.

    A field that is added says nothing about fraud: it is what the owner has always.
    """

    def __init__(self, setting: Setting) -> None:
        random = setting.random
        self._setting, self._random = setting, random
        self._networks, self._outfit = Networks(random), drawn_outfit(random)
        self._country = random.choice(COUNTRIES).code
        self._shares = {
            name: random.uniform(0, 1)
            for name in ("category", "country", "channel", "device", "address", "position", "presence")
        }
        self._added = random.uniform(0, 1)

    def complete(self, drafts: list[Draft]) -> None:
        """Change drafts in place."""
        categories_of = _Remembered(self._random, CATEGORIES)
        known: dict[str, tuple[set[str], Equipment, bool]] = {}
        for draft in drafts:
            who = known.get(draft.account_id)
            if who is None:
                who = known[draft.account_id] = self._owner()
            shown, equipment, is_added = who
            if is_added:
                self._add(draft, equipment, categories_of)
            self._hide(draft, shown)

    def _owner(self) -> tuple[set[str], Equipment, bool]:
        random = self._random
        shown = {name for name, share in self._shares.items() if random.random() < share}
        equipment = self._outfit.equipment(self._setting, self._networks, self._country)
        return shown, equipment, random.random() < self._added

    def _add(self, draft: Draft, equipment: Equipment, categories_of: "_Remembered") -> None:
        random, day = self._random, self._setting.almanac.day(draft.timestamp)
        if draft.merchant_category is None:
            draft.merchant_category = categories_of.get(draft.merchant_id)
        if draft.country is None:
            draft.country = self._country
        if draft.channel is None:
            draft.channel = "other"
        if draft.device_id is None and draft.card_present is None:
            draft.device_id = equipment.device(random, day)
        if draft.ip_address is None and draft.card_present is None:
            draft.ip_address = equipment.address(random, self._networks, self._country, day, away=False)

    def _hide(self, draft: Draft, shown: set[str]) -> None:
        if "category" not in shown:
            draft.merchant_category = None
        if "country" not in shown:
            draft.country = None
        if "channel" not in shown:
            draft.channel = None
        if "device" not in shown:
            draft.device_id = None
        if "address" not in shown:
            draft.ip_address = None
        if "position" not in shown:
            draft.latitude = draft.longitude = None
        if "presence" not in shown:
            draft.card_present = None


class _Remembered:
    """Draws a value for a name once."""

    def __init__(self, random: Random, values: tuple[str, ...]) -> None:
        self._random, self._values = random, values
        self._known: dict[str, str] = {}

    def get(self, name: str) -> str:
        value = self._known.get(name)
        if value is None:
            value = self._known[name] = self._random.choice(self._values)
        return value
