"""Every route beside every kind of caller: who may is let through, and who may not is told so and changes nothing.

The routes are those that the application has; who may is written down in `rights_table`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import product

import pytest
from attrs import evolve, frozen

from modeldesk.adapters.memory.contents import Contents
from modeldesk.adapters.memory.unit_of_work import InMemoryStore
from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.access.api_token import ApiToken
from modeldesk.domain.model.access.credential_digest import credential_digest
from modeldesk.domain.model.access.permissions import Right, Scope, has_right
from modeldesk.domain.model.access.session import Session
from modeldesk.domain.model.keys.provider_key import api_key
from modeldesk.domain.model.values.texts import SingleLineText, Slug
from modeldesk.entrypoints.rights import declared_right
from tests.support.api_rights import ADMINS, CONSUMER, DEAD_TOKENS, EVERYBODY, OUTSIDE, ROWS, STRANGERS, TOKENS, Row
from tests.support.app import API, DECLARED, NOON, PASSWORD, App, Client, lasting
from tests.support.asgi import Answer
from tests.support.cases import try_all
from tests.support.counts import some
from tests.support.fake_vendors import vendor_models

PEOPLE = {"super": "sara", "normal A": "nima", "normal B": "omid", "ended session": "nima", "disabled admin": "zoe"}
"""Whose session it is."""

OWNERS = {"token of a demoted admin": "dara", "token of a disabled admin": "zoe"}
"""Who made the token, where it was not sara."""

FLAGS = ("allow_personal_keys", "allow_shared_for_normal_admins")
SETTINGS = [dict(zip(FLAGS, values, strict=True)) for values in product((True, False), repeat=2)]
KEYS = {None: "sk-shared-0123456789", "nima": "sk-of-nima-0123456789"}
DAY = timedelta(days=1)
LIVE = {
    **DECLARED[0],
    "slug": "live",
    "provider_class": "GroqProvider",
    "capabilities": {"chat": {"supported": True, "has_dynamic_models": True}},
}
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


@frozen
class World:
    """A house, and what its desk holds when everybody has come in."""

    app: App
    contents: Contents

    def renewed(self, flags: Mapping[str, bool]) -> App:
        """As when everybody had just come in, with these flags at the provider whose keys are asked for."""
        live = Slug("live")
        self.app.renew(evolve(self.contents, providers={**self.contents.providers, live: evolve(self.contents.providers[live], **flags)}))
        self.app.vendors.lists["live"] = vendor_models("a")
        return self.app

    def client(self, who: str) -> Client:
        if who in TOKENS | DEAD_TOKENS:
            return Client(self.app, bearer=who.replace(" ", "-"))
        return Client(self.app, None if who == "anonymous" else who.replace(" ", "-"))


@pytest.fixture(scope="module")
def world(built: tuple[App, Contents]) -> Iterator[World]:
    """Everybody in it has a session or a token that is known here, also those whom it helps no more."""
    app, contents = built
    app.renew(contents)
    app.put(LIVE)
    app.run(come_in(app))
    assert isinstance(app.store, InMemoryStore)
    yield World(app, app.store.contents)
    app.renew(contents)


async def come_in(app: App) -> None:
    accounts, keeping = app.container.admins(), app.container.provider_keys()
    for name, role in (("omid", Role.NORMAL), ("zoe", Role.SUPER), ("dara", Role.NORMAL)):
        await accounts.create(name, PASSWORD, role)
    await keeping.set(Slug("live"), None, api_key(KEYS[None]), Actor("sara", Role.SUPER))
    await keeping.set(Slug("live"), "nima", api_key(KEYS["nima"]), Actor("nima", Role.NORMAL))
    async with app.store.unit_of_work() as work:
        zoe = await work.accounts.admin("zoe")
        assert zoe is not None
        # As though a session had outlived it: that her admin is switched off must do by itself.
        await work.accounts.put(evolve(zoe, is_active=False))
        for who, name in PEOPLE.items():
            ends = NOON if who == "ended session" else NOON + DAY
            await work.sessions.begin(Session(credential_digest(who.replace(" ", "-")), SingleLineText(name), "csrf", NOON, ends))
        for who in TOKENS | DEAD_TOKENS:
            scopes = frozenset({Scope(who.removeprefix("token "))} if who in TOKENS else Scope)
            ends = NOON if who == "expired token" else NOON + DAY
            owner, digest = OWNERS.get(who, "sara"), credential_digest(who.replace(" ", "-"))
            await work.tokens.add(ApiToken(digest, SingleLineText(who), SingleLineText(owner), scopes, NOON - DAY, ends, "text"))
        await work.commit()


def asked(world: World, who: str, method: str, row: Row, below: str) -> Answer:
    return world.client(who).ask(method, below + row.path, row.body)


def held(app: App) -> Contents:
    """What the desk holds, when everything behind the answers is done."""
    app.run(app.container.background().close())
    app.run(app.container.background().close())
    assert isinstance(app.store, InMemoryStore)
    return lasting(app.store.contents)


def code(answer: Answer) -> str:
    return str(answer.json["type"]).removeprefix("urn:modeldesk:problem:")


def operations(app: App) -> dict[str, tuple[str, object]]:
    """Every operation that the application serves: its path as it stands there, and its handler."""
    found = dict[str, tuple[str, object]]()
    for route in app.litestar.routes:
        path = re.sub(r"{(\w+):\w+}", r"{\1}", route.path).removeprefix(API)
        for handler in route.route_handlers:  # type: ignore[union-attr] # all routes of ours are HTTP
            found |= {f"{method} {path}": (route.path, handler) for method in handler.http_methods & METHODS}  # type: ignore[attr-defined]
    return found


def test_every_operation_has_a_row(app: App) -> None:
    """And every row an operation; those below the guarded path apart from those outside. The panel's pages are for `tests/panel`."""
    served = {name: found for name, found in operations(app).items() if not f"{found[0]}/".startswith("/admin/")}
    assert {name for name, (path, _) in served.items() if path.startswith(API)} == set(ROWS)
    assert {name for name, (path, _) in served.items() if not path.startswith(API)} == {*CONSUMER, *OUTSIDE}


