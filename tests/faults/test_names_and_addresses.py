"""Who did what, and from where, stands in the audit log in a form that nobody can make up."""

import ipaddress
from collections.abc import Iterator
from datetime import timedelta

import pytest

from modeldesk.adapters.memory.unit_of_work import InMemoryStore
from modeldesk.entrypoints.settings import Settings
from tests.support.app import API, OTHER_PASSWORD, App, Client

PROXY = "10.0.0.1"


@pytest.fixture(scope="module")
def app() -> Iterator[App]:
    """Filled, behind a proxy: sara is super."""
    with App(InMemoryStore(), Settings(trusted_proxies=(ipaddress.ip_network(f"{PROXY}/32"),))) as app:
        yield app.fill()


@pytest.fixture(scope="module")
def sara(app: App) -> Client:
    return app.signed_in("sara")


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("cli\u200b", 422),
        ("\u0441li", 422),
        ("\u0441\u04cf\u0456", 422),
        ("CLI", 422),
        ("root\u200e", 422),
        ("root\u202e", 422),
        ("Sara", 409),
        ("SARA", 409),
        ("\uff53ara", 409),
    ],
)
def test_no_further_admin_looks_like_another_one(sara: Client, name: str, status: int) -> None:
    """Nor like the command line: invisible characters and mixed scripts are refused, other spellings of a name are taken."""
    answer = sara.post("/admins/", {"username": name, "password": OTHER_PASSWORD, "role": "normal"})
    assert answer.status == status
    assert sorted(entry["username"] for entry in sara.get("/admins/").json["admins"]) == ["nima", "sara"]


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("fe80::1%" + "a" * 60, "fe80::1"),
        ("fe80::1%\x9b31m", "fe80::1"),
        ("FE80:0:0::1", "fe80::1"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%" + "a" * 20_000, PROXY),
    ],
)
def test_an_address_is_stored_as_what_it_is(app: App, sent: str, stored: str) -> None:
    """Without its zone, which may be any text, in one spelling; what is no address is the proxy's."""
    body = {"username": "nima", "password": "a wrong password"}
    app.clock.now += timedelta(minutes=20)  # attempts before are forgotten
    answer = app.run(app.client().asking("POST", f"{API}/auth/login/", body, {"x-forwarded-for": sent}, peer=PROXY))
    assert answer.status == 401
    (entry,) = app.signed_in("sara").get("/audit/?action=sign-in-failed&limit=1").json["entries"]
    assert entry["address"] == stored
