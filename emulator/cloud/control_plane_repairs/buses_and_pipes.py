"""EventBridge: UpdateEventBus, and pipes that keep their starting position and state.

Moto lacks UpdateEventBus, drops a pipe's starting position in UpdatePipe, and advances a pipe's state on each
DescribePipe, so that a stopped pipe becomes STARTING.
"""

import json
from typing import Any

from moto.events.responses import EventsHandler
from moto.pipes.models import EventBridgePipesBackend, Pipe

from emulator.cloud.replacing import replaces

_update_pipe = EventBridgePipesBackend.update_pipe
_STREAMS = ("DynamoDBStreamParameters", "KinesisStreamParameters")


@replaces(EventsHandler, "update_event_bus")
def _update_event_bus(self: EventsHandler) -> tuple[str, dict[str, Any]]:
    bus = self.events_backend.describe_event_bus(self._get_param("Name"))
    bus.description = self._get_param("Description")
    bus.kms_key_identifier = self._get_param("KmsKeyIdentifier")
    bus.dead_letter_config = self._get_param("DeadLetterConfig")
    return json.dumps({"Arn": bus.arn, "Name": bus.name}), self.response_headers


@replaces(EventBridgePipesBackend, "update_pipe")
def _update_and_keep_position(self: EventBridgePipesBackend, name: str, **settings: Any) -> Pipe:
    before = (self.pipes[name].source_parameters if name in self.pipes else None) or {}
    pipe = _update_pipe(self, name=name, **settings)
    for kind in _STREAMS:
        position = before.get(kind, {}).get("StartingPosition")
        if position and kind in (pipe.source_parameters or {}):
            pipe.source_parameters[kind].setdefault("StartingPosition", position)  # type: ignore[index]
    return pipe


def _current_state(self: Pipe) -> str:
    # The data plane follows a change at once, so there are no transitional states.
    return self.desired_state


replaces(Pipe, "current_state")(property(_current_state))
