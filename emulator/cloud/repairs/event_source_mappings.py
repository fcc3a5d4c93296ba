"""Lambda: leave event source mappings to the data plane's pollers.

Moto invokes the function from inside the write to the queue or table, deletes the message even if the
function fails, and does so even after the mapping is deleted.
"""

from typing import Any

from moto.awslambda.models import LambdaBackend
from moto.sqs.models import sqs_backends

from emulator.cloud.replacing import replaces

_create = LambdaBackend.create_event_source_mapping


@replaces(LambdaBackend, "create_event_source_mapping")
def _create_detached(self: LambdaBackend, spec: dict[str, Any]) -> Any:
    mapping = _create(self, spec)
    for queue in sqs_backends[self.account_id][self.region_name].queues.values():
        queue.lambda_event_source_mappings.clear()
    return mapping
