"""What a request asks for is what was authorised.

moto takes the operation from a parameter `Action` first, wherever it stands, and reads a body in JSON as
parameters too: text such as `&Action=PurgeQueue` in a message was obeyed.
"""

from moto.core.responses import BaseResponse

from emulator.cloud.calls import OPERATION
from emulator.cloud.replacing import replaces


@replaces(BaseResponse, "_get_action")
def _get_action(self: BaseResponse) -> str:
    operation: str = self.normalized_request.environ[OPERATION]
    return operation
