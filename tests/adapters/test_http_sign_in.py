"""How a browser comes in, over real connections: by the link, by the cookie, and not otherwise."""

import json
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from typing import Any

import pytest

from geoflow.adapters.http_guard import Rules
from geoflow.adapters.http_sign_in import SignIn
from tests.adapters.test_http_guard import Echo
from tests.cli.mcp_clients import PATIENCE, TOKEN, served

RULES = Rules(frozenset({"127.0.0.1", "localhost"}), TOKEN)
LINK = f"/?token={TOKEN}"
BROWSER = {"Accept": "text/html,*/*"}


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
def address(echo: Echo) -> Iterator[tuple[str, int]]:
    with served(SignIn(echo, RULES, 4364)) as url:
        host, _, port = url.removeprefix("http://").rpartition(":")
        yield host, int(port)


def ask(
    address: tuple[str, int], path: str, headers: dict[str, str] | None = None, method: str = "GET"
) -> tuple[HTTPResponse, str]:
    connection = HTTPConnection(*address, timeout=PATIENCE)
    connection.request(method, path, headers=headers or {})
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response, body


def cookie_of(address: tuple[str, int]) -> str:
    response, _ = ask(address, LINK)
    return str(response.getheader("set-cookie")).partition(";")[0]


def test_the_link_is_traded_for_a_cookie_and_an_address_without_the_token(address: tuple[str, int], echo: Echo) -> None:
    response, body = ask(address, f"/a//b c?token={TOKEN}&more=1".replace(" ", "%20"))
    assert (response.status, body, response.getheader("location")) == (303, "", "/a//b%20c")
    cookie = str(response.getheader("set-cookie"))
    assert cookie.startswith("geoflow_4364=")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} == set(cookie.split("; ")[1:])
    assert TOKEN not in cookie
    assert echo.reached == []
    assert ask(address, "/page", {"Cookie": f"other=1; {cookie.partition(';')[0]}"})[0].status == 200
    assert echo.reached == [("/page", b"")]


def test_the_link_leads_to_no_other_host(address: tuple[str, int]) -> None:
    for path in ("//evil.example/", "/\\evil.example/", "///evil.example", "/%2F/evil.example", "/%5Cevil.example"):
        response, _ = ask(address, f"{path}?token={TOKEN}")
        assert response.status == 303
        location = str(response.getheader("location"))
        assert location.startswith("/")
        assert not location.startswith(("//", "/\\")), path


def test_a_program_shows_the_token_itself(address: tuple[str, int], echo: Echo) -> None:
    assert ask(address, "/metrics", {"Authorization": f"Bearer {TOKEN}"})[0].status == 200
    assert echo.reached == [("/metrics", b"")]


REFUSED: list[tuple[str, dict[str, str], int]] = [
    ("/", {}, 401),
    ("/?token=wrong", {}, 401),
    ("/?token=", {}, 401),
    (f"/?token={TOKEN}&token=other", {}, 401),
    (f"/?token={TOKEN}", {"Authorization": "Bearer other"}, 401),
    ("/?token=%FF%00", {}, 401),
    ("/", {"Cookie": "geoflow_4364="}, 401),
    ("/", {"Cookie": f"geoflow_4364={TOKEN}"}, 401),
    ("/", {"Cookie": "geoflow_4364=\xe9; ;=;"}, 401),
    (LINK, {"Host": "evil.example"}, 421),
    (LINK, {"Origin": "http://evil.example"}, 403),
]


def test_who_was_not_let_in_gets_no_cookie_and_reaches_nothing(address: tuple[str, int], echo: Echo) -> None:
    for path, headers, status in REFUSED:
        response, body = ask(address, path, headers)
        assert (response.status, response.getheader("set-cookie")) == (status, None), (path, headers)
        error: dict[str, Any] = json.loads(body)["error"]
        assert error["fix"]
        assert TOKEN not in body
    assert echo.reached == []


def test_a_cookie_is_good_for_reading_alone_and_never_for_a_foreign_name(address: tuple[str, int], echo: Echo) -> None:
    cookie = {"Cookie": cookie_of(address)}
    assert ask(address, "/", cookie, "POST")[0].status == 401
    assert ask(address, "/", {**cookie, "Host": "evil.example"})[0].status == 421
    assert ask(address, "/", {**cookie, "Origin": "http://evil.example"})[0].status == 403
    assert ask(address, "/", {**cookie, "Authorization": "Bearer wrong"})[0].status == 401
    assert echo.reached == []
    assert ask(address, "/", cookie, "HEAD")[0].status == 200


def test_a_browser_without_a_token_is_told_where_the_link_is(address: tuple[str, int]) -> None:
    response, body = ask(address, "/", BROWSER)
    assert (response.status, response.getheader("content-type")) == (401, "text/html; charset=utf-8")
    assert "Open the link that <code>geoflow monitor serve</code> printed" in body
    assert ask(address, "/", {**BROWSER, "Host": "evil.example"})[0].status == 421


def test_a_cookie_holds_for_one_run(address: tuple[str, int], echo: Echo) -> None:
    with served(SignIn(echo, RULES, 4364)) as url:
        host, _, port = url.removeprefix("http://").rpartition(":")
        assert ask((host, int(port)), "/", {"Cookie": cookie_of(address)})[0].status == 401


def test_without_a_token_nobody_needs_one(echo: Echo) -> None:
    with served(SignIn(echo, RULES._replace(token=""), 4364)) as url:
        host, _, port = url.removeprefix("http://").rpartition(":")
        assert ask((host, int(port)), "/?token=x")[0].status == 200
        assert ask((host, int(port)), "/", {"Host": "evil.example"})[0].status == 421
