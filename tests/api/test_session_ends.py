"""How a session ends: by its hour, by signing out, by a new password, by an admin switched off; at once, everywhere, for good."""

import asyncio
from datetime import timedelta

import pytest

from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.services.admins import Admins
from tests.support.app import API, OTHER_PASSWORD, PASSWORD, App, Client

TWELVE_HOURS = timedelta(hours=12)
BODY = {"provider": "acme", "capability": "chat", "model_id": "large"}


def test_twelve_hours_and_no_longer(app: App, sara: Client) -> None:
    """However busy it was: using a session does not prolong it, and sets no new cookie."""
    for _ in range(47):
        app.clock.forward(timedelta(minutes=15))
        answer = sara.get("/auth/me/")
        assert answer.status == 200
        assert answer.all("set-cookie") == []
    app.clock.forward(timedelta(minutes=15, microseconds=-1))
    assert sara.select().status == 200
    app.clock.forward(timedelta(microseconds=1))
    assert sara.get("/auth/me/").status == 401
    assert sara.select("small").status == 401


def test_half_an_hour_without_use(app: App, sara: Client) -> None:
    """Ends a session, for reading and for writing."""
    app.clock.forward(timedelta(minutes=30))
    assert sara.select().status == 401
    assert sara.get("/auth/me/").status == 401


def test_a_use_at_another_worker_counts(stored: App, other_worker: App) -> None:
    """Whoever works at one worker for an hour is not sent away by the other, which heard nothing of it."""
    sara = stored.signed_in()
    there = other_worker.client(sara.cookie)
    assert there.get("/auth/me/").status == 200
    for _ in range(3):
        stored.clock.forward(timedelta(minutes=20))
        assert sara.get("/auth/me/").status == 200
    stored.run(stored.container.background().close())  # what is written behind the answers has been written
    assert there.get("/auth/me/").status == 200
    stored.clock.forward(timedelta(minutes=30))
    assert [sara.get("/auth/me/").status, there.get("/auth/me/").status] == [401, 401]


def test_a_clock_that_goes_back_gives_nobody_more_time(app: App, sara: Client) -> None:
    """The end was written down at the beginning; the next sign-in forgets what has ended."""
    app.clock.forward(TWELVE_HOURS)
    assert sara.get("/auth/me/").status == 401
    app.signed_in("nima")
    app.clock.forward(-TWELVE_HOURS)
    assert sara.get("/auth/me/").status == 401
    assert len(app.sessions()) == 1


def test_signing_out_ends_this_session_and_no_other(app: App, sara: Client) -> None:
    """The cookie is taken back, and keeping it helps nobody."""
    elsewhere, kept = app.signed_in(), sara.cookie
    answer = sara.post("/auth/logout/")
    assert (answer.status, answer.json) == (200, {"signed_out": True})
    (cookie,) = answer.all("set-cookie")
    assert "max-age=0" in cookie.lower()
    assert "path=/" in cookie.lower().split("; ")
    assert app.client(kept).get("/auth/me/").status == 401
    assert app.client(kept).post("/auth/logout/").status == 401
    assert elsewhere.get("/auth/me/").status == 200
    assert len(app.sessions()) == 1


@pytest.mark.parametrize("body", [b"{", {"everywhere": True}, []])
def test_signing_out_takes_no_body(sara: Client, body: object) -> None:
    """A member that would be passed over might have been meant; an empty object is fine."""
    assert sara.post("/auth/logout/", body).status in (400, 422)
    assert sara.get("/auth/me/").status == 200
    assert sara.post("/auth/logout/", {}).status == 200


def with_another_super(app: App) -> None:
    """So that sara is not the last one."""
    app.run(app.container.admins().create("boss", PASSWORD, Role.SUPER))


def change_password(accounts: Admins) -> object:
    return accounts.change_password("sara", OTHER_PASSWORD)


def disable(accounts: Admins) -> object:
    return accounts.set_active("sara", False)


def demote(accounts: Admins) -> object:
    return accounts.set_role("sara", Role.NORMAL)


