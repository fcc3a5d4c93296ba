"""Zips and policies as a program would give them."""

import json
from typing import Any

from emulator.provider.values import ARCHIVE, ASSET, SIGNATURE


def zip_of(text: str) -> dict[str, Any]:
    return {SIGNATURE: ARCHIVE, "assets": {"handler.py": {SIGNATURE: ASSET, "text": text}}}


def policy(action: str, **more: Any) -> str:
    statement = {"Sid": "S", "Effect": "Allow", "Action": [action], "Resource": ["*"], **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trust(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
