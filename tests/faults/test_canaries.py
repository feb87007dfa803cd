"""Keys that are looked for everywhere: entered, used, refused, echoed by vendors and met by failures; then no piece of them stands anywhere."""

import base64
import hashlib
import json
import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from attrs import define, field, frozen
from dependency_injector import providers as injection

from modeldesk.adapters.outbound.addresses import allowed_hosts
from modeldesk.adapters.outbound.client import OutboundClient
from modeldesk.adapters.outbound.limits import OutboundLimits
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.ports.security import Vault
from modeldesk.entrypoints.settings import Settings
from tests.support.app import API, App, Client
from tests.support.asgi import Answer
from tests.support.canaries import WINDOW, blocks_of, canaries, hits, pieces
from tests.support.echoing_vendor import EchoingVendor
from tests.support.log_capture import Lines, logged
from tests.support.outbound_vendor import trusting_nobody
from tests.support.panel_canaries import pages_of
from tests.support.stores import upgraded

MASTER = base64.b64encode(hashlib.sha256(b"canaries").digest()).decode()
CLASSES = ("OpenAIProvider", "AnthropicProvider", "GoogleProvider", "CohereProvider", "GroqProvider", "MistralProvider")


@frozen
class BrokenVault:
    """Fails with the key in its hand, and says it; does everything else as the vault that it stands before."""

    vault: Vault

    def __getattr__(self, name: str) -> object:
        return getattr(self.vault, name)

    def seal(self, key: Secret, *_: object) -> bytes:
        raise ZeroDivisionError(f"while sealing {key.reveal()}", key.reveal().encode())


@define
class Searched:
    """A desk as it ships, with its vendor, its logs, and all that it answered."""

    app: App
    vendor: EchoingVendor
    folder: Path
    lines: Lines
    redis_url: str = ""
    answers: list[Answer] = field(factory=list)

    def ask(self, client: Client, method: str, path: str, body: object = None, **headers: str) -> Answer:
        self.answers.append(client.ask(method, path if path.startswith("/schema") else API + path, body, headers))
        return self.answers[-1]

    def sinks(self) -> dict[str, str]:
        """Everything that somebody may come to read, as texts."""
        answers = "\n".join(f"{answer.headers} {answer.body.decode('latin-1')}" for answer in self.answers)
        files = {path.name: path.read_bytes().decode("latin-1") for path in self.folder.rglob("*") if path.is_file()}
        return {"logs": self.lines.getvalue(), "answers": answers, "redis": self._dump(), **files}

    def _dump(self) -> str:
        if not self.redis_url:
            return ""
        from redis import Redis

        with Redis.from_url(self.redis_url) as client:
            names = list(client.scan_iter("*"))
            return "\n".join(f"{name!r} {(client.dump(name) or b'').decode('latin-1')}" for name in names)


@contextmanager
def searched(folder: Path, redis_url: str = "") -> Iterator[Searched]:
    """With the real client, the real vault, SQLite, and every logger at DEBUG."""
    vendor, url = EchoingVendor(), upgraded(folder / "desk.db")
    allowed = f"127.0.0.1:{vendor.port}"
    settings = Settings(home=folder, database_url=url, redis_url=redis_url, master_key=MASTER, allowed_hosts_outbound=allowed)
    app = App(SqlStore(url), settings)
    app.container.vendors.reset_override()
    app.container.vault.reset_override()
    client = OutboundClient(allowed_hosts(allowed), OutboundLimits(tries=1), tls=trusting_nobody())
    app.container.outbound.override(injection.Object(client))
    with logged(app.container.log_redaction(), debug=True) as lines, every_logger_at_debug(), app:
        app.fill()
        server = app.run(vendor.serve())
        try:
            yield Searched(app, vendor, folder, lines, redis_url)
        finally:
            server.close()
            app.run(client.close())


