"""A replay as plain figures: what the JSON report holds, and what the page is drawn from."""

from datetime import UTC, datetime
from typing import Any, Final

from tools.analyst.backtest.metrics import ALERT_RATES, Ranking, Step
from tools.analyst.backtest.replay import MILLISECONDS_PER_DAY, Replay
from tools.analyst.backtest.source import Source
from tools.analyst.backtest.tally import RuleTally, Tally

REPORT_VERSION: Final = 1
_CURVE_POINTS: Final = 200
_DIGITS: Final = 6


def figures_of(source: Source, replay: Replay, tally: Tally, seconds: float) -> dict[str, Any]:
    """Return every figure of a run as plain JSON data."""
    ranking = tally.ranking()
    rows = len(tally.scores)
    return {
        "report_version": REPORT_VERSION,
        "data": {
            "file": source.path.name,
            "lines": source.lines,
            "rows": source.rows,
            "bad_rows": source.refused,
            "bad_row_reasons": [str(each) for each in source.first_refused],
            "empty_lines": source.empty_lines,
            "out_of_order": {
                "rows": source.order.late,
                "by_seconds_at_most": source.order.latest / 1000,
                "first_lines": source.order.late_lines,
            },
            "ignored_columns": list(source.ignored_columns),
            "transactions": rows,
            "duplicates": replay.duplicates,
            "too_late_to_learn_from": replay.too_late,
            "frauds": ranking.frauds,
            "without_label": rows - ranking.frauds - ranking.genuine,
            "accounts": replay.accounts,
            "days": len(tally.days),
            "first_day": _date(min(tally.days, default=0)),
            "last_day": _date(max(tally.days, default=0)),
        },
        "run": {
            "rules_version": replay.rules.version,
            "label_delay_days": replay.label_delay_days,
            "seconds": round(seconds, 1),
            "transactions_per_second": round(rows / seconds) if seconds else None,
        },
        "ranking": {
            "auc": _short(ranking.area()),
            "average_precision": _short(ranking.average_precision()),
            "by_alert_rate": [_at_rate(ranking, rate) for rate in ALERT_RATES] if ranking.frauds else [],
            "recall_at_1pct_false_positives": _recall(ranking, ranking.at_false_positives(0.01)),
            "by_scenario": _by_scenario(ranking, tally),
            "curve": [
                [_short(each) for each in _point(ranking, step)] for step in ranking.curve(_CURVE_POINTS)
            ]
            if ranking.frauds
            else [],
        },
        "alerts": {
            "threshold": tally.alert_threshold,
            "alerts": tally.alerts,
            "rate": _short(tally.alerts / rows) if rows else None,
            "per_day": _short(tally.alerts / len(tally.days)) if tally.days else None,
            "precision": _share(tally.alert_frauds, tally.alerts) if ranking.frauds else None,
            "recall": _share(tally.alert_frauds, ranking.frauds),
            "fraud_accounts": len(tally.fraud_accounts),
            "fraud_accounts_found": sum(tally.fraud_accounts.values()),
            "with_a_reason_of_value_baseline_and_threshold": _share(tally.explained_alerts, tally.alerts),
            "amounts": {
                currency: {
                    "fraud": round(fraud, 2),
                    "saved": round(saved, 2),
                    "held_up_without_need": round(held, 2),
                }
                for currency, (fraud, saved, held) in sorted(tally.amounts.items())
            },
        },
        "days": [
            {"day": _date(day), "transactions": every, "alerts": alerts, "frauds_among_them": frauds}
            for day, (every, alerts, frauds) in sorted(tally.days.items())
        ],
        "rules": {code: _rule(rule) for code, rule in sorted(tally.rules.items())},
        "scores": [{"frauds": frauds, "others": others} for frauds, others in tally.histogram()],
    }


def _rule(rule: RuleTally) -> dict[str, Any]:
    return {
        "mode": "shadow" if rule.shadow else "alert",
        "hits": rule.hits,
        "precision": _share(rule.frauds, rule.frauds + rule.genuine),
        "mean_points": _share(rule.points, rule.hits),
        "alerts": rule.alerts,
        "alert_precision": _share(rule.alert_frauds, rule.alerts),
        "alerts_only_with_it": rule.decisive,
        "frauds_only_with_it": rule.decisive_frauds,
    }


def _at_rate(ranking: Ranking, rate: float) -> dict[str, Any]:
    step = ranking.at_rate(rate)
    return {
        "alert_rate": rate,
        "threshold": _short(step.threshold) if step.frauds + step.genuine else None,
        "alerts": step.frauds + step.genuine,
        "precision": _share(step.frauds, step.frauds + step.genuine),
        "recall": _recall(ranking, step),
    }


def _by_scenario(ranking: Ranking, tally: Tally) -> dict[str, Any]:
    at_one_percent = ranking.at_rate(0.01).threshold
    return {
        name or "fraud": {
            "frauds": len(scores),
            "recall_of_alerts": _share(tally.scenario_alerts[name], len(scores)),
            "recall_at_1pct_alerts": _share(sum(score >= at_one_percent for score in scores), len(scores)),
        }
        for name, scores in sorted(tally.scenarios.items())
    }


def _curve(ranking: Ranking) -> list[list[float | None]]:
    if not ranking.frauds:
        return []
    return [[_short(each) for each in _point(ranking, step)] for step in ranking.curve(_CURVE_POINTS)]


def _point(ranking: Ranking, step: Step) -> tuple[float, float, float]:
    """Return recall, precision, and the share of genuine transactions flagged."""
    return (
        step.frauds / ranking.frauds,
        step.frauds / (step.frauds + step.genuine),
        step.genuine / ranking.genuine if ranking.genuine else 0.0,
    )


def _recall(ranking: Ranking, step: Step) -> float | None:
    return _share(step.frauds, ranking.frauds)


def _share(part: float, whole: float) -> float | None:
    return _short(part / whole) if whole else None


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)


def _date(day: int) -> str:
    moment = datetime.fromtimestamp(day * MILLISECONDS_PER_DAY / 1000, UTC)
    return moment.date().isoformat()
