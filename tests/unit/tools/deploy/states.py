"""Exported states as `pulumi stack export` prints them, as small as they can be."""

from typing import Any

from tools.deploy.checkpoint import Checkpoint

DEPLOYED = "2026-11-22T10:00:00.123456789Z"
BEFORE = "2026-11-22T09:00:00Z"
AFTER = "2026-11-22T11:00:00Z"


def resource(type_token: str, name: str, **more: Any) -> dict[str, Any]:
    urn = f"urn:pulumi:dev::fraud-data::{type_token}::{name}"
    return {"urn": urn, "type": type_token, "custom": not type_token.startswith("fraud:"), **more}


def stack(**outputs: Any) -> dict[str, Any]:
    return {**resource("pulumi:pulumi:Stack", "fraud-data-dev", outputs=outputs), "custom": False}


def reference(project: str, **outputs: Any) -> dict[str, Any]:
    name = f"organization/{project}/dev"
    return resource("pulumi:pulumi:StackReference", name, outputs={"name": name, "outputs": outputs})


def pending(kind: str, of: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "resource": of}


def checkpoint(*resources: dict[str, Any], operations: tuple[dict[str, Any], ...] = ()) -> Checkpoint:
    deployment: dict[str, Any] = {"manifest": {"time": DEPLOYED}, "resources": list(resources)}
    if operations:
        deployment["pending_operations"] = list(operations)
    return Checkpoint({"version": 3, "deployment": deployment})


SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:x"}
