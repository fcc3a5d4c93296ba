"""One run over the tables: read a page, name what is missing, send it again, note how far it is."""

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
    """Go over the transactions from where `progress` is, and return the sums at the end.

    Args:
        tables: What is read.
        progress: The time, whether to send again, and what was done before.
        checkpoint: Where the progress is noted after each page, once what it lacked is on its way.
        replayer: Sends again, where `progress.replay` says so.
        name: Told of each transaction that lacks something.
        show: Told after each page.

    Raises:
        NotTakenError: Something was not taken; the next run goes on with that page.
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
