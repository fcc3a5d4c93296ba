"""Check an environment's limits against a peak rate of transactions."""

from collections.abc import Iterator

from shared.infra import stems
from shared.runtime.schema import MAXIMUM_BATCH
from tools.operate.cost.model import billed_seconds
from tools.operate.cost.setting import Setting
from tools.operate.cost.usage import TRANSACTIONS, Usage, Use

WRITES_OF_A_NEW_TABLE = 4000
"""Write units a second that a new on-demand table takes at once (DynamoDB developer guide)."""


def limits(setting: Setting, usage: Usage, per_second: float) -> Iterator[str]:
    """Yield a sentence for each limit that the peak approaches or exceeds."""
    for name, use in (("posted alone", usage.single), (f"in arrays of {MAXIMUM_BATCH}", usage.batched)):
        requests = per_second * use.api_requests
        verdict = "within" if requests <= setting.requests_per_second else "MORE than"
        yield f"{requests:,.0f} requests a second {name}: {verdict} the API's {setting.requests_per_second}"
        for stem in (stems.INGEST, stems.DETECTOR):
            yield _concurrency(setting, use, stem, per_second, name)
    writes = per_second * usage.single.write_units[TRANSACTIONS]
    if writes > WRITES_OF_A_NEW_TABLE:
        yield (
            f"{writes:,.0f} writes a second: MORE than the {WRITES_OF_A_NEW_TABLE} that a new on-demand "
            "table takes at once; raise traffic slowly, or warm the table"
        )


def _concurrency(setting: Setting, use: Use, stem: str, per_second: float, name: str) -> str:
    function = use.functions[stem]
    each = billed_seconds(
        function.cpu_milliseconds / (function.invocations or 1),
        function.waits / (function.invocations or 1),
        setting.memory_megabytes[stem],
    )
    needed, reserved = per_second * function.invocations * each, setting.reserved_concurrency[stem]
    verdict = "within" if needed <= reserved else "MORE than"
    return f"{needed:,.0f} executions of {stem} at once, {name}: {verdict} its reserved {reserved}"
