"""Where things lie in the project, for commands that run in it."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STACKS = ROOT / "stacks"
