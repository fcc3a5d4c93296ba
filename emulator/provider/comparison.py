"""Compare property values: sets without order, JSON documents by meaning, archives by hash."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.provider.values import contains_unknown, is_asset, is_unknown


@dataclass(frozen=True)
class Comparison:
    """Compares values at property paths such as `vpcConfig.subnetIds`, without list indexes."""

    unordered: frozenset[str] = frozenset()
    references: frozenset[str] = frozenset()
    documents: frozenset[str] = frozenset()
    maps: frozenset[str] = frozenset()
    """Maps that the program owns completely: an additional entry is a difference."""
    computed: frozenset[str] = frozenset()

    def same(self, path: str, old: Any, new: Any) -> bool:
        """Return whether values are equal. Unknown values are not; a computed value missing in new is."""
        if contains_unknown(old) or contains_unknown(new):
            return False
        return self._holds(path, old, new, exactly=True)

    def contained(self, path: str, part: Any, whole: Any) -> bool:
        """Return whether `whole` contains `part`, beside values that the cloud set."""
        return self._holds(path, part, whole, exactly=False)

    def _holds(self, path: str, part: Any, whole: Any, *, exactly: bool) -> bool:
        left_to_aws = exactly and whole is None and path in self.computed
        if left_to_aws or (_is_empty(part) and _is_empty(whole)):
            return True
        if is_asset(part) and is_asset(whole):
            return bool(part.get("hash") == whole.get("hash"))
        if isinstance(part, Mapping) and isinstance(whole, Mapping):
            every = exactly or path in self.maps
            names = part.keys() | whole.keys() if every else part.keys()
            return all(
                self._holds(f"{path}.{name}", part.get(name), whole.get(name), exactly=exactly)
                for name in names
                if every or part[name] is not None
            )
        if isinstance(part, list) and isinstance(whole, list):
            return self._lists_hold(path, part, whole, exactly=exactly)
        if isinstance(part, str) and isinstance(whole, str):
            return self._texts_hold(path, part, whole)
        return bool(part == whole)

    def _texts_hold(self, path: str, part: str, whole: str) -> bool:
        if path in self.references:
            return _last_part(part) == _last_part(whole)
        if path in self.documents:
            return bool(_meaning(part) == _meaning(whole))
        return part == whole

    def _lists_hold(self, path: str, part: list[Any], whole: list[Any], *, exactly: bool) -> bool:
        if len(part) != len(whole):
            return False
        if path not in self.unordered:
            return all(
                self._holds(path, item, other, exactly=exactly)
                for item, other in zip(part, whole, strict=True)
            )
        left = list(whole)
        for item in part:
            matching = (at for at, one in enumerate(left) if self._holds(path, item, one, exactly=exactly))
            found = next(matching, None)
            if found is None:
                return False
            del left[found]
        return True


def differing_paths(
    comparison: Comparison, replace_on: frozenset[str], old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[str]:
    """Yield the differing top-level properties, and the differing nested paths in `replace_on`."""
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        if comparison.same(name, before, after):
            continue
        for path in sorted(replace_on):
            if path.startswith(f"{name}.") and (
                is_unknown(after) or not comparison.same(path, value_at(before, path), value_at(after, path))
            ):
                yield path
        yield name


def value_at(value: Any, path: str) -> Any:
    """Return the nested value at a path, without its first segment."""
    for step in path.split(".")[1:]:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _last_part(name: str) -> str:
    """Return the part of an ARN after the account ID (key id, function name), or the name itself."""
    return re.split(r"[:/]", name)[-1] if name.startswith("arn:") else name


def _is_empty(value: Any) -> bool:
    """Return whether a value is None, empty, or a map of such values, all equal to the real provider."""
    if isinstance(value, Mapping):
        return all(_is_empty(item) for item in value.values())
    return value is None or (isinstance(value, str | list) and not value)


def _meaning(text: str) -> Any:
    """Normalise a JSON document as IAM does: unwrap single-string lists and sort lists of strings."""
    try:
        return _normal(json.loads(text))
    except ValueError:
        return text


def _normal(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _normal(item) for key, item in value.items()}
    if isinstance(value, list):
        items = [_normal(item) for item in value]
        if items and all(isinstance(item, str) for item in items):
            return items[0] if len(items) == 1 else sorted(items)
        return items
    return value
