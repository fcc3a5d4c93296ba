"""Small deployments of single hops, made with boto3 as any deployer would."""

import io
import json
import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, TypeVar

from emulator.address import Emulator

ACCOUNT = "123456789012"
REGION = "us-east-1"
WAIT_SECONDS = 20.0

Found = TypeVar("Found")


def statement(actions: str | list[str], resources: str | list[str], **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trust(service: str) -> str:
    return policy({"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"})


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def zipped(source: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("handler.py", source)
    return buffer.getvalue()


def eventually(look: Callable[[], Found | Literal[False] | None], seconds: float = WAIT_SECONDS) -> Found:
    """The first true value of `look`; fails when there is none in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"nothing came within {seconds} s")


OF_LAMBDA = (
    statement(["logs:CreateLogStream", "logs:PutLogEvents"], "*"),
    statement(["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*"),
)
"""What Lambda does itself with the role of a function."""


class Deployer:
    """Creates resources in one emulator; `directory` is the emulator's run directory."""

    def __init__(self, emulator: Emulator, directory: Path) -> None:
        self.emulator = emulator
        self.directory = directory
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self.emulator.client(service)
        return self._clients[service]

    def role(self, name: str, service: str, *statements: dict[str, Any]) -> str:
        role = self.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust(service))
        if statements:
            self.client("iam").put_role_policy(
                RoleName=name, PolicyName="rights", PolicyDocument=policy(*statements)
            )
        return str(role["Role"]["Arn"])

    def function(self, name: str, source: str, *statements: dict[str, Any], **options: Any) -> str:
        role = self.role(f"{name}-role", "lambda.amazonaws.com", *OF_LAMBDA, *statements)
        function = self.client("lambda").create_function(
            FunctionName=name,
            Role=role,
            Code={"ZipFile": zipped(source)},
            **{"Runtime": "python3.11", "Handler": "handler.handle", "Timeout": 5, **options},
        )
        return str(function["FunctionArn"])

    def queue(self, name: str, **attributes: str) -> str:
        self.client("sqs").create_queue(QueueName=name, Attributes=attributes)
        return arn("sqs", name)

    def allow_service(self, queue_arn: str, service: str, source_arn: str) -> None:
        document = policy(
            {
                "Effect": "Allow",
                "Principal": {"Service": service},
                "Action": "sqs:SendMessage",
                "Resource": queue_arn,
                "Condition": {"ArnEquals": {"aws:SourceArn": source_arn}},
            }
        )
        url = self.queue_url(queue_arn)
        self.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": document})

    def queue_url(self, queue_arn: str) -> str:
        return f"{self.emulator.endpoint}/{ACCOUNT}/{queue_arn.rpartition(':')[2]}"

    def receive(self, queue_arn: str) -> list[dict[str, Any]]:
        answer = self.client("sqs").receive_message(
            QueueUrl=self.queue_url(queue_arn),
            MaxNumberOfMessages=10,
            MessageAttributeNames=["All"],
            AttributeNames=["All"],
            VisibilityTimeout=60,
        )
        return list(answer.get("Messages", []))

    def depth(self, queue_arn: str) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self.client("sqs").get_queue_attributes(
            QueueUrl=self.queue_url(queue_arn), AttributeNames=names
        )
        return sum(int(answer["Attributes"][name]) for name in names)

    def table(self, name: str, *, stream: bool = False) -> str:
        options: dict[str, Any] = (
            {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}} if stream else {}
        )
        table = self.client("dynamodb").create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            **options,
        )
        return str(table["TableDescription"].get("LatestStreamArn", ""))

    def put(self, table: str, item_id: str, **attributes: dict[str, str]) -> None:
        self.client("dynamodb").put_item(TableName=table, Item={"id": {"S": item_id}, **attributes})

    def bus(self, name: str) -> str:
        return str(self.client("events").create_event_bus(Name=name)["EventBusArn"])

    def rule(self, name: str, bus: str, pattern: dict[str, Any], target: dict[str, Any]) -> str:
        events = self.client("events")
        rule = events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(pattern))
        events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "target", **target}])
        return str(rule["RuleArn"])

    def permit(self, function: str, service: str, source_arn: str) -> None:
        self.client("lambda").add_permission(
            FunctionName=function,
            StatementId=re.sub(r"\W+", "-", f"allow {service} {source_arn}")[:100],
            Action="lambda:InvokeFunction",
            Principal=service,
            SourceArn=source_arn,
        )

    def log_lines(self, function: str) -> list[str]:
        path = self.directory / "logs" / f"{function}.log"
        # A line without its end is still being written.
        return path.read_text().rpartition("\n")[0].splitlines() if path.exists() else []
