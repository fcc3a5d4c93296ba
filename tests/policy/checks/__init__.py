"""Every check, by name. Importing this package enters them all into ``CHECKS``."""

from tests.policy.checks import (
    alarms,
    encryption,
    entry,
    functions,
    grammar,
    iam,
    lifecycle,
    naming,
    network,
    storage,
)
from tests.policy.checks.registry import CHECKS, violations

__all__ = [
    "CHECKS",
    "alarms",
    "encryption",
    "entry",
    "functions",
    "grammar",
    "iam",
    "lifecycle",
    "naming",
    "network",
    "storage",
    "violations",
]
