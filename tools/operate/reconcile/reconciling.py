"""Reconcile page by page: report missing steps, repeat them, save the progress."""

from collections import Counter
from collections.abc import Callable

from tools.operate.reconcile.checkpoint import Checkpoint, Progress
from tools.operate.reconcile.replaying import Replayer
from tools.reconciliation.standing import Standing
from tools.reconciliation.tables import PipelineTables


def reconcile(  # noqa: PLR0913 - what is read, what is kept, what is told
    tables: PipelineTables,
    progress: Progress,
    checkpoint: Checkpoint,
    replayer: Replayer,
    *,
    name: Callable[[Standing], object],
    show: Callable[[Progress], object],
) -> Progress:
    """Scan the transactions from `progress` on, and return the totals.

    Args:
        tables: The tables.
        progress: Window, whether to repeat missing steps, and previous progress.
        checkpoint: Saves the progress after each page and its repeats.
        replayer: Repeats missing steps, if `progress.replay`.
        name: Called with each transaction with a missing step.
        show: Called after each page.

    Raises:
        NotTakenError: An entry was refused; the next run continues with that page.
    """
    for page in tables.pages(progress.earliest, progress.latest, progress.next_key):
        lacking = [(standing, item) for standing, item in page.found if standing.fault is not None]
        if progress.replay:
            progress.resent = dict(Counter(progress.resent) + replayer.replay(lacking))
        for standing, _ in lacking:
            name(standing)
        progress.balance.add(standing for standing, _ in page.found)
        progress.scanned += page.scanned
        progress.next_key = page.next_key
        show(progress)
        if page.next_key:
            checkpoint.save(progress)
    checkpoint.clear()
    return progress
