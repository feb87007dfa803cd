"""Reusing answers: never another caller's, never that of a forced read, and none that was made while something changed."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from attrs import define, evolve
from dependency_injector import providers as injection
from litestar import Request
from litestar.types import Message, Receive, Scope, Send

from modeldesk.adapters.deadline import deadline
from modeldesk.domain.model.access.admin import Admin, Role
from modeldesk.domain.model.access.session import Identity, Session
from modeldesk.domain.model.values.texts import SingleLineText
from modeldesk.entrypoints.api.answer_reuse import MOST_REUSED, REUSED, AnswerReuse
from modeldesk.entrypoints.api.conditional import ConditionalAnswers
from modeldesk.entrypoints.api.head_bounds import MOST_HEADERS
from modeldesk.entrypoints.api.request_deadline import REQUEST_SECONDS
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.metrics.families import REQUESTS
from tests.support.app import API, App, live_declared
from tests.support.log_capture import logged

FORCED = f"{API}/ai-models/browse-models/?provider=live&capability=chat&refresh=true"


@pytest.fixture
def app() -> Iterator[App]:
    with App() as made:
        yield made.fill()


def test_nobody_gets_the_answer_of_another(app: App) -> None:
    """Each caller's own is given again and again; whoever may not read is refused beside them."""
    callers = [app.signed_in("sara"), app.signed_in("nima"), app.program("read", name="reader")]
    resolver = app.program("resolve", name="resolver")
    tags = [{caller.get("/ai-providers/").tag for _ in range(3)} for caller in callers]
    assert [len(of_one) for of_one in tags] == [1, 1, 1]
    assert len(set[str]().union(*tags)) == 3
    assert (app.client().get("/ai-providers/").status, resolver.get("/ai-providers/").status) == (401, 403)


def test_a_forced_read_is_never_reused(app: App) -> None:
    """The vendor asked to be left alone for a while; then the next one reads its list."""
    app.put(live_declared("OpenAICompatibleProvider", "chat"))
    sara = app.signed_in()

    def models() -> list[str]:
        return [model["id"] for model in sara.ask("GET", FORCED).json["models"]]

    app.vendors.write("live", ["one"])
    assert models() == ["one"]
    app.vendors.ask_to_wait("live", app.clock.now + timedelta(seconds=30))
    assert [models() for _ in range(3)] == [["one"]] * 3
    app.vendors.write("live", ["two"])
    app.clock.forward(timedelta(seconds=31))
    assert models() == ["two"]


def test_a_head_that_is_refused_is_refused_again(app: App) -> None:
    """Too many headers, beside an answer that could be reused."""
    sara = app.signed_in()
    assert [sara.get("/ai-providers/").status for _ in range(3)] == [200] * 3
    assert sara.get("/ai-providers/", [(f"x-{number}", "x") for number in range(MOST_HEADERS)]).status == 431


def test_what_fails_where_an_answer_is_looked_for_is_reported(app: App) -> None:
    """By the long way, which fails as well, with a problem."""
    sara = app.signed_in()
    assert [sara.get("/ai-providers/").status for _ in range(3)] == [200] * 3
    with app.container.clock.override(injection.Object(broken)):
        answer = sara.get("/ai-providers/", {"x-request-id": "broken"})
    assert (answer.status, answer.json["request_id"]) == (500, "broken")


def test_looking_for_an_answer_and_the_long_way_share_a_deadline(app: App) -> None:
    """So that nobody waits twice as long while the database answers nobody."""
    sara, begun = app.signed_in(), list[float]()

    def noted(seconds: float) -> deadline:
        begun.append(seconds)
        return deadline(seconds)

    assert [sara.get("/ai-providers/").status for _ in range(3)] == [200] * 3
    with app.container.deadline.override(injection.Object(noted)), app.container.clock.override(injection.Object(broken)):
        assert sara.get("/ai-providers/").status == 500
    assert begun == [REQUEST_SECONDS]


def broken() -> None:
    raise ZeroDivisionError


def test_a_reused_answer_is_logged_and_counted_as_the_first_one(app: App) -> None:
    """With the path and the route that the router found, and the caller."""
    sara = app.signed_in()
    counters = app.container.measurements().counters
    with logged() as lines:
        for _ in range(4):
            sara.get("/ai-providers/acme/")
    told = [(line["method"], line["path"], line["status"], line["peer"], line["admin"]) for line in lines.written]
    assert told == [("GET", f"{API}/ai-providers/acme", 200, "127.0.0.1", "sara")] * 4
    assert counters.totals()[(REQUESTS.name, f"{API}/ai-providers/{{slug}}", "GET", "200")] == [4.0]


