"""Roles with given rights, and clients that act as them."""

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from emulator.address import Emulator

ACCOUNT, REGION = "123456789012", "us-east-1"
NUMBERS = itertools.count()


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def queue_url(emulator: Emulator, name: str) -> str:
    return f"{emulator.endpoint}/{ACCOUNT}/{name}"


def statement(actions: str | list[str], resource: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resource, **more}


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


class Role:
    """A role with the given rights, and clients that act as it."""

    def __init__(self, emulator: Emulator, *statements: dict[str, Any]) -> None:
        self.name = f"role-{next(NUMBERS)}"
        self._emulator = emulator
        iam = emulator.client("iam")
        trust = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "sts:AssumeRole",
        }
        created = iam.create_role(RoleName=self.name, AssumeRolePolicyDocument=policy(trust))
        self.arn = created["Role"]["Arn"]
        if statements:
            iam.put_role_policy(RoleName=self.name, PolicyName="rights", PolicyDocument=policy(*statements))
        keys = emulator.client("sts").assume_role(RoleArn=self.arn, RoleSessionName="test")["Credentials"]
        self._keys = {
            "aws_access_key_id": keys["AccessKeyId"],
            "aws_secret_access_key": keys["SecretAccessKey"],
            "aws_session_token": keys["SessionToken"],
        }

    @property
    def variables(self) -> dict[str, str]:
        """The role's keys as a process takes them."""
        return {name.upper(): value for name, value in self._keys.items()}

    def client(self, service: str) -> Any:
        return self._emulator.client(service, **self._keys)


def refused(call: Callable[[], object]) -> tuple[str, str]:
    """The error's code and text; fails when the call is allowed."""
    with pytest.raises(ClientError) as caught:
        call()
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]
