"""The device of a session: the program and system that signed in."""

from typing import Any

from tests.support.app import API, OTHER_PASSWORD, PASSWORD, App, Client

FIREFOX = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"}


def devices(client: Client) -> list[Any]:
    return [one["device"] for one in client.get("/sessions/").json["sessions"]]


def test_each_session_says_what_it_was_started_with(app: App, sara: Client) -> None:
    """Read from the User-Agent of the sign-in, not from later requests; without one it is empty."""
    body = {"username": "sara", "password": PASSWORD}
    for headers in (FIREFOX, {"user-agent": "curl/8.9"}):
        assert Client(app).ask("POST", f"{API}/auth/login", body, headers).status == 200
    assert sorted(devices(sara)) == ["", "Firefox on Linux", "curl"]


def test_a_new_password_keeps_the_device(sara: Client) -> None:
    """Its session is a new one of the same browser."""
    body = {"current": PASSWORD, "new": OTHER_PASSWORD}
    answer = sara.ask("POST", f"{API}/auth/password", body, FIREFOX)
    assert answer.status == 200
    sara.cookie = (answer.one("set-cookie") or "").partition("=")[2].partition(";")[0]
    assert devices(sara) == ["Firefox on Linux"]
