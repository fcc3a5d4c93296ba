"""Rules: what is in force, since when and by whom, how each does, and what another threshold would bring."""

import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final

from shared.runtime.alerts import AlertStatus
from shared.runtime.changes import history_key
from stacks.compute.functions.detector.scoring import RULES_PATH, Rules, parse_rules
from stacks.compute.functions.profiles.rules_item import (
    CHALLENGER_KEY,
    RULES_KEY,
    UnreadableRulesError,
    publication_key,
    published_text,
)
from tools.analyst.desk.charts import curve, spark
from tools.analyst.desk.parts import Desk
from tools.analyst.differences import differences
from tools.analyst.publishing import THRESHOLD, in_force, parsed, refuse_extremes
from tools.analyst.publishing import with_threshold as text_with_threshold
from tools.analyst.records.alert import Alert
from tools.analyst.trying import FloodError, Trying
from tools.deploy.outputs import OperatorError

_WEEKS: Final = 4
_WEEK: Final = 7 * 86_400_000
_DAY: Final = 86_400_000
_CHOICES: Final = 12


@dataclass(frozen=True)
class RuleFigures:
    """How one rule did in the days that are shown.

    Attributes:
        code: Its name.
        mode: `alert`, `shadow` or `off`; empty where the file in force has no such rule.
        hits: Alerts with it among their reasons.
        share: Of all alerts.
        frauds: Of them confirmed fraud.
        decided: Of them decided.
        weeks: A picture of hits per week.
    """

    code: str
    mode: str
    hits: int
    share: float | None
    frauds: int
    decided: int
    weeks: Any

    @property
    def precision(self) -> float | None:
        """The share of frauds among the decided ones."""
        return self.frauds / self.decided if self.decided else None


@dataclass(frozen=True)
class Choice:
    """A threshold and what it would have brought: alerts a day, and precision of the decided ones."""

    threshold: float
    per_day: float
    precision: float | None
    frauds: int
    frauds_lost: int


def page(desk: Desk) -> dict[str, Any]:
    """Return what the page of rules shows.

    Raises:
        OperatorError: AWS refuses.
    """
    item, challenger = desk.controls.get(RULES_KEY), desk.controls.get(CHALLENGER_KEY)
    text, fault = in_force(item)
    before, known = _file_before(desk, item)
    alerts = [alert for alert in desk.model.all() if alert.was_alert]
    document = json.loads(text)
    threshold = document.get(THRESHOLD)
    choices = choices_of(alerts, desk.clock(), desk.model.days, threshold)
    return {
        "item": item,
        "version": parse_rules(text.encode()).version,
        "published": item is not None and item.get("rules") is not None,
        "fault": fault,
        "threshold": threshold,
        "differences": differences(json.loads(before), document) if known else None,
        "rules": figures(alerts, document, desk.clock()),
        "challenger": challenger,
        "publications": sorted(
            [*desk.history.of(RULES_KEY, item), *desk.history.of(CHALLENGER_KEY, challenger)],
            key=lambda entry: -entry.at,
        ),
        "choices": choices,
        "curve": curve(
            "Precision among decided alerts over alerts per day",
            [(each.per_day, each.precision) for each in choices if each.precision is not None],
            _now(choices, threshold),
        ),
        "days": desk.model.days,
    }


def _file_before(desk: Desk, item: Mapping[str, Any] | None) -> tuple[str, bool]:
    """The file that was in force before the one that is, and whether it is known."""
    packaged = RULES_PATH.read_text("utf-8")
    if item is None:
        return packaged, False
    revision = int(item.get("revision", 0))
    if revision <= 1:
        return packaged, True
    earlier = desk.controls.get(history_key(RULES_KEY, revision - 1)) or desk.controls.get(
        publication_key(revision - 1)
    )
    try:
        return (published_text(earlier) or packaged), earlier is not None
    except UnreadableRulesError:
        return packaged, False


def figures(alerts: list[Alert], document: Mapping[str, Any], now: int) -> list[RuleFigures]:
    """Return how each rule did: those of the file, and those that alerts name besides."""
    modes = modes_of(document)
    hits: dict[str, list[Alert]] = {code: [] for code in modes}
    for alert in alerts:
        for code in {reason.code for reason in alert.reasons}:
            hits.setdefault(code, []).append(alert)
    found = []
    for code, hit in hits.items():
        decided = [alert for alert in hit if not alert.is_open]
        found.append(
            RuleFigures(
                code=code,
                mode=modes.get(code, ""),
                hits=len(hit),
                share=len(hit) / len(alerts) if alerts else None,
                frauds=sum(alert.status is AlertStatus.CONFIRMED_FRAUD for alert in decided),
                decided=len(decided),
                weeks=_weeks(code, hit, now),
            )
        )
    return sorted(found, key=lambda rule: (-rule.hits, rule.code))


def modes_of(document: Mapping[str, Any]) -> dict[str, str]:
    """Return the mode of all that may be a reason, by its name."""
    return {code: str(rule.get("mode", "")) for code, rule in _rules_of(document)}


