"""Planted violations, one module for each module of checks."""

from tests.policy.mutations import Planted
from tests.policy.planted import (
    alarms,
    encryption,
    entry,
    functions,
    iam,
    lifecycle,
    naming,
    network,
    storage,
)

ALL: tuple[Planted, ...] = tuple(
    planted
    for module in (functions, network, entry, storage, lifecycle, naming, encryption, alarms, iam)
    for planted in module.PLANTED
)
