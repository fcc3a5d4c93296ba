"""Another program in the place of the Pulumi CLI: it says what it was given."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tools.local import cli

SAYS_WHAT_IT_GOT = """#!{python}
import json, os, sys
told = {{"arguments": sys.argv[1:], "environment": dict(os.environ), "at": os.getcwd()}}
print(json.dumps(told))
sys.exit(int(os.environ.get("FAKE_EXIT_CODE", "0")))
"""


@dataclass
class Pulumi:
    """The command with another program in the CLI's place."""

    run_directory: Path
    capfd: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str) -> tuple[int, Mapping[str, Any], str]:
        code = cli.main(["pulumi", "--run-directory", str(self.run_directory), "--", *arguments])
        out, err = self.capfd.readouterr()
        return code, json.loads(out.splitlines()[-1]) if out.startswith("{") else {"out": out}, err


def stand_in(folder: Path, source: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "pulumi"
    path.write_text(source.format(python=sys.executable))
    path.chmod(0o755)
    return path
