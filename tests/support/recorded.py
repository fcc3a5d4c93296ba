"""What was recorded, as the tests ask questions of it."""

from tools.deploy.program_runner.recorded import (
    Deployment,
    Estate,
    LayerRun,
    NotRegisteredError,
    Resource,
    archive_files,
    of_type,
    one,
)

__all__ = [
    "Deployment",
    "Estate",
    "LayerRun",
    "NotRegisteredError",
    "Resource",
    "archive_files",
    "of_type",
    "one",
]
