"""Compute the monthly usage of an environment from the measured usage of a transaction."""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.infra import stems
from shared.runtime import counting
from tools.operate.cost.setting import Setting
from tools.operate.cost.usage import ALERTS, PROFILES, TRANSACTIONS, Usage, Use

DAYS_IN_A_MONTH = 30.4
HOURS_IN_A_MONTH = 24 * DAYS_IN_A_MONTH
SECONDS_IN_A_MONTH = 3600 * HOURS_IN_A_MONTH
GIGABYTE = 1e9
MEGABYTES_OF_A_PROCESSOR = 1769
"""Lambda gives a whole vCPU at this memory, less in proportion (developer guide, "Configure memory")."""
SECONDS_OF_A_CALL = 0.005
"""A call of DynamoDB, SQS or SNS, waited for: single-digit milliseconds."""
OVERHEAD_OF_AN_ITEM = 100
"""Bytes that DynamoDB adds to each stored item."""
_ANSWER_HEADERS = (
    "HTTP/1.1 201 Created",
    "Date: Mon, 30 Nov 2026 14:04:35 GMT",
    "Content-Type: application/json",
    "Content-Length: 135",
    "Connection: keep-alive",
    "x-amzn-RequestId: 6f2c5e0a-4c1b-4d57-9b1e-2f6a8c0d9e31",
    "x-amz-apigw-id: AbCdEfGhIAMEexample=",
    "Cache-Control: no-store",
    "X-Amzn-Trace-Id: Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0",
)
"""Of a regional REST API that calls a Lambda function: its own, and ours (developer guide, "Lambda proxy
integrations" and "Tracing user requests")."""
TLS_RECORD_BYTES = 22
"""Around each answer: five of the header, 17 that AES-GCM adds (RFC 8446, section 5)."""
HANDSHAKE_BYTES, REQUESTS_OF_A_CONNECTION = 5000, 100
"""A handshake sends the chain of certificates; a payment service keeps its connections."""
HEADER_BYTES = (
    sum(len(line) + 2 for line in _ANSWER_HEADERS)
    + 2
    + TLS_RECORD_BYTES
    + HANDSHAKE_BYTES / REQUESTS_OF_A_CONNECTION
)
"""Of an answer, besides its body."""
OVERHEAD_OF_A_LOG_LINE = 26
"""Bytes that CloudWatch Logs adds to each event."""
BYTES_OF_A_LOG_LINE = 300
"""About as long as our lines are: gives how many lines a measured volume is."""
ACCOUNTS_FOR_EACH_DAILY_TRANSACTION = 1.0
"""An account pays about once a day."""
IDLE_POLLS_A_SECOND = 5 / 20
"""Lambda polls an idle queue by five long polls of 20 seconds."""
REQUESTS_OF_A_RECEIVED_MESSAGE = 2
"""One to receive it, one to delete it; batches of several are rare at the rate of alerts."""
DEFAULT_SHARE, DEFAULT_PER_SECOND = 0.05, 1.0
"""X-Ray's own rule (developer guide, "Configuring sampling rules"). It holds for the detector whatever we
say: EventBridge carries no trace header, and the traces that Lambda begins cannot be configured."""
DATA_KEY_SECONDS = 300
"""SQS and DynamoDB keep a data key for five minutes; five tables and queues use ours."""
KEY_USERS = 8


@dataclass(frozen=True)
class Load:
    """The load.

    Attributes:
        per_day: Transactions per day.
        alerts: Share of suspicious transactions.
        batched: Whether they are sent in arrays of maximum length.
    """

    per_day: float
    alerts: float = 0.001
    batched: bool = False

    @property
    def per_month(self) -> float:
        """Transactions per month."""
        return self.per_day * DAYS_IN_A_MONTH


@dataclass(frozen=True)
class Line:
    """A quantity on the bill.

    Attributes:
        layer: Layer that owns the resource.
        price: Name in the price list.
        what: Description.
        quantity: Units per month.
        stored: Whether it is storage.
    """

    layer: str
    price: str
    what: str
    quantity: float
    stored: bool = False


def lines(setting: Setting, usage: Usage, load: Load) -> list[Line]:
    """Return the monthly usage."""
    usual = usage.batched if load.batched else usage.single
    return [
        *_fixed(setting),
        *_counted(load),
        *_moving(setting, usual, load.per_month * (1 - load.alerts)),
        *_moving(setting, usage.suspicious, load.per_month * load.alerts),
        *_traces(setting, usual, load),
        *_stored(setting, usage, load),
    ]


