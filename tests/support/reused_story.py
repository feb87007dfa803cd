"""An application whose answers are compared: what was reused is asked again in a way that nobody asked before."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

from attrs import define, evolve
from dependency_injector import providers as injection

from modeldesk.adapters.memory.contents import Contents
from modeldesk.domain.model.catalogue.catalogue import ModelFacts
from modeldesk.domain.model.providers.provider import Provider
from tests.support.app import API, DECLARED, App, Client, KnownMetadata
from tests.support.asgi import Answer
from tests.support.manual_clock import NOON

TARGETS = (
    f"{API}/ai-providers/",
    f"{API}/ai-providers",
    f"{API}/ai-providers/?limit=1",
    f"{API}/ai-providers/acme/",
    f"{API}/ai-models/",
    f"{API}/ai-models/browse-models/?provider=acme&capability=chat",
    f"{API}/ai-models/browse-models/?provider=live&capability=chat",
    f"{API}/ai-models/browse-models/?provider=live&capability=chat&refresh=true",
    f"{API}/ai/dashboard/overview/",
    f"{API}/ai-uses/",
    "/api/resolve/acme/chat",
    "/api/resolve/live/chat",
    "/api/resolve/acme/chat?explain=true",
    "/v1/models",
)


CALLERS = ("sara", "nima", "resolver", "reader", "nobody")


BEGIN = NOON + timedelta(hours=1)
"""A session does not end at midnight."""


@define
class ChangingMetadata:
    """Names models as it was last told, and knows when one of them ends. Stands for the file that is kept, too."""

    number: int = 0

    def stamp(self) -> int:
        return self.number

    async def facts(self, provider: Provider) -> Mapping[str, ModelFacts]:
        return {**await KnownMetadata().facts(provider), "small": ModelFacts(f"Small {self.number}")} if provider.slug == "acme" else {}


@define
class Story:
    """An application, those who ask it, and how many answers were reused.

    `contents` are those of a desk in memory, with which a story begins anew. Where there is a `writer`, another process over the same database,
    it makes the changes.
    """

    app: App
    metadata: ChangingMetadata
    callers: dict[str, Client]
    contents: Contents | None = None
    writer: App | None = None
    identified: int = 0
    reused: int = 0
    asked: int = 0

    def begin(self) -> None:
        """As it was when everybody had just signed in, and this process knew nothing."""
        assert self.contents is not None
        self.app.renew(self.contents)
        container = self.app.container
        for known in (container.session_uses, container.token_uses, container.known_callers, container.request_counts):
            known.reset()
        self.app.vendors.write("live", ["one", "two"])
        self.app.clock.now = BEGIN

    def read(self, caller: str, target: str, further: Mapping[str, str], *, holds_tag: bool = False) -> None:
        """Reads as a caller does; what was reused is asked again in a way that nobody asked before."""
        client = self.callers[caller]
        headers = dict(further)
        if holds_tag and (tag := self._ask(client, target, {}).one("etag")) is not None:
            headers["if-none-match"] = tag
        before = self.identified, len(self.app.vendors.asked)
        answer = self._ask(client, target, headers)
        # Who waited for the vendor is told so, also where the caller is remembered; the next one comes from the cache.
        if (self.identified, len(self.app.vendors.asked)) != before or caller == "nobody":
            return
        self.reused += 1
        assert seen(answer) == seen(self._ask(client, target, headers, is_new=True))

    def _ask(self, client: Client, target: str, headers: Mapping[str, str], *, is_new: bool = False) -> Answer:
        self.asked += 1
        # Cookies of others are nobody's business, but make it a request that no answer is kept for.
        other = [("cookie", f"other={self.asked}")] if is_new else []
        return client.ask("GET", target, headers=[*headers.items(), *other])

    def write(self, what: str) -> None:
        writer = self.writer or self.app
        sara = writer.signed_in("sara") if what not in ("forget", "evict", "metadata", "declare", "vendor") else self.callers["sara"]
        match what:
            case "select":
                sara.select("large")
                sara.select("one", "live")
            case "select another":
                sara.select("small")
            case "select ending":
                sara.select("ending")
            case "deselect":
                sara.deselect()
            case "declare":
                writer.put({**DECLARED[0], "description": f"another {self.asked}"})
            case "vendor":
                self.app.vendors.write("live", [f"model-{self.asked}"])
            case "sign out":
                evolve(self.callers["nima"], app=writer).post("/auth/logout/")
            case "sign in":
                nima = writer.client()
                nima.sign_in("nima")  # who may be disabled
                self.callers |= {"sara": evolve(sara, app=self.app), "nima": evolve(nima, app=self.app)}
            case "disable" | "enable":
                sara.ask("PATCH", f"{API}/admins/nima/", {"is_active": what == "enable"})
            case "role":
                sara.ask("PATCH", f"{API}/admins/nima/", {"role": "super"})
            case "revoke":
                sara.ask("DELETE", f"{API}/tokens/resolver/")
            case "clear":
                sara.post("/ai/dashboard/cache/clear/")
            case "forget":
                self.app.kept.clear()
            case "evict":
                self.app.container.list_cache().drop(None)
            case "metadata":
                self.metadata.number += 1


def seen(answer: Answer) -> object:
    """Status, headers and body, but for what is of one request."""
    return answer.status, [pair for pair in answer.headers if pair[0] not in ("x-request-id", "date")], answer.body


@contextmanager
def identifications_noted(story: Story) -> Iterator[None]:
    """Notes each request whose caller is identified: it goes the long way."""
    container = story.app.container

    def noted(made: Any) -> Any:
        story.identified += 1
        return made

    with ExitStack() as overridden:
        for service in (container.sign_in, container.api_tokens):
            copied = injection.Factory(service.provides, *service.args, **service.kwargs)
            overridden.enter_context(service.override(injection.Callable(noted, copied)))
        yield


def fill_desk(app: App, metadata: ChangingMetadata) -> dict[str, Client]:
    """Admins, providers, a live list, and everybody who asks: signed in, or with a token."""
    app.fill()
    app.container.kept_metadata.override(injection.Object(metadata))
    app.container.metadata.override(injection.Object(metadata))
    listed = {"chat": {"supported": True, "has_dynamic_models": True}}
    app.clock.now = BEGIN
    app.put({"slug": "live", "name": "L", "display_name": "L", "api_base_url": "https://live.example", "capabilities": listed})
    callers = {"sara": app.signed_in("sara"), "nima": app.signed_in("nima"), "nobody": app.client("no-such-session")}
    for name, scope in (("resolver", "resolve"), ("reader", "read")):
        callers[name] = app.program(scope, name=name)
    return callers


def begun(filled: Story) -> Story:
    story = evolve(filled, callers={name: evolve(client) for name, client in filled.callers.items()})
    story.begin()
    return story


Operations = list[tuple[Any, ...]]


def follow(story: Story, operations: Operations) -> None:
    with identifications_noted(story):
        for operation, *words in operations:
            if operation == "write":
                story.write(*words)
            elif operation == "step":
                story.app.clock.forward(*words)
            else:
                caller, target, further, holds_tag, times = words
                for _ in range(times):
                    story.read(caller, target, further, holds_tag=holds_tag)
