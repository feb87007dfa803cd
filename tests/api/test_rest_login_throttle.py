"""Attempts to sign in over REST: counted by account and by the address that a request really comes from, on every worker."""

from datetime import timedelta

import pytest
from attrs import evolve

from modeldesk.entrypoints.client_address import client_address
from modeldesk.entrypoints.setting_sources import SettingWrong
from modeldesk.entrypoints.settings import Settings, load_settings
from tests.support.app import API, OTHER_PASSWORD, PASSWORD, App, Client
from tests.support.asgi import Answer

PROXIES = load_settings({"MODELDESK_TRUSTED_PROXIES": "10.0.0.0/8, fd00::/8 192.0.2.1"}).trusted_proxies


def tries(app: App, name: str = "sara", password: str = OTHER_PASSWORD, peer: str = "127.0.0.1", forwarded: str = "") -> Answer:
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    body = {"username": name, "password": password}
    return app.run(app.client().asking("POST", f"{API}/auth/login/", body, headers, peer=peer))


@pytest.mark.parametrize("name", ["sara", "nobody"])
def test_after_five_failures_there_is_a_wait(app: App, name: str) -> None:
    """429 with Retry-After, the same to the byte for a name that nobody has; after it the next one is heard."""
    assert [tries(app, name).status for _ in range(6)] == [401] * 5 + [429]
    answer = tries(app, name)
    assert (answer.json["type"], answer.one("retry-after")) == ("urn:modeldesk:problem:too-many-attempts", "1")
    assert answer.json["detail"] == "too many attempts to sign in; try again in 1 s"
    app.clock.forward(timedelta(seconds=1))
    assert [tries(app, name).status for _ in range(2)] == [401, 429]


def test_the_right_password_has_to_wait_too_and_is_heard_then(app: App) -> None:
    """Whoever guesses right learns nothing during the wait; the owner waits no longer than it says."""
    for _ in range(5):
        tries(app)
    answer = tries(app, password=PASSWORD, peer="203.0.113.9")
    assert answer.status == 429
    app.clock.forward(timedelta(seconds=int(answer.one("retry-after") or "")))
    assert tries(app, password=PASSWORD, peer="203.0.113.9").status == 200


def test_a_header_that_anybody_may_write_is_not_believed(app: App) -> None:
    """Without trusted proxies the other end of the connection counts, whatever it says of itself."""
    statuses = [tries(app, f"name-{number}", forwarded=f"198.51.100.{number}").status for number in range(7)]
    assert statuses == [401] * 5 + [429] * 2


def test_behind_a_trusted_proxy_its_word_counts() -> None:
    """Everybody behind it is counted for themselves, and stands in their sessions with their own address."""
    with App(settings=Settings(trusted_proxies=PROXIES)) as app:
        app.fill()
        statuses = [tries(app, f"name-{number}", peer="10.0.0.1", forwarded=f"198.51.100.{number}").status for number in range(20)]
        assert statuses == [401] * 20
        assert [tries(app, f"x-{number}", peer="10.0.0.1", forwarded="203.0.113.5").status for number in range(6)] == [401] * 5 + [429]
        sara = Client(app)
        body = {"username": "sara", "password": PASSWORD}
        app.run(sara.asking("POST", f"{API}/auth/login/", body, {"x-forwarded-for": "203.0.113.7"}, peer="10.0.0.1"))
        assert sara.get("/sessions/").json["sessions"][0]["address"] == "203.0.113.7"


