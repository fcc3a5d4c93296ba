"""KMS: keys with their tags and aliases."""

from collections.abc import Iterator, Mapping
from typing import Any

from emulator.cloud.account import ACCOUNT_ID, arn, backend
from emulator.cloud.authorization.control_plane.reading import Context, asked_for, borne, plain_tags
from emulator.cloud.authorization.requirements import Requirement, key_arn
from emulator.cloud.calls import Call

_ALIASES = {"CreateAlias", "UpdateAlias", "DeleteAlias"}


def read(call: Call) -> Iterator[Requirement]:
    """Yield the permissions for a call on a key or an alias."""
    parameters = call.content
    given = asked_for(plain_tags(parameters.get("Tags")))
    if call.operation == "CreateKey":
        yield Requirement("kms:CreateKey", "*", given)
        if given:
            yield Requirement("kms:TagResource", arn("kms", "key/*"), given)
    elif call.operation in _ALIASES:
        alias = parameters.get("AliasName", "")
        key = key_arn(parameters.get("TargetKeyId") or alias)
        yield Requirement(f"kms:{call.operation}", arn("kms", alias))
        yield Requirement(f"kms:{call.operation}", key, about(key))
    elif "KeyId" in parameters:
        key = key_arn(parameters["KeyId"])
        yield Requirement(f"kms:{call.operation}", key, {**about(key), **given, **_used(parameters)})


def _used(parameters: Mapping[str, Any]) -> Context:
    """Return the condition keys that the call's own parameters set."""
    pairs = parameters.get("EncryptionContext") or {}
    found: Context = {f"kms:encryptioncontext:{name.lower()}": (value,) for name, value in pairs.items()}
    if pairs:
        found["kms:encryptioncontextkeys"] = tuple(pairs)
    if operations := parameters.get("Operations"):
        found["kms:grantoperations"] = tuple(operations)
    return {"kms:calleraccount": (ACCOUNT_ID,), **found}


def about(key: str) -> Context:
    """Return the condition keys of a key, given its ARN."""
    context: Context = borne(tags_of(key))
    known = backend("kms").keys.get(key.rpartition("/")[2])
    if known and known.aliases:
        context["kms:resourcealiases"] = tuple(sorted(known.aliases))
    return context


def tags_of(key: str) -> dict[str, str]:
    """Return the tags of a key, given its ARN."""
    kms, identifier = backend("kms"), key.rpartition("/")[2]
    return plain_tags(kms.list_resource_tags(identifier)["Tags"]) if identifier in kms.keys else {}
