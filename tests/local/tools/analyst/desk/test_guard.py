"""Who may talk to the desk: nobody without the token of this start, no other site, no other name."""

from collections.abc import Iterator

import pytest
from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session

from tests.local.tools.analyst.desk.conftest import Bank
from tools.analyst.desk.guard import COOKIE, FORM_TOKEN, HEADERS, TOKEN


class Caller:
    """Whoever sends requests; cookies are not kept, redirections not followed."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self._http = URLLib3Session(timeout=20)

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        cookie: bool = True,
        data: str | None = None,
        more: dict[str, str] | None = None,
        **headers: str,
    ) -> tuple[int, dict[str, str], str]:
        sent = {**headers, **(more or {})}
        if cookie:
            sent["Cookie"] = f"{COOKIE}-{self._bank.served.port}={self._bank.served.desk.tokens.session}"
        if data is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        request = AWSRequest(method, self._bank.url(path), headers=sent, data=data)
        answer = self._http.send(request.prepare())
        return answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, answer.text

    def close(self) -> None:
        self._http.close()


@pytest.fixture
def caller(bank: Bank) -> Iterator[Caller]:
    caller = Caller(bank)
    yield caller
    caller.close()


PATHS = (
    "/", "/alerts", "/alerts/live", "/alert", "/account/export", "/rules/file", "/audit.csv",
    "/static/desk.js",
)  # fmt: skip
HOSTS = ("evil.example", "evil.example:{port}", "127.0.0.1", "localhost:1", "[::1]:{port}")


@pytest.mark.parametrize("path", PATHS)
def test_without_the_token_of_this_start_there_is_nothing(caller: Caller, path: str) -> None:
    status, headers, text = caller.ask(path, cookie=False)
    assert (status, "make desk" in text) == (403, True)
    assert headers["content-security-policy"] == HEADERS["Content-Security-Policy"]
    assert caller.ask(f"{path}?{TOKEN}=guess", cookie=False)[0] == 403


def test_the_token_opens_once_and_stands_in_no_address_afterwards(caller: Caller, bank: Bank) -> None:
    token = bank.served.desk.tokens.session
    status, headers, _ = caller.ask(f"/alerts?status=ALL&{TOKEN}={token}", cookie=False)
    assert (status, headers["location"]) == (303, "/alerts?status=ALL")
    cookie = headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert token not in caller.ask("/alerts")[2]
    assert caller.ask(f"//evil.example/?{TOKEN}={token}", cookie=False)[1]["location"].count("//") == 0


@pytest.mark.parametrize("host", HOSTS)
def test_another_name_for_this_machine_is_refused(caller: Caller, bank: Bank, host: str) -> None:
    assert caller.ask("/alerts", Host=host.format(port=bank.served.port))[0] == 421


@pytest.mark.parametrize("path", ["/alert/verdict", "/controls", "/rules/preview", "/rules/publish"])
def test_a_form_must_come_from_our_own_page(caller: Caller, bank: Bank, path: str) -> None:
    ours = f"http://127.0.0.1:{bank.served.port}"
    form = f"{FORM_TOKEN}={bank.served.desk.tokens.form}"
    for origin in ({}, {"Origin": "http://evil.example"}, {"Origin": "null"}):
        assert caller.ask(path, method="POST", data=form, more=origin)[0] == 403, origin
    assert caller.ask(path, method="POST", data="", Origin=ours)[0] == 403, "without the token of our forms"
    assert caller.ask(path, method="POST", data=f"{FORM_TOKEN}=guess", Origin=ours)[0] == 403
    assert caller.ask(path, method="POST", data=form + "&x=" + "x" * 300_000, Origin=ours)[0] == 413
    assert caller.ask(path, method="POST", data=form, cookie=False, Origin=ours)[0] == 403
    assert caller.ask(path)[0] == 405, "nothing is changed by an address"


def test_every_answer_forbids_what_it_does_not_need(caller: Caller) -> None:
    for path in PATHS:
        headers = caller.ask(path)[1]
        assert headers.items() >= {name.lower(): value for name, value in HEADERS.items()}.items(), path
        assert "server" not in headers
    policy = HEADERS["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'")
    assert "unsafe" not in policy


def test_a_form_leads_to_our_own_pages_alone(caller: Caller, bank: Bank) -> None:
    ours = f"http://127.0.0.1:{bank.served.port}"
    for target in ("//evil.example", "https://evil.example", "/\\evil.example", "javascript:x"):
        form = f"{FORM_TOKEN}={bank.served.desk.tokens.form}&undo=none&next={target}"
        status, headers, _ = caller.ask("/alert/verdict", method="POST", data=form, Origin=ours)
        assert (status, headers["location"]) == (303, "/alerts")
