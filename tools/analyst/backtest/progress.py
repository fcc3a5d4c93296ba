"""A progress bar on standard error, where that is a terminal."""

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from tools.analyst.backtest.source import Source


class Progress:
    """How far a source is read.

    Args:
        source: What is read.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeRemainingColumn(),
            console=Console(file=sys.stderr),
            transient=True,
            disable=not sys.stderr.isatty(),
        )
        self._task = self._bar.add_task(f"replaying {source.path.name}", total=1.0)

    def show(self, transactions: int) -> None:
        """Move the bar to where the source is."""
        share = self._source.position / self._source.size if self._source.size else 0.0
        self._bar.update(self._task, completed=share, description=f"replaying, {transactions:,} transactions")

    def __enter__(self) -> Self:
        """Show the bar."""
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away."""
        self._bar.stop()
