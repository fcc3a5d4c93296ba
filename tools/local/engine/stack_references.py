"""What one stack reads of another: a StackReference is a resource that is read, never made."""

from typing import Any

from tools.local.engine.errors import UnknownStackError
from tools.local.engine.property_path import parsed, shown
from tools.local.engine.state import StateStore

STACK_REFERENCE = "pulumi:pulumi:StackReference"


def stack_reference(store: StateStore, name: str) -> tuple[dict[str, Any], list[str]]:
    """The outputs of the resource that names a stack (`organization/project/stack`), and which are secret.

    Raises:
        UnknownStackError: the stack is not deployed on this emulator, or belongs to another environment.
    """
    project, _, stack = name.rpartition("/")
    state = store.of_project(project.rpartition("/")[2]) if stack == store.stack else None
    if state is None:
        raise UnknownStackError(f"unknown stack {name!r}: it is not deployed on this emulator")
    outputs = {"name": name, "outputs": state.outputs, "secretOutputNames": state.secret_outputs}
    return outputs, [shown(("outputs", *parsed(path))) for path in state.secret_output_paths]
