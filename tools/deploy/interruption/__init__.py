"""With this folder on the CLI's PYTHONPATH, interrupted programs end without a traceback."""

import os
from pathlib import Path

FOLDER = Path(__file__).parent


def python_path(*folders: Path | str) -> str:
    """Return a PYTHONPATH with this folder first."""
    return os.pathsep.join(str(each) for each in (FOLDER, *folders) if str(each))
