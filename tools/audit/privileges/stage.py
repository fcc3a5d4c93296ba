"""The pipeline on an embedded AWS that writes down every right, and people with the rights that we print."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from botocore.session import Session

from emulator.address import Emulator
from tools.deploy.outputs import Outputs
from tools.deploy.project import ROOT
from tools.deploy.signed_api import Answer, SignedApi
from tools.deploy.target import Target
from tools.local.running.variables import variables

PATIENCE_SECONDS: Final = 60.0
PERSON: Final = "-person"
"""How the names of people's roles end."""


class PathError(RuntimeError):
    """A path did not go as it must; says which step, and how it went."""


@dataclass(frozen=True)
class Person:
    """Somebody with the rights that the project prints for them.

    Attributes:
        name: Of the role.
        keys: Variables of a process that acts as this person.
        api: What signs as this person.
    """

    name: str
    keys: Mapping[str, str]
    api: SignedApi


class Stage:
    """What paths are played on.

    Args:
        directory: The emulator's run directory.
        emulator: It.
        exported: What each layer exports.
    """

    def __init__(
        self, directory: Path, emulator: Emulator, exported: Mapping[str, Mapping[str, Any]]
    ) -> None:
        self.directory, self.emulator = directory, emulator
        self.outputs = Outputs("local", exported)
        self.target = Target.of(self.outputs)
        self._outputs_file = directory / "outputs.json"
        self._outputs_file.write_text(json.dumps(exported), encoding="utf-8")

    def client(self, service: str) -> Any:
        """Return a client of the account's administrator."""
        return self.emulator.client(service)

    def person(self, name: str, policy: Mapping[str, Any]) -> Person:
        """Make a role with a policy, and return who takes it on."""
        trusted = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{self.emulator.account_id}:root"}}
        trust = {"Version": "2012-10-17", "Statement": [{**trusted, "Action": "sts:AssumeRole"}]}
        iam, role = self.client("iam"), f"{name}{PERSON}"
        made = iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(policy))
        keys = self.client("sts").assume_role(RoleArn=made, RoleSessionName=name)["Credentials"]
        session = Session()
        session.set_credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        return Person(
            role,
            {
                "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
                "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
                "AWS_SESSION_TOKEN": keys["SessionToken"],
            },
            SignedApi(session, self.emulator.region),
        )

    def command(self, module: str, *words: str, by: Person | None = None, codes: Sequence[int] = (0,)) -> str:
        """Run a command of tools/ against the environment, and return what it prints.

        Args:
            module: Below `tools`.
            words: After the environment.
            by: Who runs it; the account's administrator where nobody is named.
            codes: With what it may end.

        Raises:
            PathError: It ended otherwise.
        """
        done = subprocess.run(
            [sys.executable, "-m", f"tools.{module}", "local", "--outputs", str(self._outputs_file), *words],
            cwd=ROOT,
            env=self.environment(by),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in codes:
            raise PathError(
                f"{module} {' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
            )
        return done.stdout

    def start(self, module: str, *words: str, by: Person) -> "subprocess.Popen[str]":
        """Start a command that stays."""
        return subprocess.Popen(
            [sys.executable, "-m", f"tools.{module}", "local", "--outputs", str(self._outputs_file), *words],
            cwd=ROOT,
            env=self.environment(by),
            stdout=subprocess.PIPE,
            text=True,
        )

    def environment(self, by: Person | None) -> dict[str, str]:
        """Return the variables of a process that acts as somebody."""
        return {**os.environ, **variables(self.emulator), **(by.keys if by else {})}

    def item(self, table: str, key: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return an item as DynamoDB writes it."""
        found = self.client("dynamodb").get_item(TableName=table, Key=key, ConsistentRead=True)
        item: dict[str, Any] | None = found.get("Item")
        return item

    def messages(self, queue: str) -> int:
        """Return how many messages are in a queue."""
        sqs = self.client("sqs")
        attributes = sqs.get_queue_attributes(
            QueueUrl=sqs.get_queue_url(QueueName=queue)["QueueUrl"],
            AttributeNames=["ApproximateNumberOfMessages"],
        )["Attributes"]
        return int(attributes["ApproximateNumberOfMessages"])


def expect(what: str, answer: Answer, *statuses: int) -> Answer:
    """Return the answer of the API.

    Raises:
        PathError: It has another status.
    """
    if answer.status not in statuses:
        raise PathError(f"{what}: {answer.status} {answer.text}")
    return answer


def until(what: str, seen: Callable[[], object]) -> None:
    """Wait until something is there.

    Raises:
        PathError: It never is.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not seen():
        if time.monotonic() > deadline:
            raise PathError(f"waited {PATIENCE_SECONDS:.0f} s in vain: {what}")
        time.sleep(0.1)
