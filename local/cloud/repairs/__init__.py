"""Where moto answers otherwise than AWS does: one module for each service or idea."""

import importlib.util

from local.cloud.repairs import managed_policies


def apply() -> None:
    """Applies every repair once; call it before anything is served."""
    managed_policies.apply()
    if importlib.util.find_spec("local.cloud.control_plane_repairs"):
        importlib.import_module("local.cloud.control_plane_repairs").apply()
