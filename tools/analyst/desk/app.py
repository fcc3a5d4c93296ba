"""The pages and what their forms do."""

import io
import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from stacks.compute.functions.profiles.rules_item import RULES_KEY
from tools.analyst.account import exported, plain_json
from tools.analyst.audit import HEADER, csv_rows
from tools.analyst.csv_file import write_rows
from tools.analyst.desk.actions import VERDICTS, WaitsError
from tools.analyst.desk.filters import EVERY, Filter
from tools.analyst.desk.guard import FORM_TOKEN, is_ours
from tools.analyst.desk.measuring import UnfinishedError
from tools.analyst.desk.parts import Desk
from tools.analyst.desk.rendering import NOTHING_SHOWN, Rendering
from tools.analyst.desk.views import alert, alerts, audit, measured, people, quality, rules, search
from tools.analyst.publishing import in_force
from tools.deploy.outputs import OperatorError

_HERE: Final = Path(__file__).parent
_LARGEST_FORM: Final = 256 * 1024
_Answer = Callable[[Request], Awaitable[Response]]
_Form = Mapping[str, str]


class Pages:
    """Answers requests.

    Args:
        desk: The parts of this start.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        rendering = Rendering(desk)
        self._page, self._problem = rendering.page, rendering.problem

    def routes(self) -> list[Route | Mount]:
        """Return where each answer is."""
        pages: dict[str, Callable[[Request], Response]] = {
            "/": lambda _: RedirectResponse("/alerts", 303),
            "/alerts": self.alerts,
            "/alerts/live": self.live,
            "/alert": self.alert,
            "/account": self.account,
            "/account/export": self.export,
            "/merchant": self.merchant,
            "/rules": self.rules,
            "/rules/file": self.rules_file,
            "/rules/measured": self.measured,
            "/quality": self.quality,
            "/quality/drift": self.drift,
            "/audit": self.audit,
            "/audit.csv": self.audit_file,
            "/search": self.search,
        }
        forms: dict[str, Callable[[_Form], Response]] = {
            "/alert/verdict": self.decide,
            "/controls": self.set_controls,
            "/rules/preview": self.preview,
            "/rules/publish": self.publish,
        }
        return [
            *(Route(path, self._told(each), methods=["GET"]) for path, each in pages.items()),
            *(Route(path, self._formed(each), methods=["POST"]) for path, each in forms.items()),
            Mount("/static", StaticFiles(directory=_HERE / "static")),
        ]

    # Each of these runs in a thread: AWS's client waits.

    def alerts(self, request: Request) -> Response:
        """The list of alerts."""
        return self._page("alerts.html", "/alerts", **self._list(Filter.of(request.query_params)))

    def live(self, request: Request) -> Response:
        """The part of the list that keeps itself up to date; 204 where nothing is new."""
        if request.query_params.get("seen") == self._version():
            return Response(status_code=204)
        shown = self._list(Filter.of(request.query_params))
        return self._page("alerts_live.html", "/alerts", **shown, headers={"X-Version": shown["version"]})

    def _list(self, wanted: Filter) -> dict[str, Any]:
        version = self._version()
        shown = alerts.page(self._desk, wanted)

        def group_words(alert_id: str) -> str:
            return Filter(status=EVERY, group=alert_id).words()

        return {**shown, "version": version, "group_words": group_words}

    def _version(self) -> str:
        desk = self._desk
        return f"{desk.model.version}.{desk.verdicts.version}.{bool(desk.model.error)}"

    def alert(self, request: Request) -> Response:
        """One alert."""
        asked = request.query_params
        shown = alert.page(self._desk, asked.get("id", ""), whole=asked.get("payments") == "yes")
        return self._page("alert.html", "", **shown)

    def account(self, request: Request) -> Response:
        """One account."""
        asked = request.query_params
        older, whole = (asked.get(name) == "yes" for name in ("older", "payments"))
        shown = people.account_page(self._desk, asked.get("id", ""), older=older, whole=whole)
        return self._page("account.html", "", **shown)

    def export(self, request: Request) -> Response:
        """All that is kept of an account, as JSON."""
        account_id = request.query_params.get("id", "")
        text = json.dumps(exported(self._desk.tables, account_id), indent=2, default=plain_json)
        return PlainTextResponse(text + "\n", media_type="application/json")

    def merchant(self, request: Request) -> Response:
        """One merchant."""
        given = request.query_params.get("id", "")
        return self._page("merchant.html", "", **people.merchant_page(self._desk, given))

    def rules(self, _: Request) -> Response:
        """The rules."""
        return self._page("rules.html", "/rules", **rules.page(self._desk))

    def rules_file(self, _: Request) -> Response:
        """The file in force."""
        text, fault = in_force(self._desk.controls.get(RULES_KEY))
        if fault is not None:
            raise OperatorError(f"the detector refuses the published rules: {fault}")
        return PlainTextResponse(text, media_type="application/json")

    def measured(self, _: Request) -> Response:
        """What rules do on all payments."""
        return self._page("measured.html", "/rules", **measured.page(self._desk))

    def drift(self, _: Request) -> Response:
        """How far payments have moved."""
        return self._page("drift.html", "/quality", **measured.drift_page(self._desk))

    def quality(self, _: Request) -> Response:
        """Figures over time."""
        return self._page("quality.html", "/quality", **quality.page(self._desk))

    def audit(self, request: Request) -> Response:
        """Who decided what."""
        kind, by, search = self._asked_of_audit(request)
        return self._page("audit.html", "/audit", **audit.page(self._desk, kind, by, search))

    def audit_file(self, request: Request) -> Response:
        """The same as CSV."""
        file = io.StringIO(newline="")
        write_rows(file, HEADER, csv_rows(audit.entries(self._desk, *self._asked_of_audit(request))))
        return PlainTextResponse(file.getvalue(), media_type="text/csv")

    def _asked_of_audit(self, request: Request) -> tuple[str, str, str]:
        words_ = request.query_params
        return words_.get("kind", ""), words_.get("by", ""), words_.get("search", "").strip()

    def search(self, request: Request) -> Response:
        """Lead to what is called so, else to the alerts that contain it."""
        sought = request.query_params.get("q", "").strip()
        return RedirectResponse(search.address_of(self._desk, sought), 303)

    def decide(self, form: _Form) -> Response:
        """Give a verdict in a moment, or take one back."""
        if alert_id := form.get("undo"):
            self._desk.verdicts.undo(alert_id)
        for verdict in VERDICTS:
            if alert_id := form.get(verdict):
                found = self._desk.model.get(alert_id) or self._desk.tables.alert(alert_id)
                if found is None:
                    raise OperatorError(alert.no_record(alert_id))
                self._desk.verdicts.decide(found, verdict, form.get("note", "").strip())
        return _back(form)

    def set_controls(self, form: _Form) -> Response:
        """Set list and snooze."""
        self._desk.controls.set(form.get("kind", ""), form.get("id", ""), form)
        return _back(form)

    def preview(self, form: _Form) -> Response:
        """Show what publishing would change; nothing has changed yet."""
        text: str | None = form.get("text")
        if threshold := form.get("threshold"):
            text = rules.with_threshold(self._desk, threshold)
        if form.get("reset"):
            text = None
        elif not text:
            raise OperatorError("nothing to publish: paste a complete rules file")
        item = self._desk.controls.get(RULES_KEY)
        return self._page(
            "preview.html",
            "/rules",
            proposal=rules.proposal(self._desk, text),
            revision=int((item or {}).get("revision", 0)),
        )

    def publish(self, form: _Form) -> Response:
        """Put rules in force."""
        if self._desk.environment == "prod" and form.get("confirm") != "prod":
            raise OperatorError("this changes production: enter prod to confirm")
        note, revision = form.get("note", "").strip(), form.get("revision", "")
        if not note:
            raise OperatorError("enter a reason: the audit shows it")
        text = None if form.get("reset") else form.get("text", "")
        rules.publish(self._desk, text, note, int(revision) if revision.isdecimal() else -1)
        return RedirectResponse("/rules", 303)

    def _told(self, answer: Callable[[Request], Response]) -> _Answer:
        async def answering(request: Request) -> Response:
            return await run_in_threadpool(self._tried, lambda: answer(request), "/alerts", NOTHING_SHOWN)

        return answering

    def _formed(self, answer: Callable[[_Form], Response]) -> _Answer:
        async def answering(request: Request) -> Response:
            body = b""
            async for part in request.stream():
                body += part
                if len(body) > _LARGEST_FORM:
                    return PlainTextResponse("This form is too large.\n", 413)
            form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
            if not is_ours(self._desk.tokens, form.get(FORM_TOKEN, "")):
                return PlainTextResponse("This form is from an earlier start: reload the page.\n", 403)
            of_rules = request.url.path.startswith("/rules")
            back = "/rules" if of_rules else _path(form.get("next", ""))
            return await run_in_threadpool(self._tried, lambda: answer(form), back, "Not done")

        return answering

    def _tried(self, answer: Callable[[], Response], back: str, fault: str) -> Response:
        try:
            return answer()
        except UnfinishedError:
            page = self._page("unfinished.html", "", headers={"Refresh": "2"})
            page.status_code = 202
            return page
        except OperatorError as error:
            waits = isinstance(error, WaitsError)
            heading = "Waits for a second person" if waits else fault
            return self._problem(202 if waits else 409, heading, str(error), back)

    def no_page(self, request: Request, _: Exception) -> Response:
        """What an address that leads nowhere shows."""
        return self._problem(404, NOTHING_SHOWN, f"The desk has no page {request.url.path}")

    def failed(self, _: Request, error: Exception) -> Response:
        """What a fault of our own shows; the server prints its traceback."""
        return self._problem(500, NOTHING_SHOWN, f"{type(error).__name__}: see the terminal of `make desk`")


def application(desk: Desk) -> Starlette:
    """Return what answers, still without its guard."""
    pages = Pages(desk)
    return Starlette(routes=pages.routes(), exception_handlers={404: pages.no_page, 500: pages.failed})


def _back(form: _Form) -> Response:
    return RedirectResponse(_path(form.get("next", "")), 303)


def _path(text: str) -> str:
    """A path of ours; never another site's address."""
    return text if text.startswith("/") and not text.startswith(("//", "/\\")) else "/alerts"
