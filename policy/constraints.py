"""The constraints, one by one. Each sees a single resource; what needs several is held by tests/policy."""

import json
import re
from collections.abc import Callable, Iterator

from policy.resource import Check, Constraint, Planned

FUNCTION, TABLE, QUEUE = "lambda/function:Function", "dynamodb/table:Table", "sqs/queue:Queue"
MINIMUM_CONCURRENCY = 100
REQUESTS_PER_SECOND = 1000
VISIBILITY_SECONDS = 360
FOURTEEN_DAYS = 14 * 24 * 3600
SEVEN_DAYS = 7
REGION = "us-east-1"

CONSTRAINTS: list[Constraint] = []


def constraint(*types: str) -> Callable[[Check], Check]:
    """Enters a check under its own name; its docstring is what a preview shows."""

    def enter(check: Check) -> Check:
        name = getattr(check, "__name__", "").replace("_", "-")
        CONSTRAINTS.append(Constraint(name, (check.__doc__ or "").strip(), frozenset(types), check))
        return check

    return enter


@constraint(FUNCTION)
def functions_run_python_3_11(function: Planned) -> Iterator[str]:
    """Every function's runtime is python3.11."""
    if function.get("runtime") != "python3.11":
        yield f"runtime is {function.get('runtime')!r}"


@constraint(FUNCTION)
def functions_are_in_subnets(function: Planned) -> Iterator[str]:
    """Every function is in private subnets of the VPC."""
    # Of subnets that do not exist yet the list is there all the same; an empty one is left out by the SDK.
    if not function.get("vpcConfig") or not function.get("vpcConfig", "subnetIds"):
        yield "is in no subnet"


@constraint(FUNCTION)
def functions_reserve_concurrency(function: Planned) -> Iterator[str]:
    """Every function reserves at least 100 concurrent executions."""
    reserved = function.get("reservedConcurrentExecutions")
    if reserved is None or reserved < MINIMUM_CONCURRENCY:
        yield f"reserves {reserved!r}"


@constraint(FUNCTION)
def functions_are_traced(function: Planned) -> Iterator[str]:
    """X-Ray is active on every function."""
    if function.get("tracingConfig", "mode") != "Active":
        yield f"tracing is {function.get('tracingConfig', 'mode')!r}"


_KEYS = {
    FUNCTION: ("kmsKeyArn",),
    TABLE: ("serverSideEncryption", "kmsKeyArn"),
    QUEUE: ("kmsMasterKeyId",),
    "sns/topic:Topic": ("kmsMasterKeyId",),
    "cloudwatch/logGroup:LogGroup": ("kmsKeyId",),
    "cloudwatch/eventBus:EventBus": ("kmsKeyIdentifier",),
}


@constraint(*_KEYS)
def everything_at_rest_is_under_our_key(resource: Planned) -> Iterator[str]:
    """Environments, tables, queues, topics, logs and buses are encrypted with the customer-managed key."""
    key = resource.get(*_KEYS[resource.type])
    if not key:
        yield f"{'.'.join(_KEYS[resource.type])} is not set"
    elif str(key).startswith("alias/aws/"):
        yield f"is under AWS's own key {key}"


@constraint("kms/key:Key")
def the_key_is_rotated(key: Planned) -> Iterator[str]:
    """The customer-managed key is rotated."""
    if key.get("enableKeyRotation") is not True:
        yield "is not rotated"


@constraint(TABLE)
def tables_are_on_demand(table: Planned) -> Iterator[str]:
    """Every table is billed by request."""
    if table.get("billingMode") != "PAY_PER_REQUEST":
        yield f"billing mode is {table.get('billingMode')!r}"


@constraint(TABLE)
def transactions_are_keyed_and_streamed(table: Planned) -> Iterator[str]:
    """The table of transactions has the key transaction_id (S) and timestamp (N), and a stream."""
    if not table.name.startswith("transactions-"):
        return
    types = {each["name"]: each["type"] for each in table.get("attributes") or ()}
    key = [(name, types.get(name)) for name in (table.get("hashKey"), table.get("rangeKey"))]
    if key != [("transaction_id", "S"), ("timestamp", "N")]:
        yield f"key is {key}"
    if table.get("streamEnabled") is not True:
        yield "has no stream"


@constraint(QUEUE)
def queues_keep_messages_14_days(queue: Planned) -> Iterator[str]:
    """Every queue, dead-letter queues above all, keeps messages for 14 days."""
    if queue.get("messageRetentionSeconds") != FOURTEEN_DAYS:
        yield f"keeps messages for {queue.get('messageRetentionSeconds')!r} seconds"


@constraint(QUEUE)
def the_suspicious_queue_is_invisible_360_seconds(queue: Planned) -> Iterator[str]:
    """A received message of the suspicious queue stays invisible for exactly 360 seconds."""
    seconds = queue.get("visibilityTimeoutSeconds")
    if queue.name.startswith("suspicious-queue-") and seconds != VISIBILITY_SECONDS:
        yield f"visibility timeout is {seconds!r}"


