"""The recorder of the four programs, as the tests use it."""

from operations.project import ROOT, STACKS
from programs.recording import (
    ENVIRONMENTS,
    DuplicateResourceError,
    Exports,
    UnknownStackError,
    deploy_all,
    estate,
    exports_of,
    project_of,
    run_layer,
    stack_name,
)

__all__ = [
    "ENVIRONMENTS",
    "ROOT",
    "STACKS",
    "DuplicateResourceError",
    "Exports",
    "UnknownStackError",
    "deploy_all",
    "estate",
    "exports_of",
    "project_of",
    "run_layer",
    "stack_name",
]
