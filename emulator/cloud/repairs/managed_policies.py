"""IAM: load AWS managed policies on demand; moto loads either all thousand of them (130 MB) or none."""

import functools
import json
from collections.abc import Callable
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend

from emulator.cloud.replacing import replaces

_PREFIX = "arn:aws:iam::aws:policy/"


def find_document(name: str) -> dict[str, Any] | None:
    """Return the data of an AWS managed policy (Path, Document, dates), or None if it does not exist."""
    position = aws_managed_policies_data.find(f'\n "{name}":')
    if position < 0:
        return None
    data: dict[str, Any]
    data, _ = json.JSONDecoder().raw_decode(
        aws_managed_policies_data, aws_managed_policies_data.index("{", position)
    )
    return data


def load(backend: IAMBackend, arn: str) -> None:
    """Add the AWS managed policy `arn` to `backend`, if it exists."""
    if not arn.startswith(_PREFIX) or arn in backend.managed_policies:
        return
    name = arn.rpartition("/")[2]
    data = find_document(name)
    if data is None:
        return
    policy = AWSManagedPolicy.from_data(name, backend.account_id, backend.region_name, data)
    if policy.arn == arn:
        backend.managed_policies[arn] = policy


def _loading(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def loaded(self: IAMBackend, policy_arn: str, *args: Any, **kwargs: Any) -> Any:
        load(self, policy_arn)
        return method(self, policy_arn, *args, **kwargs)

    return loaded


for name in ("attach_role_policy", "attach_user_policy", "attach_group_policy", "get_policy"):
    replaces(IAMBackend, name)(_loading(getattr(IAMBackend, name)))
