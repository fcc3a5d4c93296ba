"""Resolve StackReferences from the states of other layers."""

from typing import Any

from tools.local.engine.errors import UnknownStackError
from tools.local.engine.property_path import parsed, shown
from tools.local.engine.state import StateStore

STACK_REFERENCE = "pulumi:pulumi:StackReference"


def stack_reference(store: StateStore, name: str) -> tuple[dict[str, Any], list[str]]:
    """Return the outputs of a StackReference (`organization/project/stack`), and the names of secrets.

    Raises:
        UnknownStackError: The stack is not deployed on this emulator, or belongs to another environment.
    """
    project, _, stack = name.rpartition("/")
    state = store.of_project(project.rpartition("/")[2]) if stack == store.stack else None
    if state is None:
        raise UnknownStackError(f"unknown stack {name!r}: it is not deployed on this emulator")
    outputs = {"name": name, "outputs": state.outputs, "secretOutputNames": state.secret_outputs}
    return outputs, [shown(("outputs", *parsed(path))) for path in state.secret_output_paths]
