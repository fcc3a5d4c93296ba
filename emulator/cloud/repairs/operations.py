"""Make moto run the operation that was authorized.

Moto prefers a parameter `Action` wherever it occurs, and also parses JSON bodies as parameters: the text
`&Action=PurgeQueue` in a message would purge the queue.
"""

from moto.core.responses import BaseResponse

from emulator.cloud.calls import OPERATION
from emulator.cloud.replacing import replaces


@replaces(BaseResponse, "_get_action")
def _get_action(self: BaseResponse) -> str:
    operation: str = self.normalized_request.environ[OPERATION]
    return operation