def test_the_groups_hold_everybody() -> None:
    """Each caller stands in one of them."""
    assert {*PEOPLE, "anonymous"} == ADMINS | STRANGERS
    assert len(EVERYBODY) == len(ADMINS) + len(STRANGERS) + len(TOKENS) + len(DEAD_TOKENS)


def test_the_gate_alone_lets_nobody_else_through(app: App) -> None:
    """Each route requires a right that exactly the callers of its rows have: what a service checks once more, the gate has refused before."""
    served, rows = operations(app), {**ROWS, **CONSUMER}

    def judge_gate(operation: str) -> None:
        right = declared_right(served[operation][1])  # type: ignore[arg-type]
        let_through = {who for who in ADMINS if has_right(right, Role.SUPER if who == "super" else Role.NORMAL)}
        let_through |= {who for who in TOKENS if has_right(right, Role.SUPER, {Scope(who.removeprefix("token "))})}
        assert let_through == {who for row in rows[operation] for who in row.allowed} & (ADMINS | TOKENS), right

    try_all(judge_gate, rows)


def settings_of(row: Row, who: str) -> Sequence[Mapping[str, bool]]:
    """Those of the flags that this row is tried with: at night all; else all where its row names a flag, and one of the four elsewhere."""
    return SETTINGS if row.flag is not None else some(SETTINGS, 1, (row.path, who))


@pytest.mark.parametrize("operation", [*ROWS, *CONSUMER])
def test_who_may(world: World, operation: str) -> None:
    """Every kind of caller, with HEAD as with GET."""
    try_all(lambda who: judge(world, operation, who), sorted(EVERYBODY))


def judge(world: World, operation: str, who: str) -> None:
    method, below = operation.partition(" ")[0], API if operation in ROWS else ""
    rows = ROWS.get(operation) or CONSUMER[operation]
    for row, flags in [(tried, flags) for tried in rows for flags in settings_of(tried, who)]:
        for asking in (method, "HEAD") if method == "GET" else (method,):
            before = held(world.renewed(flags))
            answer = asked(world, who, asking, row, below)
            if who in row.allowed and (row.flag is None or flags[row.flag]):
                assert answer.status in row.answers, (row, flags, answer.body)
                assert answer.status != 403 or code(answer) != "not-allowed"
            else:
                status, reported = (401, "unauthorized") if who in STRANGERS | DEAD_TOKENS else (403, "not-allowed")
                assert answer.status == status, (row, flags)
                is_problem = asking != "HEAD" and "type" in answer.json  # other protocols have their own words
                assert not is_problem or code(answer) == reported
                if who in TOKENS and asking != "HEAD" and not row.is_for_service:
                    assert b"token" in answer.body, "the gate refuses, not only the service behind it"
                assert held(world.app) == before
                assert world.app.vendors.asked == []


@pytest.mark.parametrize("operation", OUTSIDE)
def test_who_may_outside(world: World, operation: str) -> None:
    """Everybody, and nothing changes by it."""

    def judge_outside(who: str) -> None:
        for row in OUTSIDE[operation]:
            before = held(world.renewed(SETTINGS[0]))
            assert asked(world, who, operation.partition(" ")[0], row, "").status in row.answers
            assert held(world.app) == before

    try_all(judge_outside, sorted(EVERYBODY))


@pytest.mark.parametrize("flags", SETTINGS, ids=lambda flags: " ".join(str(value) for value in flags.values()))
@pytest.mark.parametrize(
    ("who", "own_if_allowed", "role"),
    [
        ("super", False, "super"),
        ("normal A", True, "normal"),
        ("normal B", False, "normal"),
        ("token read", False, "normal"),
        ("token admin", False, "super"),
    ],
)
def test_a_refresh(world: World, who: str, own_if_allowed: bool, role: str, flags: Mapping[str, bool]) -> None:
    """Spends one's own key where there is one and it is allowed, else the shared one where that is; else none, and the vendor hears nothing."""
    app = world.renewed(flags)
    answer = world.client(who).get("/ai-models/browse-models/?provider=live&capability=chat&refresh=true")
    if own_if_allowed and flags["allow_personal_keys"]:
        expected = KEYS["nima"]
    else:
        expected = KEYS[None] if role == "super" or flags["allow_shared_for_normal_admins"] else None
    assert answer.status == (200 if expected else 409)
    assert app.vendors.asked == ([("live", expected)] if expected else [])


def test_the_document_says_who_may(app: App) -> None:
    """The cookie, the cookie or a token, or neither, as the rights have it."""
    document = app.client().ask("GET", "/schema/openapi.json").json
    for name, (path, handler) in operations(app).items():
        if not path.startswith(API):
            continue
        method, _, short = name.partition(" ")
        if not handler.resolve_include_in_schema():  # type: ignore[attr-defined]
            continue
        security = document["paths"][API + short][method.lower()].get("security", [])
        schemes = {scheme for entry in security for scheme in entry}
        right = declared_right(handler)  # type: ignore[arg-type]
        in_person = {Right.OWN, Right.ACCOUNTS, Right.WEBHOOKS}
        assert schemes == (
            set() if right is Right.OPEN else {"admin_session_id"} if right in in_person else {"admin_session_id", "bearer"}
        ), name