@pytest.mark.parametrize(
    ("client", "forwarded", "peer"),
    [
        ("203.0.113.1", [], "203.0.113.1"),
        ("203.0.113.1", ["198.51.100.1"], "203.0.113.1"),
        ("10.1.2.3", [], "10.1.2.3"),
        ("10.1.2.3", ["198.51.100.1"], "198.51.100.1"),
        ("10.1.2.3", ["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
        ("10.1.2.3", ["1.1.1.1", "198.51.100.1"], "198.51.100.1"),
        ("10.1.2.3", ["1.1.1.1, 198.51.100.1, 10.9.9.9"], "198.51.100.1"),
        ("10.1.2.3", ["10.5.5.5, 10.9.9.9"], "10.5.5.5"),
        ("10.1.2.3", ["1.1.1.1, nonsense"], "10.1.2.3"),
        ("10.1.2.3", ["1.1.1.1, "], "10.1.2.3"),
        ("10.1.2.3", ["nonsense, 198.51.100.1"], "198.51.100.1"),
        ("10.1.2.3", ["\xff\x00, 198.51.100.1"], "198.51.100.1"),
        ("10.1.2.3", ["198.51.100.1:4711"], "198.51.100.1"),
        ("10.1.2.3", ["[2001:db8::1]:4711"], "2001:db8::1"),
        ("10.1.2.3", ["2001:DB8:0::1"], "2001:db8::1"),
        ("::ffff:10.1.2.3", ["198.51.100.1"], "198.51.100.1"),
        ("fd00::1", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("192.0.2.1", ["198.51.100.1"], "198.51.100.1"),
        ("192.0.2.2", ["198.51.100.1"], "192.0.2.2"),
        ("10.1.2.3", ["1.1.1.1, " + ", ".join(["10.0.0.1"] * 1_000)], "10.0.0.1"),
        ("10.1.2.3", ["fe80::1%eth0"], "fe80::1"),
        ("10.1.2.3", ["[FE80:0::1%25eth0]:80"], "fe80::1"),
        ("10.1.2.3", ["fe80::1%\x9b31m"], "fe80::1"),
        ("10.1.2.3", ["fe80::1%" + "a" * 60_000], "10.1.2.3"),
        ("10.1.2.3", ["198.51.100.1%eth0"], "10.1.2.3"),
        ("fe80::1%eth0", [], "fe80::1"),
        ("x" * 200, [], "x" * 128),
        ("testclient", ["198.51.100.1"], "testclient"),
        (None, ["198.51.100.1"], "unknown"),
    ],
)
def test_where_a_request_really_comes_from(client: str | None, forwarded: list[str], peer: str) -> None:
    """The rightmost hop that is no trusted proxy; what stands left of it was written by anybody."""
    headers = [(b"x-forwarded-for", value.encode("latin-1")) for value in forwarded]
    scope = {"type": "http", "client": (client, 5) if client else None, "headers": headers}
    assert client_address(scope, PROXIES) == peer  # type: ignore[arg-type] # as much of a scope as is looked at


@pytest.mark.parametrize("value", ["10.0.0.0/33", "proxy.example.org", "10.0.0.1/8", "*", "10.0.0.0/8;fd00::/8"])
def test_a_wrong_list_of_proxies_is_told(value: str) -> None:
    """In one line, by the name of the setting: a slip here would let anybody write where they come from."""
    with pytest.raises(SettingWrong) as refusal:
        load_settings({"MODELDESK_TRUSTED_PROXIES": value})
    assert refusal.value.setting == "MODELDESK_TRUSTED_PROXIES"
    assert refusal.value.reason.code == "network-malformed"


def test_behind_proxies_the_cookie_goes_over_https_alone() -> None:
    """Also on a loopback bind: what is told to trust proxies is behind one."""
    assert not Settings().secure_cookie
    assert Settings(trusted_proxies=PROXIES).secure_cookie
    assert not evolve(Settings(trusted_proxies=PROXIES), cookie_secure=False).secure_cookie


def test_both_workers_count_together(stored: App, other_worker: App) -> None:
    """On both databases: three here and two there are five; and refused ones raise no number that somebody reads anew for."""
    before = stored.run(stored.store.current()).generation
    statuses = [tries(app).status for app in (stored, other_worker, stored, other_worker, stored)]
    assert statuses == [401] * 5
    assert [tries(stored).status, tries(other_worker).status] == [429, 429]
    assert stored.run(stored.store.current()).generation == before
    stored.clock.forward(timedelta(minutes=5))
    assert tries(other_worker, password=PASSWORD).status == 200
