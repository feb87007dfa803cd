"""Every page and form of the panel beside every kind of visitor: who may is let through, who may not is told so and changes nothing.

The routes are those that the application has; who may is written down in `panel_rights_table`.
"""

import re
from collections.abc import Iterator, Mapping

import pytest
from attrs import evolve, frozen
from litestar.handlers import BaseRouteHandler

from modeldesk.adapters.memory.contents import Contents
from modeldesk.adapters.memory.unit_of_work import InMemoryStore
from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.access.api_token import ApiToken
from modeldesk.domain.model.access.credential_digest import credential_digest
from modeldesk.domain.model.access.permissions import Scope, has_right
from modeldesk.domain.model.access.session import Session
from modeldesk.domain.model.values.texts import SingleLineText
from modeldesk.entrypoints.panel import csrf
from modeldesk.entrypoints.rights import declared_right
from tests.support.app import COOKIE, NOON, PASSWORD, App, lasting
from tests.support.asgi import Answer
from tests.support.cases import try_all
from tests.support.panel_client import PanelClient, text_of
from tests.support.panel_rights import ADMINS, EVERYBODY, PREVIEWED, ROWS, STRANGERS, SUPER, Row

PEOPLE = {"super": "sara", "normal": "nima", "ended session": "nima", "disabled admin": "zoe"}
"""Whose session it is."""

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
CSRF = "csrf"


@frozen
class World:
    """A house, and what its desk holds when everybody has come in."""

    app: App
    contents: Contents

    def renewed(self) -> App:
        return self.app.renew(self.contents)

    def asked(self, who: str, method: str, row: Row) -> Answer:
        client = PanelClient(self.app, {COOKIE: who.replace(" ", "-")} if who in PEOPLE else {})
        bearer = {"authorization": "Bearer token-admin"} if who == "token admin" else {}
        if method == "GET":
            return client.get(row.path, bearer)
        fields = dict(row.fields)
        if fields.get("digest") == PREVIEWED:
            fields["digest"] = self.previewed(fields)
        return client.post(row.path, {**fields, csrf.FIELD: csrf.mask(CSRF)}, bearer)

    def previewed(self, fields: Mapping[str, str]) -> str:
        """The digest of the plan of this form, as a super admin is shown it."""
        shown = PanelClient(self.app, {COOKIE: "super"}).post("/admin/import", {**fields, "act": "look", csrf.FIELD: csrf.mask(CSRF)})
        found = re.search(r'name="digest" value="([0-9a-f]{64})"', text_of(shown))
        assert found
        return found[1]


@pytest.fixture(scope="module")
def world(built: tuple[App, Contents]) -> Iterator[World]:
    """Everybody in it has a session or a token that is known here, also those whom it helps no more."""
    app, contents = built
    app.renew(contents)
    app.run(come_in(app))
    assert isinstance(app.store, InMemoryStore)
    yield World(app, app.store.contents)
    app.renew(contents)


async def come_in(app: App) -> None:
    await app.container.admins().create("zoe", PASSWORD, Role.SUPER)
    async with app.store.unit_of_work() as work:
        zoe = await work.accounts.admin("zoe")
        assert zoe is not None
        await work.accounts.put(evolve(zoe, is_active=False))
        for who, name in PEOPLE.items():
            ends = NOON if who == "ended session" else NOON.replace(day=25)
            await work.sessions.begin(Session(credential_digest(who.replace(" ", "-")), SingleLineText(name), CSRF, NOON, ends))
        token = ApiToken(
            credential_digest("token-admin"),
            SingleLineText("token admin"),
            SingleLineText("sara"),
            frozenset(Scope),
            NOON,
            NOON.replace(day=25),
            "text",
        )
        await work.tokens.add(token)
        await work.commit()


def held(app: App) -> Contents:
    """What the desk holds, when everything behind the answers is done."""
    app.run(app.container.background().close())
    app.run(app.container.background().close())
    assert isinstance(app.store, InMemoryStore)
    return lasting(app.store.contents)


def operations(app: App) -> dict[str, BaseRouteHandler]:
    """Every method and path of the panel that the application serves, and its handler."""
    found = dict[str, BaseRouteHandler]()
    for route in app.litestar.routes:
        if f"{route.path}/".startswith("/admin/"):
            path = re.sub(r"{(\w+):\w+}", r"{\1}", route.path)
            for handler in route.route_handlers:  # type: ignore[union-attr] # all routes of ours are HTTP
                found |= {f"{method} {path}": handler for method in handler.http_methods & METHODS}
    return found


def test_every_route_has_a_row(app: App) -> None:
    """And every row a route: a page that nobody said who may open it fails here."""
    assert set(operations(app)) == set(ROWS)


def test_the_gate_alone_lets_nobody_else_through(app: App) -> None:
    """Each route requires a right that exactly the admins of its rows have: what a service checks once more, the gate has refused before."""
    served = operations(app)

    def judge_gate(operation: str) -> None:
        right = declared_right(served[operation])
        let_through = {who for who in ADMINS if has_right(right, Role.SUPER if who == "super" else Role.NORMAL)}
        assert let_through == {who for row in ROWS[operation] for who in row.allowed} & ADMINS, right

    try_all(judge_gate, ROWS)


def test_the_groups_hold_everybody() -> None:
    """Each visitor stands in one of them."""
    assert {*PEOPLE, "anonymous", "token admin"} == EVERYBODY
    assert len(EVERYBODY) == len(ADMINS) + len(STRANGERS)
    assert SUPER < ADMINS


@pytest.mark.parametrize("operation", ROWS)
def test_who_may(world: World, operation: str) -> None:
    """Who is nobody is led to the door, or asked to sign in where a form came; who may not is refused, and nothing has changed."""
    try_all(lambda who: judge(world, operation, who), sorted(EVERYBODY))


def judge(world: World, operation: str, who: str) -> None:
    method = operation.partition(" ")[0]
    for row in ROWS[operation]:
        before = held(world.renewed())
        answer = world.asked(who, method, row)
        if who in row.allowed:
            assert answer.status in row.answers, (row, answer.status)
            assert row.answers != (303,) or not str(answer.one("location")).startswith("/admin/sign-in?"), row
        else:
            assert answer.status == (403 if who in ADMINS else 303 if method == "GET" else 401), (row, answer.status)
            assert answer.status != 303 or str(answer.one("location")).startswith("/admin/sign-in"), row
            assert held(world.app) == before, row
            assert world.app.vendors.asked == [], row
