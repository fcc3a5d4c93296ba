"""The functions: runtime, place, concurrency, encryption, logs, roles, tracing."""

from collections import Counter
from collections.abc import Iterator

from tests.policy.checks.registry import check, every, setting, texts
from tests.support.recorded import Estate

FUNCTION = "lambda/function:Function"
SEVEN_DAYS = 7
MINIMUM_CONCURRENCY = 100


@check
def functions_are_the_known_ones(estate: Estate) -> Iterator[str]:
    """The pipeline has exactly four functions, each under its own name."""
    wanted = {f"{stem}-function-{estate.suffix}" for stem in ("ingest", "detector", "verdicts", "notifier")}
    names = Counter(setting(function, "name") for function in every(estate, FUNCTION))
    if names != Counter(wanted):
        yield f"functions are {sorted(map(str, names.elements()))}, not {sorted(wanted)}"


@check
def functions_run_python311_only(estate: Estate) -> Iterator[str]:
    """Every function's runtime is python3.11, from a zip."""
    for function in every(estate, FUNCTION):
        if setting(function, "runtime") != "python3.11":
            yield f"{function}: runtime is {setting(function, 'runtime')!r}"
        if setting(function, "packageType") not in {None, "Zip"}:
            yield f"{function}: package type {setting(function, 'packageType')!r} has a runtime of its own"


@check
def functions_run_in_private_subnets(estate: Estate) -> Iterator[str]:
    """Every function is attached to subnets of the VPC, all of them private, in two availability zones."""
    private = {
        subnet.id: setting(subnet, "availabilityZone")
        for subnet in every(estate, "ec2/subnet:Subnet")
        if setting(subnet, "mapPublicIpOnLaunch") in {None, False}
    }
    for function in every(estate, FUNCTION):
        subnets = texts(setting(function, "vpcConfig", "subnetIds"))
        if not subnets:
            yield f"{function}: is in no subnet"
        if strangers := sorted(set(subnets) - private.keys()):
            yield f"{function}: {strangers} are no private subnets of the VPC"
        if len({private.get(subnet) for subnet in subnets}) < 2:
            yield f"{function}: is in fewer than two availability zones"


@check
def functions_use_the_functions_security_group(estate: Estate) -> Iterator[str]:
    """Every function has exactly one security group, the one without a way in or to the internet."""
    group = estate.one("ec2/securityGroup:SecurityGroup", "function-security-group").id
    for function in every(estate, FUNCTION):
        if texts(setting(function, "vpcConfig", "securityGroupIds")) != (group,):
            yield f"{function}: security groups are {setting(function, 'vpcConfig', 'securityGroupIds')!r}"


@check
def functions_reserve_concurrency(estate: Estate) -> Iterator[str]:
    """Every function reserves at least 100 concurrent executions."""
    for function in every(estate, FUNCTION):
        reserved = setting(function, "reservedConcurrentExecutions")
        if not isinstance(reserved, int) or reserved < MINIMUM_CONCURRENCY:
            yield f"{function}: reserves {reserved!r} executions"


@check
def function_environments_use_the_key(estate: Estate) -> Iterator[str]:
    """Every function has environment variables, and they are encrypted with the customer-managed key."""
    keys = {key.arn for key in every(estate, "kms/key:Key")}
    for function in every(estate, FUNCTION):
        if not setting(function, "environment", "variables"):
            yield f"{function}: has no environment variables"
        if setting(function, "kmsKeyArn") not in keys:
            yield f"{function}: environment key is {setting(function, 'kmsKeyArn')!r}"


@check
def secrets_in_environments_are_secret_in_state(estate: Estate) -> Iterator[str]:
    """A function that is given the pseudonym secret has its whole environment marked secret."""
    secret = estate.one("random:index/randomPassword:RandomPassword", "pseudonym-secret").outputs["result"]
    holders = [
        function
        for function in every(estate, FUNCTION)
        if secret in (setting(function, "environment", "variables") or {}).values()
    ]
    if not holders:
        yield "no function is given the pseudonym secret"
    for function in holders:
        if "environment" not in function.secret_inputs:
            yield f"{function}: holds the pseudonym secret in plain state"


