"""Admins: their names and roles, what may be changed of them, and what ends their sessions."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.adapters.memory.unit_of_work import InMemoryStore
from modeldesk.domain.errors import AdminExists, AdminNotFound, InvalidValue, LastSuperAdmin, NotAllowed, SignInRefused
from modeldesk.domain.model.access.actor import CLI_ACTOR, Actor
from modeldesk.domain.model.access.admin import Admin, AdminChange, Role, invalidates_sessions, require_remaining_super_admin
from modeldesk.domain.model.access.admin_names import admin_name
from modeldesk.domain.model.access.session import SignedIn
from modeldesk.domain.model.values.texts import SingleLineText
from modeldesk.domain.services.admins import Admins
from tests.support import interleaving
from tests.support.samples import NOON, Desk

PASSWORD = "correct horse battery"
OTHER = "another long password"
ANN = Actor("ann", Role.SUPER)
BOB = Actor("bob", Role.NORMAL)


async def with_ann(desk: Desk) -> SignedIn:
    await desk.accounts.create("ann", PASSWORD, Role.SUPER)
    return await desk.sessions.sign_in("ann", PASSWORD)


@pytest.mark.parametrize("text", ["ann", "سارا", "a.b@example.com", "x" * 64, "clio", "two words"])
def test_an_admin_may_be_called_anything_that_shows(text: str) -> None:
    """Any language, up to 64 characters."""
    assert admin_name(text) == text


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "blank"),
        (" ann", "name-blank-ends"),
        ("ann\u00a0", "name-blank-ends"),
        ("x" * 65, "name-too-long: most=64, count=65"),
        ("\u0958" * 33, "name-too-long: most=64, count=66"),
        ("cli", "name-reserved: name='cli'"),
        ("CLI", "name-reserved: name='cli'"),
        ("a\u202enn", r"U\+202E"),
        ("a\nb", r"U\+000A"),
    ],
)
def test_what_an_admin_must_not_be_called(text: str, rule: str) -> None:
    """Nobody may pass for the command line or hide behind unseen characters."""
    with pytest.raises(InvalidValue, match=rule):
        admin_name(text)


@pytest.fixture
def desk() -> Desk:
    """Nobody is known there yet."""
    return Desk()


async def test_an_admin_is_made_once(desk: Desk) -> None:
    """A name that is taken is refused, in either way of writing its accents, and the first admin stays as they were."""
    made = await desk.accounts.create("Zoé", PASSWORD, Role.NORMAL)
    assert (made.name, made.role, made.is_active, made.created_at) == ("Zoé", Role.NORMAL, True, desk.clock.now)
    with pytest.raises(AdminExists, match="admin-exists: name='Zoé'"):
        await desk.accounts.create("Zoe\u0301", OTHER, Role.SUPER)
    assert (await desk.store.current()).access.admins == {"Zoé": made}


@pytest.mark.parametrize("name", ["ZOÉ", "zoe\u0301", "Ｚoé"])
async def test_no_two_admins_look_alike(desk: Desk, name: str) -> None:
    """A name that differs in what nobody sees is taken, and the refusal names who has it."""
    await desk.accounts.create("Zoé", PASSWORD, Role.NORMAL)
    with pytest.raises(AdminExists, match="admin-exists: name='Zoé'"):
        await desk.accounts.create(name, OTHER, Role.SUPER)
    with pytest.raises(AdminExists, match="admin-exists: name='Zoé'"):
        (await desk.store.current()).access.require_new_admin(name)


async def test_an_admin_of_an_older_version_stays(desk: Desk) -> None:
    """Whatever they are called: they sign in, and are changed by their name; those that look alike are listed."""
    made = await desk.accounts.create("root", PASSWORD, Role.SUPER)
    old = evolve(made, name=SingleLineText("root\u200e"))
    desk.store.contents = evolve(desk.store.contents, admins={"root": made, old.name: old})
    assert (await desk.sessions.sign_in(old.name, PASSWORD)).identity.admin == old
    assert (await desk.sessions.sign_in("root", PASSWORD)).identity.admin == made
    assert (await desk.store.current()).access.admins_alike == [[made, old]]
    assert await desk.accounts.set_active(old.name, False)


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("x" * 11, "password-length: least=12, most=128, count=11"),
        ("password 1234", "password-known-words"),
        ("x" * 129, "count=129"),
        ("twelve long \udcff", "password-not-text"),
    ],
)
async def test_a_password_has_its_rules(desk: Desk, password: str, rule: str) -> None:
    """Making an admin and changing a password hold to them alike, and nothing is changed."""
    await with_ann(desk)
    before = await desk.store.current()
    for attempt in (desk.accounts.create("bob", password, Role.NORMAL), desk.accounts.change_password("ann", password)):
        with pytest.raises(InvalidValue, match=rule):
            await attempt
    assert await desk.store.current() == before


async def test_a_changed_password_ends_every_session_of_that_admin(desk: Desk) -> None:
    """The old password is wrong from now on, the new one right; others stay signed in."""
    anns = [await with_ann(desk), await desk.sessions.sign_in("ann", PASSWORD)]
    await desk.accounts.create("bob", PASSWORD, Role.NORMAL)
    bob = await desk.sessions.sign_in("bob", PASSWORD)
    await desk.accounts.change_password("ann", OTHER)
    assert [await desk.sessions.identify(entry.session_id) for entry in anns] == [None, None]
    assert await desk.sessions.identify(bob.session_id) == bob.identity
    with pytest.raises(SignInRefused):
        await desk.sessions.sign_in("ann", PASSWORD)
    assert (await desk.sessions.sign_in("ann", OTHER)).identity.admin.role is Role.SUPER


async def test_a_disabled_admin_is_out_at_once(desk: Desk) -> None:
    """Their sessions end and stay ended, even when they may sign in again."""
    signed_in = await with_ann(desk)
    await desk.accounts.create("bob", PASSWORD, Role.SUPER)
    bob = await desk.sessions.sign_in("bob", PASSWORD)
    assert [await desk.accounts.set_active("ann", is_active) for is_active in (True, False, False)] == [False, True, False]
    assert await desk.sessions.identify(signed_in.session_id) is None
    assert await desk.accounts.set_active("ann", True)
    assert await desk.sessions.identify(signed_in.session_id) is None
    assert await desk.sessions.identify(bob.session_id) is not None
    await desk.sessions.sign_in("ann", PASSWORD)


async def test_letting_an_admin_in_again_ends_no_session(desk: Desk) -> None:
    """Only disabling does: a session that a store brought back from elsewhere lives."""
    signed_in = await with_ann(desk)
    await desk.accounts.create("bob", PASSWORD, Role.SUPER)
    await desk.accounts.set_active("ann", False)
    async with desk.store.unit_of_work() as work:
        await work.sessions.begin(signed_in.identity.session)
        await work.commit()
    assert await desk.sessions.identify(signed_in.session_id) is None, "a disabled admin has no session that counts"
    await desk.accounts.set_active("ann", True)
    assert await desk.sessions.identify(signed_in.session_id) is not None


async def test_an_admin_that_is_not_there_cannot_be_changed(desk: Desk) -> None:
    """The operator is told the name."""
    attempts = (
        desk.accounts.change_password("nobody", PASSWORD),
        desk.accounts.set_active("nobody", True),
        desk.accounts.set_role("nobody", Role.SUPER),
    )
    for attempt in attempts:
        with pytest.raises(AdminNotFound, match="admin-not-found: name='nobody'"):
            await attempt


async def test_the_nearest_admin_is_named(desk: Desk) -> None:
    """In another letter case, say: names are compared folded, but nobody is changed by a name that is not theirs."""
    await desk.accounts.create("sara", PASSWORD, Role.SUPER)
    with pytest.raises(AdminNotFound) as refused:
        await desk.accounts.set_active("Sara", False)
    assert refused.value.facts == {"name": "Sara", "nearest": "sara"}


async def test_another_role_ends_every_session_of_that_admin(desk: Desk) -> None:
    """At once; the same role again is no change and ends none."""
    await with_ann(desk)
    await desk.accounts.create("bob", PASSWORD, Role.NORMAL)
    bob = await desk.sessions.sign_in("bob", PASSWORD)
    assert [await desk.accounts.set_role("bob", role) for role in (Role.NORMAL, Role.SUPER)] == [False, True]
    assert await desk.sessions.identify(bob.session_id) is None
    assert (await desk.sessions.sign_in("bob", PASSWORD)).identity.admin.role is Role.SUPER


@pytest.mark.parametrize("change", [AdminChange(role=Role.NORMAL), AdminChange(is_active=False)], ids=["demoted", "disabled"])
async def test_the_last_super_admin_stays_one(desk: Desk, change: AdminChange) -> None:
    """Whoever asks, also for oneself; nothing of the change is done, and one more super admin makes it possible. A disabled one is none."""
    signed_in = await with_ann(desk)
    await desk.accounts.create("bob", PASSWORD, Role.SUPER)
    await desk.accounts.set_active("bob", False)
    before = await desk.store.current()
    for actor in (CLI_ACTOR, ANN):
        with pytest.raises(LastSuperAdmin, match="last-super-admin: name='ann'"):
            await desk.accounts.change("ann", evolve(change, password=OTHER), actor)
    assert await desk.store.current() == before
    assert await desk.sessions.identify(signed_in.session_id) is not None
    await desk.accounts.set_active("bob", True)
    await desk.accounts.change("ann", change, ANN)


ADMINS = st.builds(
    Admin, st.sampled_from(["a", "b", "c"]).map(SingleLineText), st.sampled_from(Role), st.just("h"), st.booleans(), st.just(NOON)
)
CHANGES = st.builds(AdminChange, st.none() | st.sampled_from(Role), st.none() | st.booleans(), st.just(None))


@given(st.lists(ADMINS, min_size=1, max_size=3, unique_by=lambda admin: admin.name), CHANGES)
def test_a_super_admin_is_never_lost(admins: list[Admin], change: AdminChange) -> None:
    """Where there was one before a change that is let through, there is one after it; and nothing else is refused."""
    after = change.applied(admins[0], None)
    were, are = any(admin.is_super for admin in admins), any(admin.is_super for admin in [after, *admins[1:]])
    try:
        require_remaining_super_admin(admins, after)
    except LastSuperAdmin:
        assert (were, are) == (True, False)
    else:
        assert (were, are) != (True, False)


@given(ADMINS, CHANGES, st.sampled_from(["h", "other"]))
def test_what_ends_sessions(before: Admin, change: AdminChange, password_hash: str) -> None:
    """Every difference but being let in again."""
    after = change.applied(before, password_hash)
    let_in = evolve(before, is_active=after.is_active) == after and after.is_active
    assert invalidates_sessions(before, after) is (before != after and not let_in)


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(1, 6)), max_size=12))
def test_two_super_admins_who_demote_each_other(turns: list[tuple[int, int]]) -> None:
    """Whoever comes first wins; in whatever order their steps are taken, one super admin is left."""
    store = InMemoryStore()
    pair = {name: Admin(SingleLineText(name), Role.SUPER, "h", True, NOON) for name in ("ann", "bob")}
    store.contents = evolve(store.contents, admins=pair)
    store.pause = interleaving.pause
    accounts = Admins(store.unit_of_work, Desk().hasher, lambda: NOON)

    async def demotes(actor: str, other: str) -> str:
        try:
            await accounts.change(other, AdminChange(role=Role.NORMAL), Actor(actor, Role.SUPER))
        except (LastSuperAdmin, NotAllowed) as refusal:
            return refusal.code
        return "done"

    answers = interleaving.play([demotes("ann", "bob"), demotes("bob", "ann")], turns)
    assert sorted(answers) == ["done", "not-allowed"]
    assert [admin.is_super for admin in store.contents.admins.values()].count(True) == 1


@pytest.mark.parametrize("actor", [BOB, Actor("ann", Role.SUPER), Actor("nobody", Role.SUPER)], ids=["normal", "demoted", "gone"])
async def test_only_super_admins_administer(desk: Desk, actor: Actor) -> None:
    """As they are when it is done, not as they were when they asked."""
    for name, role in (("boss", Role.SUPER), ("ann", Role.NORMAL), ("bob", Role.NORMAL)):
        await desk.accounts.create(name, PASSWORD, role)
    before = await desk.store.current()
    deeds: list[Callable[[], Awaitable[Any]]] = [
        lambda: desk.accounts.create("eve", PASSWORD, Role.SUPER, actor),
        lambda: desk.accounts.change("bob", AdminChange(role=Role.SUPER), actor),
        lambda: desk.accounts.change("boss", AdminChange(password=OTHER), actor),
    ]
    for deed in deeds:
        with pytest.raises(NotAllowed, match="super-only-accounts"):
            await deed()
    assert await desk.store.current() == before


def test_no_password_stands_in_a_repr() -> None:
    """Tracebacks show what was to change, never to which password."""
    assert OTHER not in repr(AdminChange(Role.SUPER, True, OTHER))
