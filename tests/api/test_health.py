"""Whether the process answers, whether it can answer truly, and what is said while the database cannot be used."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
from dependency_injector import providers as injection
from litestar.handlers import HTTPRouteHandler

from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.adapters.secrets.master_key import MasterKey, MasterKeys
from modeldesk.adapters.secrets.vault import KeyVault
from modeldesk.domain.errors import MasterKeyWrong, Reason
from modeldesk.entrypoints.settings import Settings
from tests.support.app import API, App, Client, live_declared
from tests.support.served_desk import until
from tests.support.servers import redis_server
from tests.support.stores import upgraded


def at(file: Path, busy_timeout: float = 0.01) -> App:
    return App(SqlStore(f"sqlite:///{file}", busy_timeout=busy_timeout))


def test_both_need_no_sign_in(anonymous: Client) -> None:
    """And no slash decides, nor GET or HEAD."""
    for path in ("/health/live", "/health/live/", "/health/ready", "/health/ready/"):
        answer = anonymous.ask("GET", path)
        assert (answer.status, answer.json, answer.one("cache-control")) == (200, {"status": "ok"}, "no-store")
        head = anonymous.ask("HEAD", path)
        assert (head.status, head.body) == (200, b"")


def test_neither_needs_what_the_framework_makes_for_the_first_answer(anonymous: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan of the arguments and of the response: a megabyte in each worker, which a probe asks first."""

    async def planned(*_: object, **__: object) -> NoReturn:
        pytest.fail("the framework makes the response")

    monkeypatch.setattr(HTTPRouteHandler, "to_response", planned)
    assert anonymous.ask("GET", "/health/live").json == anonymous.ask("GET", "/health/ready").json == {"status": "ok"}


def missing(file: Path) -> None:
    """Nothing was ever there."""


def empty(file: Path) -> None:
    file.touch()


def garbage(file: Path) -> None:
    file.write_bytes(b"not a database at all, but long enough to be read as one" * 40)


def folder(file: Path) -> None:
    file.mkdir()


def of_another_version(version: str) -> Callable[[Path], None]:
    def make(file: Path) -> None:
        upgraded(file)
        connection = sqlite3.connect(file)
        connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
        connection.commit()
        connection.close()

    return make


BROKEN = [
    (missing, "storage-unavailable"),
    (empty, "schema-mismatch"),
    (garbage, "storage-unavailable"),
    (folder, "storage-unavailable"),
    (of_another_version("0000"), "schema-mismatch"),
    (of_another_version("9999"), "schema-mismatch"),
]


@pytest.mark.parametrize(("make", "code"), BROKEN, ids=["missing", "empty", "garbage", "folder", "older", "newer"])
def test_a_database_that_cannot_be_used(tmp_path: Path, make: Callable[[Path], None], code: str, caplog: pytest.LogCaptureFixture) -> None:
    """The process lives and says so; it is not ready, and says that too: 503, Retry-After, never 500, on every route that needs it.

    Where the database is, and what the driver said, is for the log: strangers see these answers.
    """
    file = tmp_path / "home" / "desk.db"
    file.parent.mkdir()
    make(file)
    before = file.read_bytes() if file.is_file() else None
    with at(file) as app:
        client = app.client("x" * 43)
        assert client.ask("GET", "/health/live").status == 200
        assert client.ask("GET", "/schema").status == 200
        for answer in (
            client.ask("GET", "/health/ready"),
            client.get("/ai-providers/"),
            client.get("/auth/me/", {"if-none-match": "*"}),
            client.sign_in(),
            client.select(),
        ):
            assert (answer.status, answer.json["type"]) == (503, f"urn:modeldesk:problem:{code}")
            assert answer.one("retry-after") == "1"
            assert answer.one("content-type") == "application/problem+json"
            assert answer.one("cache-control") == "no-store"
            assert str(tmp_path) not in answer.body.decode()
    assert (file.read_bytes() if file.is_file() else None) == before, "what is there is not touched"
    assert file.exists() is (make is not missing)
    assert "not ready" in caplog.text
    if code == "storage-unavailable":
        assert str(file) in caplog.text


def test_a_server_that_is_not_there(caplog: pytest.LogCaptureFixture) -> None:
    """PostgreSQL that does not answer: the same, and its address and user stay in the application."""
    with App(SqlStore("postgresql://keeper:hidden-word@127.0.0.1:1/desk", busy_timeout=0.5)) as app:
        answer = app.client().ask("GET", "/health/ready")
        assert (answer.status, answer.json["type"]) == (503, "urn:modeldesk:problem:storage-unavailable")
        assert "127.0.0.1" not in answer.json["detail"]
        assert "hidden-word" not in answer.body.decode() + caplog.text


