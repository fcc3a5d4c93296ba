"""What a person sees while it runs: steps and bars on a terminal, plain lines anywhere else."""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.rule import Rule
from rich.table import Table

PLAIN_WIDTH = 120
SECONDS_BETWEEN_PLAIN_LINES = 5.0


class PatientConsole(Console):
    """A console that goes on in silence when nobody reads any more, as after ``make demo | head``.

    What was started must still be brought to its end, and its figures written.
    """

    def on_broken_pipe(self) -> None:
        """Say nothing more, now and when the interpreter flushes its output at the end."""
        self.quiet = True
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


class Bar:
    """How far a counted thing is."""

    def __init__(self, console: Console, title: str, total: int, progress: Progress | None) -> None:
        self._console, self._title, self._total = console, title, total
        self._progress = progress
        self._task: TaskID | None = progress.add_task(title, total=total, note="") if progress else None
        self._last_line = time.monotonic()

    def show(self, done: int, note: str = "") -> None:
        """Show that ``done`` of the total are done; a plain line comes only now and then."""
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=done, note=note)
        elif time.monotonic() - self._last_line >= SECONDS_BETWEEN_PLAIN_LINES:
            self._last_line = time.monotonic()
            self._console.print(f"  {self._title}: {done} of {self._total}  {note}", markup=False)


class Display:
    """Prints the story of a run; every text is taken as it is, without markup.

    Args:
        console: Where to; by default the standard output.
    """

    def __init__(self, console: Console | None = None) -> None:
        chosen = console or PatientConsole(highlight=False)
        # A pipe has no width: lines of a log should not be folded at 80.
        self._console = (
            chosen
            if chosen.is_terminal
            else PatientConsole(file=chosen.file, width=PLAIN_WIDTH, highlight=False)
        )

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Say what begins, and what it took when it has ended."""
        self._console.print(f"[bold]{escape(title)}[/bold] ...")
        started = time.monotonic()
        yield
        self._console.print(f"  done in {time.monotonic() - started:.1f} s")

    @contextmanager
    def bar(self, title: str, total: int) -> Iterator[Bar]:
        """Show a bar while the block runs."""
        if not self._console.is_terminal:
            yield Bar(self._console, title, total, None)
            return
        columns = (
            TextColumn("  {task.description}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}"),
        )
        with Progress(*columns, console=self._console, refresh_per_second=4, transient=True) as progress:
            yield Bar(self._console, title, total, progress)

    def line(self, text: str = "") -> None:
        """Print a line."""
        self._console.print(f"  {text}" if text else "", markup=False, soft_wrap=True)

    def good(self, text: str) -> None:
        """Print what went well."""
        self._console.print(f"[bold green]{escape(text)}[/bold green]", soft_wrap=True)

    def bad(self, text: str) -> None:
        """Print what is wrong."""
        self._console.print(f"[bold red]{escape(text)}[/bold red]", soft_wrap=True)

    def heading(self, text: str) -> None:
        """Begin a part."""
        self._console.print()
        self._console.print(f"[bold]{escape(text)}[/bold]")

    def verbatim(self, text: str) -> None:
        """Print text that is to be copied: neither folded nor indented."""
        self._console.print(text, markup=False, soft_wrap=True)

    def framed(self, title: str, text: str) -> None:
        """Print a text as a whole between two rules: what it holds can be copied, so nothing is folded."""
        self._console.print(Rule(escape(title), align="left"))
        self.verbatim(text.rstrip())
        self._console.print(Rule())

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print rows under a header, numbers to the right."""
        table = Table(box=None, pad_edge=False, padding=(0, 2))
        for number, name in enumerate(header):
            table.add_column(escape(name), justify="left" if number == 0 else "right")
        for row in rows:
            table.add_row(*map(escape, row))
        self._console.print(table)
