"""Import moto without the data of unused features.

On import, moto 5.2.5 parses the EC2 instance types of every region and the AMIs, builds three botocore
sessions to list regions, and imports an OpenAPI validator: one second and 60 MB.
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
    """Skip the loading of unused data while moto's modules are imported."""
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
    """Return stand-ins for the modules of the OpenAPI validator."""

    def refuse(*_: object) -> None:
        raise NotImplementedError("importing an OpenAPI definition is not part of the embedded AWS")

    package = types.ModuleType("openapi_spec_validator")
    package.validate = refuse  # type: ignore[attr-defined]
    validation = types.ModuleType("openapi_spec_validator.validation")
    exceptions = types.ModuleType("openapi_spec_validator.validation.exceptions")
    exceptions.OpenAPIValidationError = NotImplementedError  # type: ignore[attr-defined]
    return {module.__name__: module for module in (package, validation, exceptions)}
