"""What the recorder answers for AWS and what the SDK declares, as the tests compare with it."""

from tools.deploy.program_runner.resource_outputs import ACCOUNT_ID, UNGIVEN, create
from tools.deploy.program_runner.sdk import accepts, output_names, required_inputs, resource_class

__all__ = [
    "ACCOUNT_ID",
    "UNGIVEN",
    "accepts",
    "create",
    "output_names",
    "required_inputs",
    "resource_class",
]
