"""Whether a difference updates a resource or replaces it: the provider's word, and the program's options."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from emulator.provider.provider import Diff
from tools.local.engine.property_path import contains, parsed


@dataclass(frozen=True)
class Decision:
    """What differs, and what follows from it.

    `changed` and `replaces` are top-level properties: all that differ, and those that force a replacement.
    `details` are the innermost paths that differ, with how: add, update or delete, and `-replace` behind it
    where the path forces a replacement.
    """

    changed: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)
    delete_before_replace: bool = False

    @property
    def replacing(self) -> bool:
        """Whether a new resource is needed."""
        return bool(self.replaces) or any(kind.endswith(_REPLACE) for kind in self.details.values())


_REPLACE = "-replace"
UNFINISHED = Decision(("__incomplete",), ("__incomplete",), {}, delete_before_replace=True)
"""A creation that did not finish is made anew; the plugin tells the Pulumi CLI the same."""


def decided(diff: Diff, replace_on_changes: Sequence[str]) -> Decision:
    """Return the provider's diff, in which `replaceOnChanges` forces more, as in the real engine."""
    patterns = [parsed(each) for each in replace_on_changes]

    def forced(path: str) -> bool:
        return any(contains(pattern, parsed(path)) for pattern in patterns)

    changed = _top_level(diff.changed)
    replaces = dict.fromkeys([*_top_level(diff.replaces), *filter(forced, changed)])
    details = {
        path: f"{kind}{_REPLACE}" if diff.needs_replacement(path) or forced(path) else str(kind)
        for path, kind in diff.details.items()
    }
    return Decision(changed, tuple(replaces), details, diff.delete_before_replace)


def _top_level(paths: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(path.partition(".")[0] for path in paths))
