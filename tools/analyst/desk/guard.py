"""Who may talk to the page: a browser that was given the token of this start, and no other site's page.

- A page of another site cannot read or send anything: the cookie is SameSite=Strict, each form carries a
  token of its own, and a POST must come from our own origin.
- A name that another site points at this machine (DNS rebinding) is refused: the Host must be ours.
- Nothing is loaded from anywhere else and no script stands in a page: see `HEADERS`.
"""

import hmac
import secrets
from typing import Final
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE: Final = "desk"
TOKEN: Final = "token"  # noqa: S105 - the name of a word, no secret
FORM_TOKEN: Final = "form_token"  # noqa: S105 - likewise
_BYTES: Final = 32
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
_LOST: Final = "Open the address that `make desk` printed: it contains the token of this start.\n"


class Secrets:
    """The tokens of one start."""

    def __init__(self) -> None:
        self.session = secrets.token_urlsafe(_BYTES)
        self.form = secrets.token_urlsafe(_BYTES)


class Guard:
    """Lets through what comes from the page itself, and puts the headers on every answer.

    Args:
        app: What answers.
        tokens: Of this start.
        port: Where we listen.
    """

    def __init__(self, app: ASGIApp, tokens: Secrets, port: int) -> None:
        self._app = app
        self._tokens = tokens
        # A cookie is for every port of a name: two desks must not take each other's.
        self._cookie = f"{COOKIE}-{port}"
        self._hosts = frozenset(f"{name}:{port}" for name in ("127.0.0.1", "localhost"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        await (refusal or self._app)(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope) -> Response | None:
        request, headers = Request(scope), Headers(scope=scope)
        host = headers.get("host", "")
        if host not in self._hosts:
            return PlainTextResponse("The desk does not serve this address.\n", 421)
        given = request.query_params.get(TOKEN)
        if given is not None and request.method == "GET":
            return self._enter(request, given)
        if not _same(request.cookies.get(self._cookie, ""), self._tokens.session):
            return PlainTextResponse(_LOST, 403)
        if request.method not in {"GET", "HEAD"} and headers.get("origin") != f"http://{host}":
            return PlainTextResponse("This request did not come from the desk.\n", 403)
        return None

    def _enter(self, request: Request, given: str) -> Response:
        if not _same(given, self._tokens.session):
            return PlainTextResponse(_LOST, 403)
        words = [(name, value) for name, value in parse_qsl(request.url.query) if name != TOKEN]
        target = request.url.path.replace("//", "/") + (f"?{urlencode(words)}" if words else "")
        answer = RedirectResponse(target, 303)
        answer.set_cookie(self._cookie, self._tokens.session, httponly=True, samesite="strict", path="/")
        return answer


def is_ours(tokens: Secrets, given: str) -> bool:
    """Tell whether a form carries the token that our pages put into theirs."""
    return _same(given, tokens.form)


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            extra = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
            message = {**message, "headers": [*message.get("headers", ()), *extra]}
        await send(message)

    return sending
