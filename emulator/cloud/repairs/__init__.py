"""Where moto answers otherwise than AWS does: one module for each service or idea."""

import functools

from emulator.cloud import control_plane_repairs
from emulator.cloud.repairs import (
    deployments,
    event_source_mappings,
    events,
    expressions,
    managed_policies,
    queues,
    streams,
    topics,
    transactions,
)


@functools.cache
def apply() -> None:
    """Apply every repair, once; call it before anything is served."""
    for repair in (
        expressions,
        managed_policies,
        streams,
        transactions,
        queues,
        events,
        topics,
        event_source_mappings,
        deployments,
    ):
        repair.apply()
    control_plane_repairs.apply()