@contextmanager
def every_logger_at_debug() -> Iterator[None]:
    """Those too that we keep quiet."""
    loggers = [logger for logger in logging.Logger.manager.loggerDict.values() if isinstance(logger, logging.Logger)]
    before = [(logger, logger.level) for logger in loggers]
    try:
        for logger in loggers:
            logger.setLevel(logging.DEBUG)
        yield
    finally:
        for logger, level in before:
            logger.setLevel(level)


def live_through(desk: Searched, keys: list[str]) -> None:
    """A provider for each two keys, one of them everybody's and one of nima's; and everything that can happen to them."""
    sara, nima = desk.app.signed_in("sara"), desk.app.signed_in("nima")
    for number, (shared, own) in enumerate(zip(keys[::2], keys[1::2], strict=True)):
        slug = f"vendor-{number}"
        desk.app.put(
            {"slug": slug, "name": slug, "display_name": slug, "provider_class": CLASSES[number % len(CLASSES)],
             "api_base_url": f"http://127.0.0.1:{desk.vendor.port}/v1", "allow_shared_for_normal_admins": True,
             "capabilities": {"chat": {"supported": True, "has_dynamic_models": True}}}
        )  # fmt: skip
        for client, scope, key in ((sara, "shared", shared), (nima, "personal", own)):
            misled(desk, client, slug, scope, key)
            assert desk.ask(client, "PUT", f"/ai-providers/{slug}/key/", {"scope": scope, "api_key": key}).status == 200
            for _ in range(4):
                desk.ask(client, "POST", f"/ai-providers/{slug}/key/check/", {"scope": scope})
                desk.ask(client, "GET", f"/ai-models/browse-models/?provider={slug}&capability=chat&refresh=true&explain=true")
                desk.app.clock.forward(timedelta(minutes=2))
            desk.answers += pages_of(desk.app, slug, scope, key)
        desk.ask(sara, "GET", f"/ai-providers/{slug}/")
        desk.ask(sara, "GET", "/ai/dashboard/overview/")
        broken(desk, sara, slug, shared)
        sara, nima = desk.app.signed_in("sara"), desk.app.signed_in("nima")
    for path in ("/ai-providers/", "/ai-models/", "/ai/dashboard/overview/", "/schema", "/schema/openapi.json"):
        assert desk.ask(sara, "GET", path).status == 200


def misled(desk: Searched, client: Client, slug: str, scope: str, key: str) -> None:
    """Keys in the wrong member, in bodies that cannot be read, with a wrong type, at the wrong address."""
    path = f"/ai-providers/{slug}/key/"
    bodies: list[object] = [
        {"scope": key, "api_key": "x"},
        {"scope": key, "api_key": key},
        {key: scope},
        {"scope": scope, "api_key": key, key: 1},
        {"scope": scope, "api_key": [key]},
        {"scope": scope, "api_key": f"{key} {key}"},
        {"scope": scope, "api_key": f"{key}é"},
        {"scope": scope, "apikey": key},
        [key],
        key,
        json.dumps({"scope": scope, "api_key": key}).encode()[:-2],
        b'{"scope": "shared", "scope": "' + key.encode() + b'"}',
        f'{{"api_key": {key}}}'.encode(),
    ]
    for body in bodies:
        assert desk.ask(client, "PUT", path, body).status in (400, 422)
        assert desk.ask(client, "POST", path + "check/", body).status in (400, 403, 409, 422, 404)
        assert desk.ask(client, "DELETE", path, body).status in (200, 400, 403, 422)
    desk.ask(client, "PUT", path, {"scope": scope, "api_key": key}, **{"content-type": "text/plain"})
    desk.ask(client, "PUT", f"{path}?api_key={quote(key, safe='')}", {"scope": scope, "api_key": key})
    desk.ask(client, "PUT", "/ai-providers/nobody/key/", {"scope": scope, "api_key": key})
    desk.ask(client, "PATCH", f"/ai-providers/{slug}/", {"api_key": key})
    desk.ask(client, "POST", "/ai-models/select-model/", {"api_key": key})
    desk.ask(desk.app.client(), "POST", "/auth/login/", {"username": "sara", "password": key})
    desk.ask(desk.app.client(), "PUT", path, {"scope": scope, "api_key": key}, authorization=f"Bearer {key}")
    desk.app.clock.forward(timedelta(minutes=15))


