"""Imports moto without what it loads for features that nothing here uses.

moto 5.2.5 parses the instance types of every region and the AMIs (EC2 machines), builds three botocore
sessions to list regions, and imports an OpenAPI validator (import of API definitions) before it can answer
anything: a second of start-up time and 60 MB.
"""

import contextlib
import sys
import types
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import boto3

_UNUSED_RESOURCES = ("ec2/resources/instance_type", "resources/instance_type")


@contextlib.contextmanager
def light_imports() -> Iterator[None]:
    """While this is open, modules of moto are imported without their unused data."""
    session = boto3.Session()
    import moto.utilities.utils  # noqa: PLC0415 - only now that it shares the session

    load = moto.utilities.utils.load_resource

    def load_used(resource: str) -> Any:
        return {} if resource.startswith(_UNUSED_RESOURCES) else load(resource)

    stand_ins = {name: module for name, module in _validator_modules().items() if name not in sys.modules}
    sys.modules.update(stand_ins)
    try:
        with (
            patch.object(boto3, "Session", lambda: session),
            patch.object(moto.utilities.utils, "load_resource", load_used),
        ):
            yield
    finally:
        for name in stand_ins:
            del sys.modules[name]


def _validator_modules() -> dict[str, types.ModuleType]:
    """Modules in place of the OpenAPI validator, for as long as moto's own are imported."""

    def refuse(*_: object) -> None:
        raise NotImplementedError("importing an OpenAPI definition is not part of the embedded AWS")

    package = types.ModuleType("openapi_spec_validator")
    package.validate = refuse  # type: ignore[attr-defined]
    validation = types.ModuleType("openapi_spec_validator.validation")
    exceptions = types.ModuleType("openapi_spec_validator.validation.exceptions")
    exceptions.OpenAPIValidationError = NotImplementedError  # type: ignore[attr-defined]
    return {module.__name__: module for module in (package, validation, exceptions)}
