"""Refuse names that are taken, so that a replacement that collides with the old resource fails as on AWS.

In moto a second pipe or model replaces the first, a second permission is added beside it, and CreateTopic
returns the existing topic even if its attributes differ.
"""

import json
from typing import Any

from moto.apigateway.exceptions import ConflictException as ApiConflictException
from moto.apigateway.models import APIGatewayBackend
from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import LambdaBackend
from moto.pipes.exceptions import ConflictException as PipeConflictException
from moto.pipes.models import EventBridgePipesBackend
from moto.sns.exceptions import InvalidParameterValue
from moto.sns.models import SNSBackend

from emulator.cloud.replacing import replaces

_create_pipe = EventBridgePipesBackend.create_pipe
_create_model = APIGatewayBackend.create_model
_create_topic = SNSBackend.create_topic
_add_permission = LambdaBackend.add_permission


class StatementTakenError(LambdaClientError):
    """The statement id exists already, with AWS's message."""

    code = 409

    def __init__(self, statement_id: str) -> None:
        super().__init__(
            "ResourceConflictException",
            f"The statement id ({statement_id}) provided already exists. Please provide a new statement id, "
            "or remove the existing statement.",
        )


@replaces(EventBridgePipesBackend, "create_pipe")
def _create_new_pipe(self: EventBridgePipesBackend, name: str, **settings: Any) -> Any:
    if name in self.pipes:
        raise PipeConflictException(f"Pipe {name} already exists.", resource_id=name, resource_type="pipe")
    return _create_pipe(self, name=name, **settings)


@replaces(APIGatewayBackend, "create_model")
def _create_new_model(self: APIGatewayBackend, rest_api_id: str, name: str, *settings: Any) -> Any:
    if name in self.get_rest_api(rest_api_id).models:
        raise ApiConflictException("Model name already exists for this REST API")
    return _create_model(self, rest_api_id, name, *settings)


@replaces(SNSBackend, "create_topic")
def _create_same_topic(
    self: SNSBackend,
    name: str,
    attributes: dict[str, str] | None = None,
    tags: dict[str, str] | None = None,
) -> Any:
    """Return the existing topic if its attributes and tags are the same."""
    topic = next((each for each in self.topics.values() if each.name == name), None)
    if topic is not None and tags is not None and tags != topic._tags:  # noqa: SLF001 - moto has no other way
        raise InvalidParameterValue(
            "Invalid parameter: Tags Reason: Topic already exists with different tags"
        )
    return _create_topic(self, name, attributes, tags)


@replaces(LambdaBackend, "add_permission")
def _add_new_permission(self: LambdaBackend, function_name: str, qualifier: str, raw: str) -> Any:
    function = self.get_function(function_name, qualifier)
    wanted = json.loads(raw).get("StatementId")
    if wanted in [statement.get("Sid") for statement in function.policy.statements]:
        raise StatementTakenError(wanted)
    return _add_permission(self, function_name, qualifier, raw)
