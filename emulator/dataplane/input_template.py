"""Input templates of pipe targets: JSON with ``<$.path>`` placeholders.

Source: "Amazon EventBridge Pipes input transformation" in the EventBridge user guide.
"""

import json
import re
from typing import Any

_PLACEHOLDER = re.compile(r'(?P<quote>")?<\$(?P<path>[^<>]*)>(?(quote)")')


def render_template(template: str, event: dict[str, Any]) -> str:
    """Return the template with each path replaced by its JSON value; a missing value becomes an empty string.

    A placeholder inside quotes is replaced together with them if the value is a string.
    """

    def replace(match: re.Match[str]) -> str:
        value = _look_up(event, match["path"])
        return json.dumps("" if value is None else value)

    return _PLACEHOLDER.sub(replace, template)


def _look_up(event: Any, path: str) -> Any:
    node = event
    for part in path.strip(".").split("."):
        if part:
            node = node.get(part) if isinstance(node, dict) else None
    return node