@check
def functions_are_traced(estate: Estate) -> Iterator[str]:
    """X-Ray is active on every function."""
    for function in every(estate, FUNCTION):
        if setting(function, "tracingConfig", "mode") != "Active":
            yield f"{function}: tracing is {setting(function, 'tracingConfig', 'mode')!r}"


@check
def functions_have_their_log_group(estate: Estate) -> Iterator[str]:
    """Every function's log group is made by a stack before the function: Lambda never makes one itself."""
    groups = {setting(group, "name"): group for group in every(estate, "cloudwatch/logGroup:LogGroup")}
    for function in every(estate, FUNCTION):
        name = setting(function, "loggingConfig", "logGroup") or f"/aws/lambda/{setting(function, 'name')}"
        if name not in groups:
            yield f"{function}: log group {name} is not registered"
        elif groups[name].urn not in function.dependencies:
            yield f"{function}: may be created before its log group {name}"


@check
def log_groups_keep_seven_days(estate: Estate) -> Iterator[str]:
    """Every log group keeps its lines for exactly 7 days."""
    for group in every(estate, "cloudwatch/logGroup:LogGroup"):
        if setting(group, "retentionInDays") != SEVEN_DAYS:
            yield f"{group}: keeps {setting(group, 'retentionInDays')!r} days"


@check
def each_role_has_one_user(estate: Estate) -> Iterator[str]:
    """Every function and pipe has a role of its own, and no role is left over or shared."""
    users = Counter(
        setting(user, key)
        for type_, key in ((FUNCTION, "role"), ("pipes/pipe:Pipe", "roleArn"))
        for user in every(estate, type_)
    )
    users.update(
        setting(account, "cloudwatchRoleArn") for account in estate.of_type("apigateway/account:Account")
    )
    users.update(
        setting(target, "roleArn")
        for target in estate.of_type("cloudwatch/eventTarget:EventTarget")
        if setting(target, "roleArn")
    )
    roles = {role.arn: role for role in every(estate, "iam/role:Role")}
    for arn, role in roles.items():
        if users[arn] != 1:
            yield f"{role}: {users[arn]} functions or services run as it"
    for arn in users.keys() - roles.keys():
        yield f"{arn}: something runs as a role that no layer registers"


@check
def roles_are_ready_before_functions(estate: Estate) -> Iterator[str]:
    """A function waits for its role's policies: Lambda refuses VPC and tracing for a role that lacks them."""
    attached = (
        *every(estate, "iam/rolePolicyAttachment:RolePolicyAttachment"),
        *every(estate, "iam/rolePolicy:RolePolicy"),
    )
    roles = {role.arn: role for role in every(estate, "iam/role:Role")}
    for function in every(estate, FUNCTION):
        role = roles.get(setting(function, "role"))
        if role is None:
            yield f"{function}: its role {setting(function, 'role')!r} is not registered"
            continue
        policies = [each for each in attached if setting(each, "role") in {role.id, role.outputs.get("name")}]
        if not policies:
            yield f"{role}: has no policy"
        yield from (
            f"{function}: does not wait for {policy.name}"
            for policy in policies
            if policy.urn not in function.dependencies
        )


@check
def event_source_mappings_fit_their_function(estate: Estate) -> Iterator[str]:
    """A queue never starts more executions than its function reserves, and a poison message fails alone."""
    functions = {setting(function, "name"): function for function in every(estate, FUNCTION)}
    functions |= {function.arn: function for function in functions.values()}
    for mapping in every(estate, "lambda/eventSourceMapping:EventSourceMapping"):
        function = functions.get(str(setting(mapping, "functionName")))
        if function is None:
            yield f"{mapping}: triggers {setting(mapping, 'functionName')!r}, which no layer registers"
            continue
        reserved = setting(function, "reservedConcurrentExecutions") or 0
        maximum = setting(mapping, "scalingConfig", "maximumConcurrency")
        if not isinstance(maximum, int) or not 2 <= maximum <= reserved:
            yield f"{mapping}: maximum concurrency {maximum!r}, of {reserved} reserved"
        if texts(setting(mapping, "functionResponseTypes")) != ("ReportBatchItemFailures",):
            yield f"{mapping}: a poison message fails its whole batch"