def _rules_of(document: Mapping[str, Any]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """Names and settings of all that may be a reason: each section whose members have a mode or a weight."""
    for section in document.values():
        if isinstance(section, dict):
            for code, rule in section.items():
                if isinstance(rule, dict) and ("mode" in rule or "weight" in rule):
                    yield code, rule


def _weeks(code: str, hit: list[Alert], now: int) -> Any:
    counts = [0] * _WEEKS
    for alert in hit:
        week = (now - alert.received_at) // _WEEK
        if 0 <= week < _WEEKS:
            counts[_WEEKS - 1 - week] += 1
    told = ", ".join(str(count) for count in counts)
    return spark(f"Hits of {code} in each of the last {_WEEKS} weeks: {told}", counts) if hit else ""


def choices_of(alerts: list[Alert], now: int, days: int, current: float | None = None) -> list[Choice]:
    """Return thresholds with what each would have brought, the highest first.

    What scored below the threshold of its time is no alert: little is known of a lower one.

    Args:
        alerts: Of the last days.
        now: Epoch milliseconds.
        days: How many.
        current: The threshold in force; it is one of the choices, unless no alert has reached it.
    """
    scored = sorted((alert for alert in alerts if alert.score is not None), key=lambda a: -(a.score or 0))
    if not scored:
        return []
    span = max(1.0, min(float(days), (now - min(alert.received_at for alert in scored)) / _DAY))
    scores = [float(alert.score or 0) for alert in scored]
    frauds = list(accumulate(alert.status is AlertStatus.CONFIRMED_FRAUD for alert in scored))
    decided = list(accumulate(not alert.is_open for alert in scored))

    def kept(threshold: float) -> int:
        """How many are alerts; those that score as much as the threshold are, too."""
        return bisect_right(scores, -threshold, key=lambda score: -score)

    thresholds = {scores[len(scores) * step // _CHOICES - 1] for step in _steps(len(scores))}
    if current is not None and (now_kept := kept(current)):
        thresholds = {each for each in thresholds if kept(each) != now_kept} | {current}
    found = []
    for threshold in sorted(thresholds):
        count = kept(threshold)
        found.append(
            Choice(
                threshold=threshold,
                per_day=count / span,
                precision=frauds[count - 1] / decided[count - 1] if decided[count - 1] else None,
                frauds=frauds[count - 1],
                frauds_lost=frauds[-1] - frauds[count - 1],
            )
        )
    return found[::-1]


def _steps(count: int) -> range:
    """The steps of which each keeps one alert at least."""
    return range(max(1, -(-_CHOICES // count)), _CHOICES + 1)


def _now(choices: list[Choice], current: float | None) -> tuple[float, float] | None:
    at = next((each for each in choices if each.threshold == current), None)
    return None if at is None or at.precision is None else (at.per_day, at.precision)


@dataclass(frozen=True)
class Proposal:
    """Rules that somebody is about to publish.

    Attributes:
        text: The file; None for the package's rules.
        version: What decisions will carry.
        changes: What distinguishes it from what is in force.
        tried: What it makes of recent payments, or why that is not known.
    """

    text: str | None
    version: str
    changes: list[str]
    tried: list[str]


def proposal(desk: Desk, text: str | None) -> Proposal:
    """Check rules as the detector would, compare them with what is in force, and try them.

    Raises:
        OperatorError: The detector cannot use them, or they would silence or multiply alerts.
    """
    current, _ = in_force(desk.controls.get(RULES_KEY))
    new = RULES_PATH.read_text("utf-8") if text is None else text
    rules = parsed(new)
    refuse_extremes(rules)
    tried = _tried(desk, parsed(current), rules) if text is not None else []
    return Proposal(text, rules.version, differences(json.loads(current), json.loads(new)), tried)


def _tried(desk: Desk, current: Rules, rules: Rules) -> list[str]:
    """Try rules on recent payments.

    Raises:
        FloodError: They would silence all alerts, or multiply them.
    """
    try:
        return Trying(desk.payments.read(), current, desk.clock(), desk.model.days).compared(rules)
    except FloodError:
        raise
    except OperatorError as error:
        return [f"not tried on recent payments: {error}"]


def with_threshold(desk: Desk, threshold: str) -> str:
    """Return the file in force with another threshold, and with a version that says so.

    Raises:
        OperatorError: It is no number, or the file in force has no threshold.
    """
    text, _ = in_force(desk.controls.get(RULES_KEY))
    try:
        value = float(threshold)
    except ValueError:
        raise OperatorError(f"{threshold!r} is not a threshold: enter a number from 0 to 1") from None
    return text_with_threshold(text, value)


def publish(desk: Desk, text: str | None, note: str, revision: int) -> None:
    """Put rules in force, if nobody has published since the preview.

    Raises:
        OperatorError: Somebody has, or AWS refuses.
    """
    checked = proposal(desk, text)
    before = desk.controls.get(RULES_KEY)
    if int((before or {}).get("revision", 0)) != revision:
        raise OperatorError("other rules were published since this preview: review it again")
    desk.controls.publish(before, checked.text, note)
