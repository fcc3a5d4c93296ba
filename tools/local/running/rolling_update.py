"""One layer deployed anew, with a changed setting, while transactions flow."""

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from tools.local.running.environment import Environment
from tools.local.traffic.replay import Delivery

if TYPE_CHECKING:
    from tools.local.command import Command

LAYER, SETTING = "compute", "fraud-compute:log_level=DEBUG"


class RollingUpdate:
    """The update, from before it begins to after its end.

    Args:
        environment: Where the layer is deployed.
    """

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._command: Command | None = None
        self._began = self._ended = 0.0
        self.lines: list[str] = []

    @property
    def begun(self) -> bool:
        """Whether it has been started."""
        return self._command is not None

    def begin(self) -> None:
        """Start it beside us."""
        self._began = time.time() * 1000
        self._command = self._environment.update(LAYER, [SETTING], self.lines.append)
        self._command.start()

    def look(self) -> None:
        """Note the time if it has just ended."""
        if self._command is not None and not self._ended and not self._command.running:
            self._ended = time.time() * 1000

    def finish(self) -> None:
        """Wait for its end.

        Raises:
            emulator.process.ProcessError: It failed.
        """
        if self._command is not None:
            self._command.wait()
            self.look()

    def stop(self) -> None:
        """End it, half-way or not."""
        if self._command is not None:
            self._command.stop()

    def summary(self, deliveries: Iterable[Delivery]) -> str:
        """Say what it was, how long it took and how many transactions were sent meanwhile."""
        meanwhile = sum(self._began <= each.outcome.sent_at <= self._ended for each in deliveries)
        seconds = (self._ended - self._began) / 1000
        return f"deployed {LAYER} with {SETTING} in {seconds:.1f} s, {meanwhile} transactions sent meanwhile"
