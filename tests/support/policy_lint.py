"""parliament's view of a policy: unknown actions, resources an action cannot have, wrong conditions."""

import json
import sys
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any


def findings(document: Mapping[str, Any]) -> list[str]:
    """What parliament says of an identity policy, each as ``ISSUE: detail``."""
    return list(_findings(json.dumps(document, sort_keys=True)))


@cache
def _findings(document: str) -> tuple[str, ...]:
    return tuple(
        f"{each.issue}: {each.detail}" for each in _parliament().analyze_policy_string(document).findings
    )


@cache
def _parliament() -> Any:
    """parliament; it asks ``pkg_resources`` (gone from setuptools) for the path of its data, no more."""
    if find_spec("pkg_resources") is not None:
        return _knowing_lists_of_arns(import_module("parliament"))
    stand_in = ModuleType("pkg_resources")
    vars(stand_in)["resource_filename"] = _resource_filename
    sys.modules["pkg_resources"] = stand_in
    try:
        return _knowing_lists_of_arns(import_module("parliament"))
    finally:
        del sys.modules["pkg_resources"]


def _knowing_lists_of_arns(parliament: Any) -> Any:
    """Its own data has keys of type ArrayOfARN (events:TargetArn), a type that it does not know."""
    statement: Any = import_module("parliament.statement")
    known = statement.translate_documentation_types

    def translated(name: str) -> Any:
        return known("ARN" if name == "ArrayOfARN" else name)

    statement.translate_documentation_types = translated
    return parliament


def _resource_filename(package: str, resource: str) -> str:
    origin = sys.modules[package].__file__
    assert origin is not None
    return str(Path(origin).parent / resource)
