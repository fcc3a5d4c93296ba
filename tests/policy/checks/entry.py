"""The way in: throttling, tracing, authorisation and transport of the API, and who may invoke a function."""

from collections.abc import Iterator

from tests.policy.checks.registry import check, every, setting
from tests.support.recorded import Estate, Resource

REQUESTS_PER_SECOND = 1000


@check
def api_throttles_at_exactly_1000(estate: Estate) -> Iterator[str]:
    """A stage's methods are throttled at exactly 1000 requests a second; one of them may be held lower.

    What takes in transactions has no setting of its own, so that the stage's holds.
    """
    stages = every(estate, "apigateway/stage:Stage")
    settings = every(estate, "apigateway/methodSettings:MethodSettings")
    for each in settings:
        rate = setting(each, "settings", "throttlingRateLimit")
        path = str(setting(each, "methodPath"))
        if path == "*/*" and rate != REQUESTS_PER_SECOND:
            yield f"{each}: {rate!r} requests a second"
        if path != "*/*" and (
            path.endswith("transactions/POST") or not 0 < (rate or 0) < REQUESTS_PER_SECOND
        ):
            yield f"{each}: {rate!r} requests a second for {path}"
        if (setting(each, "settings", "throttlingBurstLimit") or 0) < 1:
            yield f"{each}: its burst limit lets nothing through"
    throttled = [
        (setting(each, "restApi"), setting(each, "stageName"))
        for each in settings
        if setting(each, "methodPath") == "*/*"
    ]
    for stage in stages:
        if throttled.count((setting(stage, "restApi"), setting(stage, "stageName"))) != 1:
            yield f"{stage}: not all of its methods are throttled by one setting"


@check
def decisions_have_limits_of_their_own(estate: Estate) -> Iterator[str]:
    """Whatever else is sent to the API, by whatever method, cannot take the tables from the payments."""
    limited = set()
    for each in every(estate, "apigateway/methodSettings:MethodSettings"):
        place, _, verb = str(setting(each, "methodPath")).rpartition("/")
        limited.add(f"{verb.lower()}-{place.rpartition('~1')[2]}")
    for method in every(estate, "apigateway/method:Method"):
        stem = method.name.removesuffix(f"-method-{estate.suffix}")
        if stem not in limited and setting(method, "httpMethod") != "POST":
            yield f"{method}: {stem} has the stage's limit"


@check
def api_is_traced(estate: Estate) -> Iterator[str]:
    """X-Ray is active on every stage."""
    for stage in every(estate, "apigateway/stage:Stage"):
        if setting(stage, "xrayTracingEnabled") is not True:
            yield f"{stage}: tracing is {setting(stage, 'xrayTracingEnabled')!r}"


@check
def api_speaks_tls_1_2_or_better(estate: Estate) -> Iterator[str]:
    """The API refuses connections below TLS 1.2."""
    for api in every(estate, "apigateway/restApi:RestApi"):
        policy = str(setting(api, "securityPolicy"))
        if policy != "TLS_1_2" and not policy.startswith("SecurityPolicy_TLS13_"):
            yield f"{api}: security policy is {policy}"
        if policy.startswith("SecurityPolicy_") and not setting(api, "endpointAccessMode"):
            yield f"{api}: {policy} needs an endpoint access mode"
        if setting(api, "endpointConfiguration", "types") != "REGIONAL":
            yield f"{api}: endpoint is {setting(api, 'endpointConfiguration', 'types')!r}"


@check
def api_methods_authenticate_and_validate(estate: Estate) -> Iterator[str]:
    """Every method asks for a signature of IAM and checks the body against a model."""
    validators = {
        each.id
        for each in every(estate, "apigateway/requestValidator:RequestValidator")
        if setting(each, "validateRequestBody") is True
    }
    models = {setting(each, "name") for each in every(estate, "apigateway/model:Model")}
    for method in every(estate, "apigateway/method:Method"):
        if setting(method, "authorization") != "AWS_IAM":
            yield f"{method}: authorization is {setting(method, 'authorization')!r}"
        if setting(method, "requestValidatorId") not in validators:
            yield f"{method}: nothing validates its body"
        if (setting(method, "requestModels") or {}).get("application/json") not in models:
            yield f"{method}: its body has no registered model"


@check
def api_logs_no_payloads(estate: Estate) -> Iterator[str]:
    """The gateway never traces request data: bodies hold account ids."""
    for each in every(estate, "apigateway/methodSettings:MethodSettings"):
        if setting(each, "settings", "dataTraceEnabled") not in {None, False}:
            yield f"{each}: logs whole requests"


@check
def invocations_are_permitted_to_one_source(estate: Estate) -> Iterator[str]:
    """A function may be invoked by exactly one stage, method and path, or one rule, of this account."""
    functions = {setting(each, "name") for each in every(estate, "lambda/function:Function")}
    functions |= {each.arn for each in estate.of_type("lambda/function:Function")}
    sources = {rule.arn for rule in every(estate, "cloudwatch/eventRule:EventRule")}
    sources |= {
        f"{stage.outputs['executionArn']}/{setting(method, 'httpMethod')}{_source_path(estate, method)}"
        for stage in every(estate, "apigateway/stage:Stage")
        for method in every(estate, "apigateway/method:Method")
    }
    for permission in every(estate, "lambda/permission:Permission"):
        if setting(permission, "action") != "lambda:InvokeFunction":
            yield f"{permission}: permits {setting(permission, 'action')!r}"
        if setting(permission, "function") not in functions:
            yield f"{permission}: is for {setting(permission, 'function')!r}, which no layer registers"
        if setting(permission, "sourceArn") not in sources:
            yield f"{permission}: its source {setting(permission, 'sourceArn')!r} is no rule or method"


def _source_path(estate: Estate, method: Resource) -> str:
    """The path of a method as API Gateway names it to Lambda, with `*` in place of a variable."""
    resources = {each.id: each for each in every(estate, "apigateway/resource:Resource")}
    path, step = "", str(setting(method, "resourceId"))
    while step in resources:
        part = str(setting(resources[step], "pathPart"))
        path = f"/{'*' if part.startswith('{') else part}{path}"
        step = str(setting(resources[step], "parentId"))
    return path


@check
def gateway_waits_longer_than_its_function(estate: Estate) -> Iterator[str]:
    """The integration's timeout is above the function's, so that the function's own answer always arrives."""
    timeouts = {
        each.outputs["invokeArn"]: setting(each, "timeout") or 3
        for each in every(estate, "lambda/function:Function")
    }
    for integration in every(estate, "apigateway/integration:Integration"):
        function_seconds = timeouts.get(setting(integration, "uri"))
        if function_seconds is None:
            yield f"{integration}: goes to {setting(integration, 'uri')!r}, no function of ours"
        elif (setting(integration, "timeoutMilliseconds") or 29000) <= function_seconds * 1000:
            yield f"{integration}: gives up before its function's {function_seconds} s"


@check
def rules_match_patterns_never_schedules(estate: Estate) -> Iterator[str]:
    """Every rule has an event pattern and no schedule, and no other scheduler exists."""
    for rule in every(estate, "cloudwatch/eventRule:EventRule"):
        if not setting(rule, "eventPattern"):
            yield f"{rule}: has no event pattern"
        if setting(rule, "scheduleExpression"):
            yield f"{rule}: runs on {setting(rule, 'scheduleExpression')!r}"
        if setting(rule, "state") not in {None, "ENABLED"}:
            yield f"{rule}: is {setting(rule, 'state')!r}"
    yield from (f"{each}: is a schedule" for each in estate.resources if "scheduler/" in each.type)
