"""API Gateway: REST APIs and their children, which inherit the tags of the API."""

from collections.abc import Iterator
from urllib.parse import unquote

from emulator.cloud.account import REGION, backend
from emulator.cloud.authorization.control_plane.reading import asked_for, borne, plain_tags
from emulator.cloud.authorization.requirements import Requirement
from emulator.cloud.calls import Call


def read(call: Call) -> Iterator[Requirement]:
    """Yield the permission for the call's HTTP method on its path."""
    # A call about tags names the API by its ARN, quoted.
    parts = [part for part in unquote(call.request.path).split("/") if part]
    if parts[:1] == ["tags"]:
        parts = parts[2:]
    api = backend("apigateway").apis.get(parts[1]) if len(parts) > 1 and parts[0] == "restapis" else None
    # Validators do not inherit tags ("API Gateway resources that can be tagged").
    context = borne(plain_tags(api.tags)) if api and parts[2:3] != ["requestvalidators"] else {}
    # Tags in a call that creates a child belong to the child, not to the API.
    given = asked_for(plain_tags(call.content.get("tags")))
    path = f"arn:aws:apigateway:{REGION}::{call.request.path}"
    yield Requirement(f"apigateway:{call.request.method}", path, {**context, **given})
