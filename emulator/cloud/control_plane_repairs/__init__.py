"""What moto 5.2.5 forgets or cannot change, where the provider must read back what a program set.

Each module repairs one group of services; nothing here moves events (that is `emulator.cloud.repairs`).
"""

import functools

from emulator.cloud.control_plane_repairs import (
    boundaries,
    budgets,
    buses_and_pipes,
    execution_roles,
    functions,
    log_groups,
    network,
    network_in_use,
    queues_and_topics,
    rest_api_members,
    rest_apis,
    sampling_rules,
    tables,
    taken_names,
)


@functools.cache
def apply() -> None:
    """Apply every repair, once; call it before anything is served."""
    for repair in (
        network,
        network_in_use,
        tables,
        queues_and_topics,
        log_groups,
        functions,
        execution_roles,
        rest_apis,
        rest_api_members,
        buses_and_pipes,
        budgets,
        sampling_rules,
        taken_names,
        boundaries,
    ):
        repair.apply()
