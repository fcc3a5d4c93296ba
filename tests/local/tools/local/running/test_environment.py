"""The engine's many lines become one a layer."""

from typing import TextIO, cast

from tools.local.engine.progress import Progress
from tools.local.running.environment import Brief


def test_each_layer_is_one_line_with_its_counts() -> None:
    lines: list[str] = []
    take = Brief(lines.append)
    for layer in ("network", "data"):
        progress = Progress(f"Deploying {layer} (local)", stream=cast("TextIO", Lines(take)))
        progress.step("create", "aws:ec2/vpc:Vpc", "vpc-local", seconds=1.0)
        progress.step("same", "aws:kms/key:Key", "key-local")
        progress.summary()
    assert len(lines) == 2
    assert lines[0].startswith("Deploying network (local), + 1 created, 1 unchanged in ")


class Lines:
    """A stream that hands on whole lines."""

    def __init__(self, take: Brief) -> None:
        self._take, self._rest = take, ""

    def write(self, text: str) -> int:
        *whole, self._rest = (self._rest + text).split("\n")
        for line in whole:
            self._take(line)
        return len(text)

    def flush(self) -> None:
        return
