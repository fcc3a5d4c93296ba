"""How the data plane's time runs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DataPlaneOptions:
    """What differs from AWS so that a person, or a test, need not wait as long.

    `delay_scale` multiplies the waits between retries (AWS waits one and two minutes between the attempts
    of an asynchronous invocation); ages are never scaled, since the deployed settings are theirs, and the
    visibility timeouts of queues that functions read only by `visibility_scale`.
    """

    delay_scale: float = 1 / 60
    maximum_workers: int = 3
    visibility_scale: float = 1.0
    alarm_scale: float = 0.0
    """What a second of an alarm's period lasts; 0 lets the alarms rest."""
