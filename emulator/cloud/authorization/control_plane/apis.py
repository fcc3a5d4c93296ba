"""API Gateway: a REST API and its children, which inherit its tags."""

from collections.abc import Iterator

from emulator.cloud.account import REGION, backend
from emulator.cloud.authorization.control_plane.reading import asked_for, body, borne, plain_tags
from emulator.cloud.authorization.requirements import Requirement
from emulator.cloud.calls import Call


def read(call: Call) -> Iterator[Requirement]:
    """Yield the right to the call's method on its path."""
    parts = [part for part in call.request.path.split("/") if part]
    api = backend("apigateway").apis.get(parts[1]) if len(parts) > 1 and parts[0] == "restapis" else None
    context = borne(plain_tags(api.tags)) if api else {}
    # On an API's children the tags that a call gives are theirs, not the API's.
    given = asked_for(plain_tags(body(call).get("tags")))
    path = f"arn:aws:apigateway:{REGION}::{call.request.path}"
    yield Requirement(f"apigateway:{call.request.method}", path, {**context, **given})
