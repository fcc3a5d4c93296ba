"""Put this folder on the PYTHONPATH of the CLI, and the layers' programs end without a trace."""

import os
from pathlib import Path

FOLDER = Path(__file__).parent


def python_path(*folders: Path | str) -> str:
    """Return a PYTHONPATH of this folder and those."""
    return os.pathsep.join(str(each) for each in (FOLDER, *folders) if str(each))
