"""The recorder of the four programs, as the tests use it."""

from tools.deploy.program_runner.recording import (
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
from tools.deploy.project import ROOT, STACKS

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
