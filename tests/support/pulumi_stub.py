"""A `pulumi` for the fast tests: it remembers stacks, resources and outputs, and does what it is told to.

Run as a program by `tests.support.make`: everything that it knows is in the JSON file of `$PULUMI_STUB`, and
its calls are listed beside it.
It starts for each call, so it imports nothing but the standard library.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

STACK = "pulumi:pulumi:Stack"
QUEUE = "aws:sqs/queue:Queue"
LOCKING = ("up", "refresh", "destroy", "stack import")
ABSENT = 6
"""Exit code of the CLI for a stack that does not exist."""


class StubError(Exception):
    def __init__(self, text: str, code: int = 255) -> None:
        super().__init__(text)
        self.code = code


class Stub:
    """One call. The state: `version`, `failing` (pattern -> error), `locks` (layer -> lock), `will_export`,
    `previews` and `stacks`.
    """

    def __init__(self, arguments: list[str], state: dict[str, Any]) -> None:
        self.state = state
        self.words = list(arguments)
        self.layer = Path(self._taken("-C") or "nowhere").name
        self.stack = self._taken("--stack")

    def _taken(self, flag: str) -> str | None:
        if flag not in self.words:
            return None
        at = self.words.index(flag)
        value = self.words[at + 1]
        del self.words[at : at + 2]
        return value

    @property
    def stacks(self) -> dict[str, dict[str, Any]]:
        """The stacks of the project that is worked in, by name."""
        of_layers: dict[str, dict[str, dict[str, Any]]] = self.state["stacks"]
        return of_layers[self.layer]

    def _existing(self) -> dict[str, Any]:
        if self.stack not in self.stacks:
            raise StubError(f"error: no stack named '{self.stack}' found", ABSENT)
        return self.stacks[self.stack]

    def act(self) -> None:
        verbs = {
            "version": self.version,
            "stack init": self.init,
            "stack export": self.export,
            "stack output": self.output,
            "stack rm": self.rm,
            "preview": self.preview,
            "up": self.up,
            "refresh": self.refresh,
            "destroy": self.destroy,
            "stack import": self.import_,
            "cancel": self.cancel,
        }
        verb = next((each for each in verbs if each.split() == self.words[: len(each.split())]), None)
        if verb is None:
            raise StubError(f"unknown command {self.words}")
        if verb in LOCKING and (lock := self.state["locks"].get(self.layer)):
            raise StubError(f"error: the stack is currently locked by 1 lock(s).\n  {lock}")
        verbs[verb]()

    def version(self) -> None:
        print(f"v{self.state['version']}")

    def init(self) -> None:
        (name,) = (each for each in self.words[2:] if not each.startswith("-"))
        if name in self.stacks:
            raise StubError(f"error: stack '{name}' already exists")
        self.stacks[name] = {}

    def export(self) -> None:
        print(json.dumps({"version": 3, "deployment": self._existing()}))

    def output(self) -> None:
        print(json.dumps(_outputs(self._existing())))

    def rm(self) -> None:
        self.stack = next(each for each in self.words[2:] if not each.startswith("-"))
        if self._existing().get("resources"):
            raise StubError(f"error: '{self.stack}' still has resources; removal rejected")
        del self.stacks[self.stack]

    def preview(self) -> None:
        self._existing()
        if "--json" in self.words:
            print(json.dumps(self.state["previews"].get(self.layer, {"steps": [], "changeSummary": {}})))

    def up(self) -> None:
        self._existing()
        self.stacks[str(self.stack)] = deployment(self.layer, self.state["will_export"][self.layer])

    def refresh(self) -> None:
        self._existing().pop("pending_operations", None)

    def import_(self) -> None:
        self._existing()
        file = Path(self.words[self.words.index("--file") + 1])
        self.stacks[str(self.stack)] = json.loads(file.read_text())["deployment"]

    def cancel(self) -> None:
        self.state["locks"].pop(self.layer, None)

    def destroy(self) -> None:
        self._existing().clear()


def deployment(layer: str, outputs: dict[str, str]) -> dict[str, Any]:
    """What the state of a deployed layer is like."""
    return {
        "manifest": {"time": "2026-01-01T00:00:00Z"},
        "resources": [
            {"urn": f"urn:pulumi:dev::{layer}::{STACK}::{layer}-dev", "type": STACK, "outputs": outputs},
            {"urn": f"urn:pulumi:dev::{layer}::{QUEUE}::queue-dev", "type": QUEUE, "custom": True},
        ],
    }


def _outputs(stack: dict[str, Any]) -> dict[str, Any]:
    for each in stack.get("resources", ()):
        if each["type"] == STACK:
            return dict(each["outputs"])
    return {}


def _fail_where_told(call: str, failing: dict[str, str]) -> None:
    for pattern, text in failing.items():
        if pattern in call:
            raise StubError(text)


def main() -> int:
    file = Path(os.environ["PULUMI_STUB"])
    before = file.read_text()
    state = json.loads(before)
    call = " ".join(sys.argv[1:])
    # Calls that only read come several at once.
    with file.with_suffix(".calls").open("a") as calls:
        calls.write(f"{call}\n")
    try:
        _fail_where_told(call, state["failing"])
        Stub(sys.argv[1:], state).act()
    except StubError as error:
        print(error, file=sys.stderr)
        return error.code
    finally:
        if (after := json.dumps(state)) != before:
            written = file.with_suffix(f".{os.getpid()}")
            written.write_text(after)
            written.replace(file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
