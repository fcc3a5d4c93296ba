"""Detect rules that would alert on nothing or everything, before they are published."""

from stacks.compute.functions.detector.scoring import Mode, Rules, probability_of


def extreme(rules: Rules) -> str | None:
    """Return why rules are useless, or None.

    Args:
        rules: The rules to publish.
    """
    curves = [curve for curve in rules.scorecard.values() if curve.mode is Mode.ALERT]
    most = probability_of(rules.base + sum(max(0.0, *curve.points) for curve in curves))
    if most < rules.alert_threshold or rules.alert_threshold >= 1:
        return (
            f"no payment could be an alert by its quantities: all points together make {most:.3f}, "
            f"and alerts begin at {rules.alert_threshold:g}"
        )
    least = probability_of(rules.base + sum(min(0.0, *curve.points) for curve in curves))
    if least >= rules.alert_threshold:
        return (
            f"every payment would be an alert: the base and all points below zero make {least:.3f}, "
            f"and alerts begin at {rules.alert_threshold:g}"
        )
    return None