@constraint("cloudwatch/logGroup:LogGroup")
def logs_stay_7_days(group: Planned) -> Iterator[str]:
    """Every log group keeps its events for 7 days."""
    if group.get("retentionInDays") != SEVEN_DAYS:
        yield f"retention is {group.get('retentionInDays')!r}"


@constraint("apigateway/methodSettings:MethodSettings")
def the_api_is_throttled_at_exactly_1000(settings: Planned) -> Iterator[str]:
    """All methods are throttled at exactly 1000 requests a second; only other methods may be held lower."""
    rate, path = settings.get("settings", "throttlingRateLimit"), str(settings.get("methodPath"))
    if path == "*/*" or path.endswith("transactions/POST"):
        if rate != REQUESTS_PER_SECOND:
            yield f"{path}: {rate!r} requests a second"
    elif rate is None or not 0 < rate < REQUESTS_PER_SECOND:
        yield f"{path}: {rate!r} requests a second"


@constraint("apigateway/stage:Stage")
def the_api_is_traced(stage: Planned) -> Iterator[str]:
    """X-Ray is active on every stage."""
    if stage.get("xrayTracingEnabled") is not True:
        yield "is not traced"


@constraint("apigateway/method:Method")
def every_method_asks_for_a_signature(method: Planned) -> Iterator[str]:
    """Every method of the API is authorised by IAM."""
    if method.get("authorization") != "AWS_IAM":
        yield f"authorization is {method.get('authorization')!r}"


@constraint("cloudwatch/eventRule:EventRule")
def rules_match_events(rule: Planned) -> Iterator[str]:
    """Every rule has an event pattern, never a schedule."""
    if rule.get("scheduleExpression"):
        yield f"is a schedule: {rule.get('scheduleExpression')}"
    if not rule.get("eventPattern"):
        yield "has no event pattern"


@constraint("iam/role:Role")
def roles_are_bounded(role: Planned) -> Iterator[str]:
    """Every role has a permissions boundary of its own."""
    boundary = role.get("permissionsBoundary")
    stem, _, suffix = role.name.rpartition("-")
    if boundary is None or not str(boundary).endswith(f":policy/{stem}-boundary-{suffix}"):
        yield f"boundary is {boundary!r}"


_POLICIES = {
    "iam/rolePolicy:RolePolicy": "policy",
    "sqs/queuePolicy:QueuePolicy": "policy",
    "sns/topicPolicy:TopicPolicy": "policy",
    "ec2/vpcEndpoint:VpcEndpoint": "policy",
}
_LOG_STREAMS = re.compile(r"arn:aws:logs:[^*]+:log-group:[^*]+:log-stream:\*")


@constraint(*_POLICIES)
def nothing_is_granted_by_a_wildcard(resource: Planned) -> Iterator[str]:
    """No statement allows a wildcard action, or a wildcard resource but the streams of the own log."""
    document = resource.get(_POLICIES[resource.type])
    if not isinstance(document, str):
        return  # it holds an ARN that is not known yet, and is looked at when it is deployed
    for statement in json.loads(document)["Statement"]:
        if statement["Effect"] != "Allow":
            continue
        wild = [each for each in _listed(statement["Action"]) if "*" in each]
        wild += [
            each
            for each in _listed(statement["Resource"])
            if "*" in each and not _LOG_STREAMS.fullmatch(each)
        ]
        if wild:
            yield f"{statement.get('Sid')}: {', '.join(wild)}"


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


_WAYS_OUT = (
    "ec2/internetGateway:InternetGateway",
    "ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway",
    "ec2/natGateway:NatGateway",
    "ec2/route:Route",
    "ec2/vpcPeeringConnection:VpcPeeringConnection",
)


@constraint(*_WAYS_OUT)
def nothing_leads_to_the_internet(way: Planned) -> Iterator[str]:
    """The VPC has no gateway, route or peering: endpoints are the only way out."""
    yield f"{way.type} is a way out"


@constraint()
def everything_can_be_destroyed(resource: Planned) -> Iterator[str]:
    """Nothing is protected from deletion."""
    if resource.protected:
        yield "is protected"
    if resource.get("deletionProtectionEnabled"):
        yield "has deletion protection"


@constraint()
def everything_is_in_us_east_1(resource: Planned) -> Iterator[str]:
    """Nothing is in another region."""
    region = resource.get("region")
    if region not in (None, REGION):
        yield f"is in {region}"


_NAMED = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")


@constraint()
def names_end_in_the_environment(resource: Planned) -> Iterator[str]:
    """Every name is {resource-type}-{environment-suffix}."""
    if not _NAMED.fullmatch(resource.name):
        yield f"is called {resource.name!r}"
        return
    suffix = resource.name.rpartition("-")[2]
    name = resource.get("name")
    plain = isinstance(name, str) and resource.type != "apigateway/model:Model"
    if plain and not name.rpartition("/")[2].endswith(f"-{suffix}"):
        yield f"has the name {name!r}, not one that ends in -{suffix}"
