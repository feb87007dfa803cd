"""The application in this process, and visitors who ask it."""

import asyncio
import json
from collections.abc import Collection, Coroutine, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Self, TypeVar

import argon2
from attrs import define, evolve
from dependency_injector import providers as injection

from modeldesk.adapters.memory.contents import Contents
from modeldesk.adapters.memory.unit_of_work import InMemoryStore
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.adapters.secrets.passwords import Argon2Hasher
from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.catalogue.catalogue import ModelFacts
from modeldesk.domain.model.catalogue.lifecycle import LifecycleClaim
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.values.pricing import Pricing
from modeldesk.domain.model.values.texts import Slug
from modeldesk.entrypoints.api.conditional import ConditionalAnswers
from modeldesk.entrypoints.settings import Settings
from tests.support.asgi import Answer, asked, given_header
from tests.support.fake_vendors import FakeVendors, vault
from tests.support.manual_clock import NOON, ManualClock
from tests.support.remembered_signatures import remember_signatures
from tests.support.wired_apps import acquire, release

remember_signatures()

T = TypeVar("T")
Headers = Mapping[str, str] | Iterable[tuple[str, str]]

API = "/api/admin"
PASSWORD = "correct horse battery"
OTHER_PASSWORD = "another long password"
OWN_ORIGIN = "http://127.0.0.1:8000"
PANEL = "https://panel.example.org"
COOKIE = "admin_session_id"
NO_TYPE = ("content-type", "")
"""Among the headers of a request: its body comes without a type."""

LARGE = {"id": "large", "name": "Acme Large", "pricing": {"prompt": "2.5", "completion": "10"}, "context_length": 200_000}
DECLARED: Sequence[Mapping[str, Any]] = (
    {
        "slug": "acme",
        "name": "Acme",
        "display_name": "Acme AI",
        "description": "بهترین برای گفتگو",
        "api_base_url": "https://api.acme.example/v1",
        "website": "https://acme.example",
        "capabilities": {
            "chat": {"supported": True, "description": "talks", "models": [LARGE, "small", "tiny", "large"]},
            "image": {"supported": False},
            "video": {"supported": True, "has_dynamic_models": True},
            "content": {"supported": True},
        },
        "config": {"timeout": 60, "house": "rule"},
        "pricing_info": {"type": "pay_per_use", "minimum_credit": 5},
        "sort_order": 1,
        "is_recommended": True,
    },
    {"slug": "switched-off", "name": "Off", "display_name": "Off", "capabilities": {"chat": {"supported": True, "models": ["old"]}},
     "sort_order": 2, "is_active": False},
    {"slug": "open", "name": "Open", "display_name": "Open", "sort_order": 3},
)  # fmt: skip


def live_declared(provider_class: str, *capabilities: str, **fields: Any) -> dict[str, Any]:
    """A provider called `live` whose lists for these capabilities come from its vendor."""
    usual = {"slug": "live", "name": "Live", "display_name": "Live", "api_base_url": "https://api.live.example/v1", "sort_order": 4}
    listed = {name: {"supported": True, "has_dynamic_models": True} for name in capabilities}
    return {**usual, "provider_class": provider_class, "capabilities": listed, **fields}


class KnownMetadata:
    """Knows one model that the declaration names by its id alone, and that it is free; the third is unknown to everybody.

    It also knows when a model ends that no list holds.
    """

    def stamp(self) -> None:
        """It never changes."""

    def preload(self, slugs: Collection[str] = ()) -> None:
        """It is there already."""

    async def facts(self, provider: Provider) -> Mapping[str, ModelFacts]:
        free = Pricing(amounts={"prompt": Decimal(0), "completion": Decimal(0)})
        ends = LifecycleClaim("models.dev", date(2026, 11, 1), date(2026, 12, 31), replacement="large")
        known = {"small": ModelFacts("Acme Small", free, context_length=8_000), "ending": ModelFacts("Acme Ending", claims=(ends,))}
        return known if provider.slug == "acme" else {}


