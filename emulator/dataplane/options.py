"""Timing options of the data plane."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DataPlaneOptions:
    """Delays that are shorter than on AWS, so that people and tests wait less.

    `delay_scale` multiplies the delays between retries (one and two minutes for asynchronous invocations on
    AWS). `visibility_scale` multiplies the visibility timeouts of queues with an event source mapping.
    Maximum ages are not scaled, since they are deployed settings.
    """

    delay_scale: float = 1 / 60
    maximum_workers: int = 3
    visibility_scale: float = 1.0
    alarm_scale: float = 0.0
    """Duration of a second of an alarm's period, in seconds; 0 disables alarms."""