@pytest.mark.parametrize("change", [change_password, disable, demote])
def test_every_session_of_that_admin_ends(app: App, sara: Client, change: object) -> None:
    """On every machine of theirs, while others go on; being let in again does not bring the old ones back."""
    with_another_super(app)
    both, nima = [sara, app.signed_in()], app.signed_in("nima")
    app.run(change(app.container.admins()))  # type: ignore[operator] # one of the two above
    assert [client.get("/auth/me/").status for client in both] == [401, 401]
    assert nima.get("/auth/me/").status == 200
    app.run(app.container.admins().set_active("sara", True))
    assert [client.get("/auth/me/").status for client in both] == [401, 401]


def test_the_new_password_alone_opens(app: App) -> None:
    """At once."""
    app.run(app.container.admins().change_password("sara", OTHER_PASSWORD))
    assert app.client().sign_in(password=PASSWORD).status == 401
    assert app.client().sign_in(password=OTHER_PASSWORD).status == 200


@pytest.mark.parametrize("what", ["logout", "password", "disable"])
def test_a_slow_request_does_not_bring_it_back(app: App, sara: Client, what: str) -> None:
    """One that came in before the end, and whose body comes after it, writes nothing, leaves no session behind, and revives no cookie."""

    with_another_super(app)

    async def story() -> None:
        accounts = app.container.admins()
        slow, body_may_come = app.client(sara.cookie), asyncio.Event()
        in_flight = [
            asyncio.create_task(slow.asking("POST", f"{API}{path}", body, after=body_may_come))
            for path, body in (("/ai-models/select-model/", BODY), ("/ai/dashboard/cache/clear/", {}), ("/auth/logout/", {}))
        ]
        await asyncio.sleep(0)
        assert not any(task.done() for task in in_flight)
        if what == "logout":
            assert (await sara.asking("POST", f"{API}/auth/logout/")).status == 200
        elif what == "password":
            await accounts.change_password("sara", OTHER_PASSWORD)
        else:
            await accounts.set_active("sara", False)
        body_may_come.set()
        answers = await asyncio.gather(*in_flight)
        assert [answer.status for answer in answers] == [401, 401, 401]
        assert [answer.all("set-cookie") for answer in answers] == [[], [], []]

    kept = sara.cookie
    app.run(story())
    assert app.client(kept).get("/auth/me/").status == 401
    assert app.sessions() == {}
    held = app.run(app.store.current())
    assert (held.choices, held.generation.catalogue) == ({}, 1)


def test_a_slow_sign_in_is_no_matter_of_the_old_session(app: App, sara: Client) -> None:
    """It ends while the body is on its way; the password is right, and that is what counts."""

    async def story() -> None:
        body_may_come = asyncio.Event()
        slow = app.client(sara.cookie)
        body = {"username": "sara", "password": PASSWORD}
        signing_in = asyncio.create_task(slow.asking("POST", f"{API}/auth/login/", body, after=body_may_come))
        await asyncio.sleep(0)
        assert (await sara.asking("POST", f"{API}/auth/logout/")).status == 200
        body_may_come.set()
        assert (await signing_in).status == 200

    app.run(story())
    assert len(app.sessions()) == 1


def test_the_other_worker_knows_at_once(stored: App, other_worker: App) -> None:
    """On both databases: a session begun here is known there, ended there it is unknown here, whatever each has read before."""
    with_another_super(stored)
    sara = stored.signed_in()
    there = other_worker.client(sara.cookie)
    assert there.get("/auth/me/").json == sara.get("/auth/me/").json
    assert there.post("/auth/logout/").status == 200
    assert sara.get("/auth/me/").status == 401
    again = stored.signed_in()
    there = other_worker.client(again.cookie)
    assert there.get("/auth/me/").status == 200
    stored.run(stored.container.admins().set_active("sara", False))
    assert there.get("/auth/me/").status == 401
    assert other_worker.client().sign_in().status == 401


def test_reading_makes_nobody_read_anew(stored: App) -> None:
    """When a session was used is written down without raising a number; a request that comes late finds no row to write to."""
    sara = stored.signed_in()
    before = stored.run(stored.store.current()).generation
    for path in ("/auth/me/", "/ai-providers/", "/ai/dashboard/overview/"):
        stored.clock.forward(timedelta(minutes=10))
        assert sara.get(path).status == 200
    assert stored.run(stored.store.current()).generation == before
