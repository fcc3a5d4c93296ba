"""Checks of the AWS account: identity, quotas and settings."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tools.deploy import hints, preflight
from tools.deploy.boundaries import account as boundaries_of
from tools.deploy.boundaries.documents import boundaries
from tools.deploy.doctor.finding import Finding, failure, ok, warning
from tools.deploy.recovery.clients import Clients

AWS_ERRORS = (BotoCoreError, ClientError)


def identity(aws: Clients) -> tuple[Finding, str | None]:
    """Check the credentials; return the finding and the account ID."""
    try:
        caller = aws("sts").get_caller_identity()
    except AWS_ERRORS as error:
        then = "Set credentials of the target account: aws sts get-caller-identity must succeed"
        return failure("identity", f"{_first_line(error)}\n{then}"), None
    if str(caller["Arn"]).endswith(":root"):
        text = f"{caller['Arn']}: deploy with a layer owner's role, never as the root user (make deployers)"
        return warning("identity", text), str(caller["Account"])
    return ok("identity", str(caller["Arn"])), str(caller["Account"])


def allowed(account: str, settings: Mapping[str, Any], deployed: str | None) -> Finding:
    """Check that this is the account of the environment.

    Args:
        account: Account of the credentials.
        settings: Settings of the network layer, whose account the other layers use.
        deployed: Account of the deployed environment, if any.
    """
    if deployed is not None and deployed != account:
        text = f"the environment is in {deployed}, but the credentials are for {account}: switch credentials"
        return failure("account", text)
    listed = _texts(settings.get("aws:allowedAccountIds"))
    if listed and account not in listed:
        text = f"{account} is not among aws:allowedAccountIds of network: {', '.join(listed)}"
        return failure("account", text)
    if deployed is not None:
        return ok("account", f"{account}, which contains the environment")
    return ok("account", f"{account}; nothing of this environment is deployed yet")


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


def _texts(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def bounded(aws: Clients, account_id: str, suffix: str, environment: str) -> Finding:
    """Check that the permissions boundaries, which roles require, are in the account as shipped."""
    try:
        found = boundaries_of.states(aws("iam"), boundaries(account_id, suffix))
    except AWS_ERRORS as error:
        return warning("boundaries", f"not known: {_first_line(error)}")
    wrong = [f"{name} ({state})" for name, state in found.items() if state is not boundaries_of.State.SAME]
    if not wrong:
        return ok("boundaries", f"{len(found)} roles, all as shipped")
    then = f"To update them, as the account administrator: {hints.make('boundaries', environment)}"
    return failure("boundaries", f"{', '.join(wrong)}\n{then}")


def zones(aws: Clients, names: Sequence[str]) -> Iterator[Finding]:
    """Check that the account has the configured availability zones."""
    try:
        found = aws("ec2").describe_availability_zones()["AvailabilityZones"]
    except AWS_ERRORS as error:
        yield warning("zones", f"not known: {_first_line(error)}")
        return
    usable = [each["ZoneName"] for each in found if each["State"] == "available"]
    if missing := sorted(set(names) - set(usable)):
        text = f"this account cannot use {', '.join(missing)}: choose two of {', '.join(sorted(usable))}"
        yield failure("zones", f"{text} for the network layer's availability_zones")
    else:
        yield ok("zones", ", ".join(names))


def concurrency(aws: Clients, environment: str) -> Finding:
    """Check that the account's quota allows the reserved concurrency."""
    try:
        wanted = preflight.wanted_concurrency(environment)
        client = aws("lambda")
        quota, held = preflight.account_quota(client), preflight.held_concurrency(client, wanted)
        return ok("concurrency", preflight.check(wanted, quota, held))
    except preflight.PreflightError as error:
        return failure("concurrency", str(error))
    except AWS_ERRORS as error:
        return warning("concurrency", f"not known: {_first_line(error)}")


def tracing(aws: Clients) -> Iterator[Finding]:
    """Check the encryption of X-Ray traces, and where spans are indexed."""
    client = aws("xray")
    try:
        encryption = client.get_encryption_config()["EncryptionConfig"]
    except AWS_ERRORS as error:
        yield warning("X-Ray", f"encryption not known: {_first_line(error)}")
    else:
        if encryption.get("Type") == "KMS":
            key = encryption.get("KeyId")
            yield ok("X-Ray", f"traces are encrypted with {key}: readers need kms:Decrypt on it")
        else:
            yield warning(
                "X-Ray",
                "traces are encrypted with an AWS owned key. To use your own key, account-wide:\n"
                "aws xray put-encryption-config --type KMS --key-id alias/your-key",
            )
    try:
        destination = client.get_trace_segment_destination()
    except AWS_ERRORS as error:
        yield warning("X-Ray", f"destination of traces not known: {_first_line(error)}")
        return
    if destination.get("Destination") == "CloudWatchLogs":
        yield ok(
            "X-Ray", "Transaction Search is on: CloudWatch Logs receives every span, X-Ray indexes a share"
        )
    else:
        yield ok("X-Ray", "traces go to X-Ray, with its sampling rules")


def api_logs(aws: Clients, settings: Mapping[str, Any], namespace: str) -> Finding:
    """Check the account's CloudWatch role for API Gateway, which access logs require."""
    if str(settings.get(f"{namespace}:api_access_logs", "false")).lower() != "true":
        return ok("API Gateway", "access logs are off, so the account needs no role for them")
    try:
        role = aws("apigateway").get_account().get("cloudwatchRoleArn")
    except AWS_ERRORS as error:
        return warning(
            "API Gateway",
            f"the account's role for access logs is not known: {_first_line(error)}",
        )
    if role:
        return ok("API Gateway", f"{role} writes the access logs")
    return failure(
        "API Gateway",
        f"{namespace}:api_access_logs is true, but the account has no role to write them. Create one with "
        "the\npolicy AmazonAPIGatewayPushToCloudWatchLogs, then run, once per account:\n"
        "aws apigateway update-account --patch-operations "
        "op=replace,path=/cloudwatchRoleArn,value=ROLE_ARN",
    )
