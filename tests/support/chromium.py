"""Chromium as a person uses it, headless: pages, keys, screens; by its own protocol over a pipe.

Chrome DevTools Protocol, https://chromedevtools.github.io/devtools-protocol/: messages are JSON, each ended
by a zero byte, on the file descriptors 3 and 4.
"""

import base64
import contextlib
import itertools
import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self

SECONDS_TO_WAIT: Final = 120.0
_KEYS: Final = {"Enter": ("\r", 13), "Escape": ("", 27), "Tab": ("\t", 9)}


class Page:
    """One tab."""

    def __init__(self, process: subprocess.Popen[bytes], reads: int, writes: int) -> None:
        self._process = process
        self._reads, self._writes = reads, writes
        self._buffer = b""
        self._numbers = itertools.count(1)
        self.events: list[dict[str, Any]] = []
        target = self._browser("Target.createTarget", url="about:blank")["targetId"]
        attached = self._browser("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def screen(self, width: int, height: int, *, dark: bool) -> Self:
        """Take on a screen's size and its owner's theme."""
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 500,
        )
        theme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.send("Emulation.setEmulatedMedia", features=theme)
        return self

    def open(self, url: str) -> Self:
        """Go to an address and wait until it is loaded."""
        self.events.clear()
        answer = self.send("Page.navigate", url=url)
        assert "errorText" not in answer, answer
        self.soon("document.readyState === 'complete' && document.body")
        return self

    def run(self, script: str) -> Any:
        """Return the value of an expression, of whatever it promises."""
        answer = self.send(
            "Runtime.evaluate",
            expression=script,
            returnByValue=True,
            awaitPromise=True,
            allowUnsafeEvalBlockedByCSP=True,
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def soon(self, script: str) -> None:
        """Wait until an expression is true, or names something that is there."""
        deadline = time.monotonic() + SECONDS_TO_WAIT
        while time.monotonic() < deadline:
            with contextlib.suppress(AssertionError):  # the page may be changing just now
                if self.run(f"Boolean({script})"):
                    return
            time.sleep(0.1)
        raise AssertionError(f"never became true: {script}\n{self.text()[:2000]}")

    def text(self) -> str:
        """What stands on the page."""
        return str(self.run("document.body.innerText"))

    def press(self, key: str) -> None:
        """Press a key where the focus is."""
        text, code = _KEYS.get(key, (key, ord(key[0].upper())))
        event = {"key": key, "windowsVirtualKeyCode": code}
        self.send("Input.dispatchKeyEvent", type="keyDown", **event, **({"text": text} if text else {}))
        self.send("Input.dispatchKeyEvent", type="keyUp", **event)

    def picture(self, path: Path | None = None, *, whole: bool = False) -> bytes:
        """Return what the screen shows as PNG, or the whole page."""
        answer = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        picture = base64.b64decode(answer["data"])
        if path is not None:
            path.write_bytes(picture)
        return picture

    def faults(self) -> list[str]:
        """What the browser complained about since the page was opened: scripts, policies, answers."""
        said = []
        for event in self.events:
            if event["method"] == "Log.entryAdded":
                said.append(event["params"]["entry"]["text"])
            elif event["method"] == "Runtime.exceptionThrown":
                said.append(str(event["params"]["exceptionDetails"]))
        return said

    def send(self, method: str, **parameters: Any) -> Any:
        """Send one command to the tab and return its answer."""
        return self._ask({"method": method, "params": parameters, "sessionId": self._session})

    def _browser(self, method: str, **parameters: Any) -> Any:
        return self._ask({"method": method, "params": parameters})

    def _ask(self, message: dict[str, Any]) -> Any:
        number = next(self._numbers)
        os.write(self._writes, json.dumps({**message, "id": number}).encode() + b"\0")
        deadline = time.monotonic() + SECONDS_TO_WAIT
        while time.monotonic() < deadline:
            answer = self._next()
            if answer.get("id") == number:
                assert "error" not in answer, (message["method"], answer["error"])
                return answer["result"]
        raise AssertionError(f"no answer to {message['method']}")

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            part = os.read(self._reads, 1 << 20)
            assert part, f"Chromium has ended with {self._process.poll()}"
            self._buffer += part
        text, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        if "method" in message:
            self.events.append(message)
        return message


@contextmanager
def chromium(binary: str, profile: Path) -> Iterator[Page]:
    """Keep a browser with one tab as long as the block lasts."""
    to_read, its_writes = os.pipe()
    its_reads, to_write = os.pipe()

    def take_descriptors() -> None:
        # In this order: the second must not overwrite the first's number.
        reads, writes = os.dup(its_reads), os.dup(its_writes)
        os.dup2(reads, 3)
        os.dup2(writes, 4)

    process = subprocess.Popen(
        [
            *(binary, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
            *("--hide-scrollbars", "--no-first-run", "--disable-background-networking"),
            *(f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        close_fds=False,
        preexec_fn=take_descriptors,  # noqa: PLW1509 - no thread of ours holds a lock that it takes
    )
    os.close(its_reads)
    os.close(its_writes)
    try:
        yield Page(process, to_read, to_write)
    finally:
        process.terminate()
        process.wait(timeout=30)
        os.close(to_read)
        os.close(to_write)
