"""Helpers for the service modules: call parameters, and tags as condition keys."""

from collections.abc import Iterable, Mapping

from emulator.cloud.account import ACCOUNT_ID, PARTITION
from emulator.cloud.authorization.requirements import Requirement, via_service

Context = dict[str, tuple[str, ...]]


def listed(parameters: Mapping[str, str], name: str) -> list[str]:
    """Return the values of a parameter given once (`Name`) or as a list (`Name.1`, ...)."""
    return [
        value
        for key, value in parameters.items()
        if key == name or (key.startswith(f"{name}.") and key[len(name) + 1 :].isdigit())
    ]


def pairs(parameters: Mapping[str, str], prefix: str) -> dict[str, str]:
    """Return tags given as `<prefix>.1.Key` and `<prefix>.1.Value`."""
    return {
        value: parameters.get(f"{key.removesuffix('.Key')}.Value", "")
        for key, value in parameters.items()
        if key.startswith(f"{prefix}.") and key.endswith(".Key")
    }


def plain_tags(tags: object) -> dict[str, str]:
    """Return tags as a dict, from any form that services use: a mapping, or a list of keys and values."""
    if isinstance(tags, Mapping):
        return {str(key): str(value) for key, value in tags.items()}
    found: dict[str, str] = {}
    for tag in tags if isinstance(tags, list) else []:
        lower = {str(key).lower(): str(value) for key, value in tag.items()}
        found[lower.get("key") or lower.get("tagkey", "")] = lower.get("value") or lower.get("tagvalue", "")
    return found


def asked_for(tags: Mapping[str, str]) -> Context:
    """Return request tags as condition keys (``aws:RequestTag``, ``aws:TagKeys``)."""
    return {f"aws:requesttag/{key.lower()}": (value,) for key, value in tags.items()}


def borne(tags: Mapping[str, str]) -> Context:
    """Return resource tags as condition keys (``aws:ResourceTag``)."""
    return {f"aws:resourcetag/{key.lower()}": (value,) for key, value in tags.items()}


def passed(role_arn: str, service: str) -> Requirement:
    """Return the permission to pass a role to a service."""
    return Requirement("iam:PassRole", role_arn, {"iam:passedtoservice": (service,)})


def through_service(
    service: str, key: str, tags: Mapping[str, str], actions: Iterable[str]
) -> list[Requirement]:
    """Return the permissions on a key that a service uses on behalf of the caller."""
    context = {
        **borne(tags),
        "kms:viaservice": via_service(service),
        "kms:grantisforawsresource": ("true",),
    }
    return [Requirement(f"kms:{action}", key, context) for action in actions]


def role_arn(name: str) -> str:
    """Return the ARN of a role."""
    return f"arn:{PARTITION}:iam::{ACCOUNT_ID}:role/{name}"
