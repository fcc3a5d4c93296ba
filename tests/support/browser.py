"""Chromium as a person uses it, headless, driven by Playwright: tabs on screens, and what is wrong there."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Final

from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM: Final = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
"""Where a browser is found; without one, the tests marked `browser` are left out."""
WIDE, PHONE = 1400, 390
"""Widths of screens, in pixels."""
_HEIGHT: Final = 900
_MILLISECONDS_TO_WAIT: Final = 120_000
_AXE: Final = (files("axe_core_python") / "axe.min.js").read_text("utf-8")
_VIOLATIONS: Final = """axe.run(document, {resultTypes: ["violations"]}).then((found) => found.violations.map(
  (each) => each.id + ": " + each.nodes.slice(0, 3).map((node) => node.html).join(" | ")))"""
expect.set_options(timeout=_MILLISECONDS_TO_WAIT)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Keep a browser as long as the block lasts."""
    assert CHROMIUM is not None, "a test that looks at pages is marked `browser`"
    with sync_playwright() as playwright:
        # A container's shared memory is too small for it.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--disable-dev-shm-usage"])
        yield browser
        browser.close()


def tab(browser: Browser, width: int = WIDE) -> Page:
    """Open a tab of its own cookies; a narrow screen is a phone's."""
    context = browser.new_context(
        viewport={"width": width, "height": _HEIGHT}, is_mobile=width < WIDE / 2, color_scheme="light"
    )
    context.set_default_timeout(_MILLISECONDS_TO_WAIT)
    return context.new_page()


def theme(page: Page, *, dark: bool) -> Page:
    """Take on the theme of the screen's owner."""
    page.emulate_media(color_scheme="dark" if dark else "light")
    return page


def faults(page: Page) -> list[str]:
    """What the browser complained of since the page was opened: scripts, policies, answers."""
    messages = page.console_messages(filter="since-navigation")
    said = [each.text for each in messages if each.type in {"error", "warning"}]
    return said + [str(error) for error in page.page_errors(filter="since-navigation")]


def violations(page: Page) -> list[str]:
    """What axe-core finds that leaves somebody out."""
    page.evaluate(f"(() => {{ {_AXE}; }})()")
    found: list[str] = page.evaluate(_VIOLATIONS)
    return found