def broken(desk: Searched, sara: Client, slug: str, key: str) -> None:
    """A database that fails in the middle, and mistakes of ours that tell all they know."""
    body, path = {"scope": "shared", "api_key": key}, f"/ai-providers/{slug}/key/"
    sara = desk.app.signed_in("sara")
    with without_table(desk.folder / "desk.db", "provider_keys"):
        for method in ("PUT", "DELETE"):
            assert desk.ask(sara, method, path, body if method == "PUT" else {"scope": "shared"}).status == 503
    with desk.app.container.vault.override(injection.Object(BrokenVault(desk.app.container.vault()))):
        assert desk.ask(sara, "PUT", path, body).status == 500


@contextmanager
def without_table(database: Path, table: str) -> Iterator[None]:
    with sqlite3.connect(database, timeout=10) as connection:
        connection.execute(f"ALTER TABLE {table} RENAME TO gone_{table}")
    try:
        yield
    finally:
        with sqlite3.connect(database, timeout=10) as connection:
            connection.execute(f"ALTER TABLE gone_{table} RENAME TO {table}")
        connection.close()


def found(desk: Searched, keys: list[str]) -> dict[str, list[str]]:
    """Pieces of keys by where they stand."""
    sought = set().union(*(pieces(key) for key in keys))
    blocks = blocks_of(sought)
    return {name: pieces_there for name, text in desk.sinks().items() if (pieces_there := hits(text, sought, blocks))}


def test_no_piece_of_a_key_stands_anywhere(tmp_path: Path) -> None:
    """Twelve keys of eight shapes, a provider of each class, lists in the process."""
    keys = canaries(seed=20261124)[::2]
    with searched(tmp_path) as desk:
        live_through(desk, keys)
        assert desk.vendor.asked > 50
        assert {"logs", "answers", "redis", "desk.db", "desk.db-wal"} <= set(desk.sinks())
        reported = desk.lines.getvalue()
        assert "while sealing ****" in reported
        assert "Traceback" in reported
        assert found(desk, keys) == {}


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    """Planted in each place, whole, encoded, or twelve characters of it."""
    key = canaries(seed=1)[0]
    with searched(tmp_path) as desk:
        assert found(desk, [key]) == {}
        (tmp_path / "dump").write_bytes(b"\x00\xff" + key[20:32].encode())
        assert list(found(desk, [key])) == ["dump"]
        logging.getLogger("x").warning("%s", canaries(seed=2)[0])
        assert list(found(desk, [canaries(seed=2)[0]])) == ["logs"]
        desk.answers.append(Answer(200, (("x", base64.b64encode(b"ab" + key.encode()).decode()),), b""))
        assert set(found(desk, [key])) == {"dump", "answers"}


def test_the_search_finds_it_wherever_it_begins() -> None:
    """At every offset, also at either end of a text."""
    sought = pieces(canaries(seed=1)[0])
    piece, blocks = min(sought), blocks_of(sought)
    for offset in range(3 * WINDOW):
        for after in ("", "~", "~" * WINDOW):
            assert hits("~" * offset + piece.upper() + after, sought, blocks) == [piece]


@pytest.mark.nightly
def test_many_canaries(tmp_path: Path, redis_url: str) -> None:
    """Ten seeds, lists in Redis."""
    begun, keys = time.perf_counter(), list[str]()
    for seed in range(10):
        folder = tmp_path / str(seed)
        folder.mkdir()
        mine = canaries(seed)
        with searched(folder, redis_url) as desk:
            live_through(desk, mine)
            assert desk.sinks()["redis"]
            assert found(desk, mine) == {}
            sizes = {name: len(text) for name, text in desk.sinks().items()}
        keys += mine
    print(json.dumps({"name": "canaries", "cases": len(keys), "violations": 0, "seconds": round(time.perf_counter() - begun, 1),
                      "seed": "0..9", "searched": sizes}))  # fmt: skip
