"""What rules do on all payments: other thresholds, rules in shadow, champion and challenger, drift."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from stacks.compute.functions.profiles.rules_item import CHALLENGER_KEY, RULES_KEY
from tools.analyst.comparison import compared
from tools.analyst.desk.charts import curve
from tools.analyst.desk.parts import Desk
from tools.analyst.desk.views.rules import modes_of
from tools.analyst.publishing import in_force, parsed
from tools.analyst.records.payments import Payment
from tools.analyst.stability import stability
from tools.analyst.trying import Expected, Trying
from tools.analyst.tune.drift import SHIFTED
from tools.deploy.outputs import OperatorError

_SHADOW: Final = "shadow"
_TIMES: Final = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0)
"""Budgets to choose from, as multiples of today's alerts."""


class Hits(NamedTuple):
    """How often a rule was a reason, or would have been.

    Attributes:
        code: Its name.
        mode: As in the file in force, empty where that has no such rule; `shadow` for hits in shadow.
        hits: Payments with it among their reasons, or in shadow.
        alerts: Of them alerts.
        decided: Of them with a verdict.
        frauds: Of them fraud.
    """

    code: str
    mode: str
    hits: int
    alerts: int
    decided: int
    frauds: int

    @property
    def precision(self) -> float | None:
        """The share of fraud among those that have a verdict."""
        return self.frauds / self.decided if self.decided else None


def page(desk: Desk) -> dict[str, Any]:
    """Return what the page shows.

    Raises:
        UnfinishedError: It is being measured.
        OperatorError: AWS refuses, or there are too many payments.
    """
    item, challenger = desk.controls.get(RULES_KEY), desk.controls.get(CHALLENGER_KEY) or {}
    version = (_revision(item), _revision(challenger))
    shown: dict[str, Any] = desk.background.made(
        "rules", version, lambda: _measured(desk, in_force(item)[0], challenger.get("version"))
    )
    return shown


def _measured(desk: Desk, text: str, challenger: Any) -> dict[str, Any]:
    rules, stored = parsed(text), desk.payments.read()
    tried = Trying(stored, rules, desk.clock(), desk.model.days)
    now = tried.expected(tried.scored_by(rules), rules.alert_threshold)
    choices = _choices(tried, now)
    return {
        "at": desk.clock(),
        "payments": len(tried.counted),
        "days": tried.days,
        "now": now,
        "choices": choices,
        "curve": curve(
            "Expected precision over alerts per day",
            [(each.per_day, each.claimed) for each in choices if each.claimed is not None],
            None if now.claimed is None else (now.per_day, now.claimed),
        ),
        "challenger": challenger,
        "comparison": compared(stored, str(challenger)) if challenger else None,
        "hits": _hits(tried.counted, json.loads(text)),
    }


def drift_page(desk: Desk) -> dict[str, Any]:
    """Return what the page of drift shows.

    Raises:
        UnfinishedError: It is being measured.
        OperatorError: AWS refuses, or there are too many payments.
    """
    item = desk.controls.get(RULES_KEY)
    shown: dict[str, Any] = desk.background.made(
        "drift", _revision(item), lambda: _drift(desk, in_force(item)[0])
    )
    return shown


def _drift(desk: Desk, text: str) -> dict[str, Any]:
    try:
        found, fault = stability(desk.payments.read(), parsed(text)), ""
    except OperatorError as error:
        found, fault = None, str(error)
    return {"at": desk.clock(), "found": found, "fault": fault, "shifted": SHIFTED}


def _revision(item: Mapping[str, Any] | None) -> int:
    return int((item or {}).get("revision", 0))


def _choices(tried: Trying, now: Expected) -> list[Expected]:
    """Other budgets, and what each would have brought."""
    found = []
    for times in _TIMES if now.per_day else ():
        try:
            found.append(now if times == 1 else tried.threshold(tried.in_force, now.per_day * times))
        except OperatorError:
            # As many alerts as payments: there is no such choice.
            break
    return found


def _hits(payments: Iterable[Payment], document: dict[str, Any]) -> list[Hits]:
    modes = modes_of(document)
    hit: dict[tuple[str, str], list[Payment]] = {
        (code, mode): [] for code, mode in modes.items() if mode == _SHADOW
    }
    for payment in payments:
        for code in set(payment.reasons):
            hit.setdefault((code, modes.get(code, "")), []).append(payment)
        for code in set(payment.shadow):
            hit.setdefault((code, _SHADOW), []).append(payment)
    found = [_of(code, mode, each) for (code, mode), each in hit.items()]
    return sorted(found, key=lambda each: (each.mode != _SHADOW, -each.hits, each.code))


def _of(code: str, mode: str, payments: Sequence[Payment]) -> Hits:
    decided = [each for each in payments if each.is_fraud is not None]
    return Hits(
        code,
        mode,
        len(payments),
        sum(each.suspicious for each in payments),
        len(decided),
        sum(bool(each.is_fraud) for each in decided),
    )
