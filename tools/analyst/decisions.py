"""What people decide, put to the signed API: verdicts, lists and snoozes, rules, a second person's yes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from tools.analyst.times import told
from tools.deploy import hints
from tools.deploy.outputs import Needed, OperatorError, Outputs
from tools.deploy.signed_api import NO_ANSWER, SignedApi

NEEDED: Final[Needed] = {"compute": ("controls_url", "rules_url", "approvals_url")}
"""What is read of each layer."""
METHOD: Final = "PUT"
_DONE, _WAITING, _FORBIDDEN = 200, 202, 403
_WHO_SIGNED: Final = (
    "\nThe credentials have expired or lack permission: aws sts get-caller-identity, make rights"
)


@dataclass(frozen=True)
class Decided:
    """What the API answers to a change.

    Attributes:
        change: Id of a change that waits for a second person, empty where it is in force.
        why: Why it waits.
        answer: What it says besides.
    """

    change: str
    why: str
    answer: Mapping[str, Any]

    @property
    def waits(self) -> bool:
        """Whether a second person is wanted."""
        return bool(self.change)

    def told(self, environment: str) -> str:
        """Say what somebody else has to do, where the change waits."""
        command = f"{hints.make('approve', environment)} CHANGE={self.change} BY=name"
        return f"waits for a second person: {self.why}. Within 7 days, another person runs:\n  {command}"


class Decisions:
    """Changes of lists, snoozes and rules, in the name of who signs.

    Args:
        api: What signs and sends.
        urls: Where each kind goes, by output.
    """

    def __init__(self, api: SignedApi, urls: Mapping[str, str]) -> None:
        self._api, self._urls = api, urls

    @classmethod
    def of(cls, api: SignedApi, outputs: Outputs) -> Self:
        """Read what the layer exports.

        Raises:
            OperatorError: An output is missing; names it and the command that provides it.
        """
        return cls(api, outputs.values(NEEDED))

    def controls(self, body: Mapping[str, Any]) -> Decided:
        """Set list or snooze; the body as its schema has it.

        Raises:
            OperatorError: It was refused, or nobody answered.
        """
        return self._put("controls_url", body)

    def rules(self, body: Mapping[str, Any]) -> Decided:
        """Publish rules; the body as its schema has it.

        Raises:
            OperatorError: It was refused, or nobody answered.
        """
        return self._put("rules_url", body)

    def approve(self, body: Mapping[str, Any]) -> Decided:
        """Approve a change that waits; the body as its schema has it.

        Raises:
            OperatorError: It was refused, or nobody answered.
        """
        return self._put("approvals_url", body)

    def _put(self, output: str, body: Mapping[str, Any]) -> Decided:
        status, answer = put(self._api, self._urls[output], {k: v for k, v in body.items() if v is not None})
        if status == _WAITING:
            return Decided(answer["change"], answer["why"], answer)
        return Decided("", "", answer)


def put(api: SignedApi, url: str, body: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
    """Put a body, and return status and answer; sending it again is safe.

    Raises:
        OperatorError: It was refused, or nobody answered.
    """
    answer = api.send(METHOD, url, body)
    if answer.status == NO_ANSWER:
        raise OperatorError(f"{url} does not answer: {answer.text}")
    if answer.status not in {_DONE, _WAITING}:
        raise OperatorError(refusal(answer.status, answer.text))
    recorded: dict[str, Any] = json.loads(answer.text)
    return answer.status, recorded


def refusal(status: int, text: str) -> str:
    """Return what the API said, in words: its message and each bad field."""
    try:
        answer = json.loads(text)
        lines = [f"{status} {answer['error']}: {answer['message']}"]
        lines += [f"  {field['field']} {field['reason']}" for field in answer.get("fields", ())]
    except (KeyError, TypeError, ValueError):
        return f"{status}: {text}" + (_WHO_SIGNED if status == _FORBIDDEN else "")
    if answer.get("validation"):
        lines.append(f"  {answer['validation']}")
    return "\n".join(lines)


def signed_line(item: Mapping[str, Any]) -> str:
    """Return who changed an item, when and why, and who approved it, in one line."""
    note = f": {item['note']}" if item.get("note") else ""
    approved = (
        f", approved by {item['approved_by']} ({item['approved_as']})" if item.get("approved_by") else ""
    )
    who = f"{item.get('by', 'unknown')} ({item.get('identity', 'no identity')})"
    when = told(int(item["at"])) if "at" in item else "unknown time"
    return f"{when} by {who}{approved}, change {item.get('revision', '?')}{note}"