def _fixed(setting: Setting) -> Iterator[Line]:
    yield Line("network", "endpoint_hours", "interface endpoints", setting.endpoint_zones * HOURS_IN_A_MONTH)
    yield Line("network", "keys", "customer-managed key", setting.keys)
    idle = KEY_USERS * SECONDS_IN_A_MONTH / DATA_KEY_SECONDS
    yield Line("network", "key_requests", "data keys of tables and queues", idle)
    yield Line("alerting", "alarm_metrics", "metrics of alarms", setting.alarm_metrics)
    yield Line("alerting", "dashboards", "dashboard", setting.dashboards)
    yield Line("alerting", "queue_requests", "polls of the queue", IDLE_POLLS_A_SECOND * SECONDS_IN_A_MONTH)
    yield Line("compute", "custom_metrics", "metrics of each method", setting.method_metrics)


def _counted(load: Load) -> Iterator[Line]:
    """Yield the metrics in function logs, billed for each hour with a value."""
    count = len(counting.METRICS) if load.per_day else 0
    yield Line("compute", "custom_metrics", "metrics of the functions", count)


def _moving(setting: Setting, use: Use, count: float) -> Iterator[Line]:
    yield Line("compute", "api_requests", "requests", count * use.api_requests)
    answered = use.api_requests * HEADER_BYTES + use.answer_bytes
    yield Line("compute", "bytes_out", "answers", count * answered / GIGABYTE)
    for stem, function in use.functions.items():
        layer = "alerting" if stem in stems.FUNCTIONS["alerting"] else "compute"
        memory = setting.memory_megabytes[stem]
        seconds = billed_seconds(function.cpu_milliseconds, function.waits, memory)
        yield Line(layer, "lambda_requests", stem, count * function.invocations)
        yield Line(layer, "lambda_gb_seconds", stem, count * seconds * memory / 1024)
        logged = function.logged(setting.log_levels[layer])
        logged *= 1 + OVERHEAD_OF_A_LOG_LINE / BYTES_OF_A_LOG_LINE
        yield Line(layer, "log_gb", stem, count * logged / GIGABYTE)
    for table, units in use.write_units.items():
        prefix = "infrequent_" if setting.tables[table].infrequent_access else ""
        yield Line("data", f"{prefix}write_units", table, count * units)
        yield Line("data", f"{prefix}read_units", table, count * use.read_units[table])
    yield Line("compute", "events", "transactions on the bus", count * use.events)
    yield Line("compute", "pipe_requests", "transactions through the pipe", count * use.events)
    yield Line("data", "queue_requests", "sent", count * use.messages)
    yield Line(
        "alerting", "queue_requests", "received", count * use.messages * REQUESTS_OF_A_RECEIVED_MESSAGE
    )
    yield Line("data", "topic_requests", "published", count * use.mails)
    yield Line("data", "mails", "mails", count * use.mails * setting.subscribers)
    through = use.message_bytes + use.mail_bytes
    yield Line("network", "endpoint_gb", "messages and mails", count * through / GIGABYTE)


def _traces(setting: Setting, usual: Use, load: Load) -> Iterator[Line]:
    requests = load.per_month * usual.api_requests
    at_the_api = recorded(requests, setting.traced_share, setting.traced_per_second)
    yield Line("compute", "traces", "requests", at_the_api)
    own = recorded(load.per_month, DEFAULT_SHARE, DEFAULT_PER_SECOND)
    yield Line("compute", "traces", "the detector's own", own)
    yield Line("compute", "traces", "alerts", load.per_month * load.alerts * (1 - setting.traced_share))


def _stored(setting: Setting, usage: Usage, load: Load) -> Iterator[Line]:
    days = {stem: table.days or 365 for stem, table in setting.tables.items()}
    items = {
        TRANSACTIONS: load.per_day * days[TRANSACTIONS],
        PROFILES: load.per_day * ACCOUNTS_FOR_EACH_DAILY_TRANSACTION,
        ALERTS: load.per_day * load.alerts * days[ALERTS],
    }
    for stem, table in setting.tables.items():
        gigabytes = items[stem] * (usage.item_bytes[stem] + OVERHEAD_OF_AN_ITEM) / GIGABYTE
        prefix = "infrequent_" if table.infrequent_access else ""
        yield Line("data", f"{prefix}stored_gb", stem, gigabytes, stored=True)
        if table.recovery:
            yield Line("data", "recovery_gb", stem, gigabytes, stored=True)


def billed_seconds(cpu_milliseconds: float, waits: float, memory_megabytes: int) -> float:
    """Return the billed duration of work, from its CPU time, number of waits and memory."""
    share = min(1.0, memory_megabytes / MEGABYTES_OF_A_PROCESSOR)
    return cpu_milliseconds / 1000 / share + waits * SECONDS_OF_A_CALL


def recorded(requests: float, share: float, per_second: float) -> float:
    """Return the number of requests that X-Ray samples: some per second, and a share of the others."""
    first = min(requests, per_second * SECONDS_IN_A_MONTH)
    return first + share * (requests - first)