@define
class Route:
    """A route whose answers may be reused, and how often it was asked the long way."""

    app: App
    reuse: AnswerReuse
    caller: Identity
    other: int = 0
    meanwhile: Callable[[], None] | None = None
    asked: int = 0

    async def depends_on(self, _: Container) -> int:
        return self.other

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        scope["user"] = self.caller
        if self.meanwhile is not None:
            self.meanwhile()

        async def build() -> dict[str, object]:
            return {}

        prepared = await self.reuse.answers.answer(Request[Any, Any, Any](scope), build)
        await prepared(scope, receive, send)

    async def get(self, bearer: str = "x", method: str = "GET", host: bytes = b"desk") -> Scope:
        """Asks, without credentials if `bearer` is empty, and returns what is in the scope then."""
        credentials = [(b"authorization", b"Bearer " + bearer.encode())] if bearer else []
        scope: Any = {
            "type": "http",
            "method": method,
            "path": "/x",
            "raw_path": b"/x",
            "query_string": b"",
            "headers": [(b"host", host), *credentials],
            "path_template": "/x",
            "route_handler": SimpleNamespace(opt={REUSED: self.depends_on}),
        }

        async def receive() -> Any:
            raise AssertionError("a read has no body")

        async def send(_: Message) -> None:
            """Nobody looks at it."""

        if (found := await self.reuse.find(scope)) is not None:
            await found(scope, receive, send)
        else:
            await self.reuse.answer_and_keep(self.handle, scope, receive, send)
        result: Scope = scope
        return result

    def times(self, *bearers: str) -> int:
        """How many of these reads went the long way."""

        async def ask() -> None:
            for bearer in bearers:
                await self.get(bearer)

        before = self.asked
        self.app.run(ask())
        return self.asked - before


@pytest.fixture
def route(app: App) -> Route:
    admin, now = Admin(SingleLineText("sara"), Role.SUPER, "", True, app.clock.now), app.clock.now
    session = Session("digest", admin.name, "", now, now + timedelta(hours=12))
    return Route(app, AnswerReuse(app.container, ConditionalAnswers(app.container.store)), Identity(admin, session))


def test_a_reused_answer_has_its_caller(route: Route) -> None:
    """The log of requests names them."""
    assert route.times("x", "x") == 1
    assert route.app.run(route.get())["user"] is route.caller
    assert route.asked == 1


def test_only_reads_are_reused(route: Route) -> None:
    """Whatever else is asked of the same address goes the long way."""
    assert route.times("x", "x") == 1
    route.app.run(route.get(method="POST"))
    assert route.asked == 2


def test_only_callers_with_credentials_get_an_earlier_answer(route: Route) -> None:
    """Whom a route admits without them may depend on more than the request."""
    assert route.times("", "", "") == 3


def test_another_host_is_another_request(route: Route) -> None:
    """The framework refuses some."""
    assert route.times("x", "x") == 1
    route.app.run(route.get(host=b"a b"))
    assert route.asked == 2


def test_what_changes_while_an_answer_is_made_makes_it_useless(route: Route) -> None:
    """Also where it is as before again when the next one asks: the answer may speak of what was between."""

    def other() -> None:
        route.other += 1

    route.meanwhile = other
    assert route.times("x") == 1
    route.other, route.meanwhile = 0, None
    assert route.times("x", "x") == 1


def test_what_is_answered_over_midnight_is_not_kept(route: Route) -> None:
    """Not even for a clock that is set back then: whether a model has ended may be answered for either day."""
    before = route.app.clock.now = route.app.clock.now.replace(hour=23, minute=59, second=59)
    route.caller = evolve(route.caller, session=evolve(route.caller.session, created_at=before))
    assert route.times("at once", "at once") == 1
    route.meanwhile = lambda: route.app.clock.forward(timedelta(seconds=1))
    assert route.times("over midnight") == 1
    route.app.clock.now, route.meanwhile = before, None
    assert route.times("at once", "over midnight") == 1


def test_the_answers_that_are_kept_for_reuse_are_bounded(route: Route) -> None:
    """However many tokens ask; the last one's is among them."""
    bearers = [f"{number}" for number in range(MOST_REUSED + 1)]
    assert route.times(*bearers) == len(bearers)
    assert route.times(bearers[-1], bearers[0]) == 1
