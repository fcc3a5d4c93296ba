"""Override moto where it differs from AWS, one module per service or behaviour."""

import importlib
import pkgutil

from emulator.cloud import control_plane_repairs
from emulator.cloud.replacing import replace_all


def apply() -> None:
    """Apply all overrides; call this before serving requests."""
    for folder, name in (
        (__path__, __name__),
        (control_plane_repairs.__path__, control_plane_repairs.__name__),
    ):
        for module in pkgutil.iter_modules(folder):
            importlib.import_module(f"{name}.{module.name}")
    replace_all()