def cheap_hasher() -> "injection.Singleton[Argon2Hasher]":
    """The very class that ships, at a cost that a test can pay."""
    return injection.Singleton(Argon2Hasher, argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


class App:
    """The whole program but for the socket: container, desk, application, and a loop that lives as long as they do."""

    def __init__(
        self,
        store: InMemoryStore | SqlStore | None = None,
        settings: Settings | None = None,
        clock: ManualClock | None = None,
        *,
        is_reusable: bool = True,
    ) -> None:
        """`is_reusable=False` is for tests that change the application by more than requests."""
        self.clock = clock or ManualClock()
        self.store = store if store is not None else InMemoryStore()
        self.vendors = FakeVendors()
        self._wired = acquire(settings := settings or Settings(), self.clock, is_reusable=is_reusable)
        self._wired.configure(
            settings,
            store=injection.Object(self.store),
            metadata=injection.Object(KnownMetadata()),
            hasher=cheap_hasher(),
            vendors=injection.Object(self.vendors),
            vault=injection.Object(vault()),
        )
        self.container, self.litestar = self._wired.container, self._wired.litestar()
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        self.run(self._start())
        return self

    def __exit__(self, *failure: object) -> None:
        self.run(self._stop())
        self.close()

    def close(self) -> None:
        """Ends the loop. Of one that was entered, leaving does it."""
        self._runner.close()
        release(self._wired)

    async def _start(self) -> None:
        started, self._ending = asyncio.Event(), asyncio.Event()

        async def living() -> None:
            # Start and end happen in one task, as a server has it.
            async with self.litestar.lifespan():
                started.set()
                await self._ending.wait()

        self._life = asyncio.create_task(living())
        self._life.add_done_callback(lambda _: started.set())
        await started.wait()
        if self._life.done():
            self._life.result()  # a start that failed says why

    async def _stop(self) -> None:
        self._ending.set()
        await self._life
        await self.store.close()  # the container closes what it made itself

    def run(self, story: Coroutine[Any, Any, T]) -> T:
        """Runs a coroutine to its end, in the loop of the application."""
        # Not by `Runner.run`: its signal handler takes three times as long as the loop.
        return self._runner.get_loop().run_until_complete(story)

    def fill(self) -> Self:
        """Two admins and three providers."""
        self.put(*DECLARED)
        password = PASSWORD if self.container.settings().password_sign_in else None
        self.run(self.container.admins().create("sara", password, Role.SUPER))
        self.run(self.container.admins().create("nima", password, Role.NORMAL))
        return self

    @property
    def kept(self) -> ConditionalAnswers:
        """The answers that the application keeps."""
        kept: ConditionalAnswers = self.litestar.dependencies["services"].dependency().answers
        return kept

    def renew(self, contents: Contents) -> Self:
        """As it was when the desk in memory held these contents, and nobody had asked anything."""
        assert isinstance(self.store, InMemoryStore)
        self.store.contents, self.clock.now = contents, NOON
        self.kept.clear()
        self._wired.reset_measurements()
        self.vendors.forget()
        made = self.container
        for one in (
            made.list_cache,
            made.refresh_schedule,
            made.list_recorder,
            made.list_refresh,
            made.live_lists,
            made.catalogue_cache,
            made.selection,
            made.dashboard,
            made.import_worker,
            made.json_worker,
            made.list_worker,
            made.request_counts,
        ):
            one.reset()
        return self

    def put(self, *declared: Mapping[str, Any]) -> None:
        converter = self.container.converter()

        async def put() -> None:
            async with self.store.unit_of_work() as work:
                await work.providers.put([converter.structure(entry, Provider) for entry in declared])
                await work.commit()

        self.run(put())

    def spoil_key(self, slug: str, owner: str | None) -> None:
        """A bit of a sealed key flips."""

        async def spoil() -> None:
            async with self.store.unit_of_work() as work:
                key = await work.keys.get(Slug(slug), owner)
                assert key is not None
                await work.keys.put(evolve(key, sealed=key.sealed[:-1] + bytes([key.sealed[-1] ^ 1])))
                await work.commit()

        self.run(spoil())

    def client(self, cookie: str | None = None) -> "Client":
        return Client(self, cookie)

    def signed_in(self, name: str = "sara") -> "Client":
        client = self.client()
        assert client.sign_in(name).status == 200
        return client

    def program(self, *scopes: str, name: str = "nightly", days: int = 90) -> "Client":
        """Asks with a token of these scopes, which sara made."""
        made = self.signed_in().post("/tokens/", {"name": name, "scopes": scopes, "expires_in_days": days})
        assert made.status == 200
        return Client(self, bearer=made.json["token"])

    def sessions(self) -> Mapping[str, Any]:
        """Those that are kept, by digest."""
        return self.run(self.store.current()).access.sessions


@define
class Client:
    """A browser or a program with its own cookie, or a program with a token. `get` and `post` ask below /api/admin, `ask` anywhere."""

    app: App
    cookie: str | None = None
    bearer: str | None = None

    def get(self, path: str, headers: Headers = ()) -> Answer:
        return self.ask("GET", API + path, headers=headers)

    def post(self, path: str, body: object = None, headers: Headers = ()) -> Answer:
        return self.ask("POST", API + path, body, headers)

    def sign_in(self, name: str = "sara", password: str = PASSWORD, headers: Headers = ()) -> Answer:
        return self.post("/auth/login/", {"username": name, "password": password}, headers)

    def token(self) -> str:
        return str(self.get("/auth/me/").json["csrf_token"])

    def select(self, model: str = "large", provider: str = "acme", capability: str = "chat", **more: object) -> Answer:
        return self.post("/ai-models/select-model/", {"provider": provider, "capability": capability, "model_id": model, **more})

    def deselect(self, provider: str = "acme", capability: str = "chat") -> Answer:
        return self.post("/ai-models/deselect-model/", {"provider": provider, "capability": capability})

    def ask(self, method: str, path: str, body: object = None, headers: Headers = ()) -> Answer:
        return self.app.run(self.asking(method, path, body, headers))

    async def asking(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: Headers = (),
        *,
        announced: bool = True,
        after: asyncio.Event | None = None,
        leaves: bool = False,
        peer: str = "127.0.0.1",
    ) -> Answer:
        """One request. `announced` False leaves out the length; the body comes `after` something happened; who `leaves` does not end it."""
        given = [(name.lower(), value) for name, value in (headers.items() if isinstance(headers, Mapping) else headers)]
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        if data and not any(name == "content-type" for name, _ in given):
            given.append(("content-type", "application/json"))
        if data and announced and not any(name == "content-length" for name, _ in given):
            given.append(("content-length", str(len(data))))
        if self.cookie is not None:
            given.append(("cookie", f"{COOKIE}={self.cookie}"))
        if self.bearer is not None:
            given.append(("authorization", f"Bearer {self.bearer}"))
        coming = [{"type": "http.request", "body": data[:1], "more_body": True}]
        coming.append({"type": "http.disconnect"} if leaves else {"type": "http.request", "body": data[1:], "more_body": False})
        answer = await asked(
            self.app.litestar, method, path, [given_header(*pair) for pair in given if pair != NO_TYPE], coming, after, peer
        )
        for cookie in answer.all("set-cookie"):
            self.cookie = cookie.partition(";")[0].partition("=")[2].strip('"') or None
        return answer


def lasting(contents: Contents) -> Contents:
    """What a desk holds, but for when sessions and tokens were used last, and for those that have expired, which may be forgotten at any time."""
    return evolve(
        contents,
        generation=evolve(contents.generation, access=0),
        sessions={digest: session for digest, session in contents.sessions.items() if session.expires_at > NOON},
        tokens={digest: token for digest, token in contents.tokens.items() if token.expires_at > NOON},
        session_uses={},
        token_uses={},
    )
