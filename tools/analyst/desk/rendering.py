"""Plain data as pages: every view is plain data, every template escapes it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from tools.analyst.desk import words
from tools.analyst.desk.actions import UNDO_SECONDS, VERDICTS
from tools.analyst.desk.parts import Desk

PAGES: Final = (
    ("/alerts", "Alerts", "a"),
    ("/rules", "Rules", "r"),
    ("/quality", "Quality", "q"),
    ("/audit", "Audit", "d"),
)
"""Address, name and key of each page that the head of every page leads to."""

NOTHING_SHOWN: Final = "Nothing to show"
_TEMPLATES: Final = Path(__file__).parent / "templates"


class Rendering:
    """Renders the templates for one start.

    Args:
        desk: The parts of this start.
    """

    def __init__(self, desk: Desk) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {
            **words.FILTERS,
            "iso": lambda at: datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="seconds"),
            "words": urlencode,
            "capitalize_first": lambda text: text[:1].upper() + text[1:],
        }
        self._templates.globals |= {
            "environment": desk.environment,
            "by": desk.by,
            "identity": desk.identity,
            "pages": PAGES,
            "form_token": desk.tokens.form,
            "verdict_words": VERDICTS,
            "undo_seconds": f"{UNDO_SECONDS:g}",
            "money": words.money,
            "here": "",
        }

    def page(
        self, template: str, here: str, *, headers: Mapping[str, str] | None = None, **shown: Any
    ) -> HTMLResponse:
        """Return a page.

        Args:
            template: Its file.
            here: Which of `PAGES` it is, empty for none.
            headers: Of the answer.
            shown: What the template asks for.
        """
        rendered = self._templates.get_template(template).render(**shown, here=here)
        return HTMLResponse(rendered, headers=dict(headers or {}))

    def problem(self, status: int, heading: str, message: str, back: str = "/alerts") -> HTMLResponse:
        """Return the page that says why there is nothing else to show, and where to go on."""
        page = self.page("problem.html", "", heading=heading, message=message, back=back)
        page.status_code = status
        return page