def test_it_recovers_by_itself(tmp_path: Path) -> None:
    """Once the database is there, the same process is ready."""
    file = tmp_path / "desk.db"
    with at(file) as app:
        assert app.client().ask("GET", "/health/ready").status == 503
        upgraded(file)
        assert app.client().ask("GET", "/health/ready").status == 200
        assert app.fill().client().sign_in().status == 200


def test_a_database_that_goes_away(tmp_path: Path) -> None:
    """While it is in use: refused from then on, not made anew."""
    file = tmp_path / "desk.db"
    upgraded(file)
    with at(file) as app:
        sara = app.fill().signed_in()
        for left in tmp_path.glob("desk.db*"):
            left.unlink()
        for answer in (app.client().ask("GET", "/health/ready"), sara.get("/ai-models/"), sara.select()):
            assert (answer.status, answer.one("retry-after")) == (503, "1")
    assert not file.exists()


def test_a_busy_database(tmp_path: Path) -> None:
    """Somebody else writes for longer than we wait: writes are told to come again, reads go on; afterwards everything does."""
    file = tmp_path / "desk.db"
    upgraded(file)
    with at(file, busy_timeout=0.05) as app:
        sara = app.fill().signed_in()
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        for answer in (
            sara.select(),
            sara.deselect(),
            sara.post("/ai/dashboard/cache/clear/"),
            app.client().sign_in(),
            sara.post("/auth/logout/"),
        ):
            assert (answer.status, answer.json["type"]) == (503, "urn:modeldesk:problem:storage-busy")
            assert answer.one("retry-after") == "1"
        assert sara.get("/ai-models/").json == {"count": 0, "models": []}
        assert app.client().ask("GET", "/health/ready").status == 200
        other.execute("ROLLBACK")
        other.close()
        assert sara.select().status == 200
        assert sara.ask("POST", f"{API}/auth/logout/").status == 200


def test_a_missing_master_key_is_a_warning(app: App, sara: Client, anonymous: Client) -> None:
    """Models are resolved without it, so the server stays ready, and tells strangers a code alone. Setting a key is a conflict until it is back."""
    ready, path = "/health/ready", "/api/admin/ai-providers/live/key/"
    body = {"api_key": "sk-0123456789-abcd", "scope": "shared"}
    app.put(live_declared("GroqProvider", "chat"))
    assert sara.ask("PUT", path, body).status == 200

    def unusable() -> MasterKeys:
        raise MasterKeyWrong(Reason("master-key-text"))

    with app.container.vault.override(injection.Object(KeyVault(MasterKey(tuple, tuple)))):
        answer = anonymous.ask("GET", ready)
        assert (answer.status, answer.json) == (200, {"status": "ok", "warning": "master-key-missing"})
        refused = sara.ask("PUT", path, body)
        assert (refused.status, refused.json["type"]) == (409, "urn:modeldesk:problem:master-key-missing")
    with app.container.vault.override(injection.Object(KeyVault(MasterKey(unusable, unusable)))):
        assert anonymous.ask("GET", ready).json == {"status": "ok", "warning": "master-key-wrong"}
    assert anonymous.ask("GET", ready).json == {"status": "ok"}
    assert sara.ask("PUT", path, body).status == 200


def test_without_redis_it_is_not_ready_and_goes_on() -> None:
    """Redis decides nothing: people sign in, read and write meanwhile. As soon as it is back, all is well, without a restart."""
    with redis_server() as server, App(settings=Settings(redis_url=server.url), is_reusable=False) as app:
        anonymous = app.fill().client()
        until(lambda: anonymous.ask("GET", "/health/ready").status == 200)  # a busy machine may answer late, and is left alone for a second
        server.kill()
        answer = anonymous.ask("GET", "/health/ready")
        assert (answer.status, answer.json["type"]) == (503, "urn:modeldesk:problem:cache-unavailable")
        assert answer.one("retry-after")
        assert anonymous.ask("GET", "/health/live").status == 200
        sara = app.signed_in()
        assert (sara.select("large").status, sara.get("/ai-models/").json["count"]) == (200, 1)
        server.start()
        until(lambda: anonymous.ask("GET", "/health/ready").json == {"status": "ok"})
