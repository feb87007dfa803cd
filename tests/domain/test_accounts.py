"""Who may come in: names, passwords, sessions."""

import hashlib
from asyncio import run
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from attrs import frozen
from samples import Desk

from modeldesk.domain.accounts import SESSION_LIFETIME, Role, SignedIn, admin_name, session_digest
from modeldesk.domain.errors import AdminExists, AdminNotFound, RuleBroken, SignInRefused
from modeldesk.domain.ports import PasswordHasher

PASSWORD = "correct horse battery"
OTHER = "another long password"


async def with_ann(desk: Desk) -> SignedIn:
    await desk.accounts.create("ann", PASSWORD, Role.SUPER)
    return await desk.accounts.sign_in("ann", PASSWORD)


@pytest.mark.parametrize("text", ["ann", "سارا", "a.b@example.com", "x" * 64, "clio", "two words"])
def test_an_admin_may_be_called_anything_that_shows(text: str) -> None:
    """Any language, up to 64 characters."""
    assert admin_name(text) == text


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "blank"),
        (" ann", "must not begin or end with a blank"),
        ("ann\u00a0", "must not begin or end with a blank"),
        ("x" * 65, "a name has at most 64 characters, not 65"),
        ("\u0958" * 33, "a name has at most 64 characters, not 66"),
        ("cli", "stands for the command line"),
        ("CLI", "stands for the command line"),
        ("a\u202enn", r"U\+202E"),
        ("a\nb", r"U\+000A"),
    ],
)
def test_what_an_admin_must_not_be_called(text: str, rule: str) -> None:
    """Nobody may pass for the command line or hide behind unseen characters."""
    with pytest.raises(RuleBroken, match=rule):
        admin_name(text)


@pytest.fixture
def desk() -> Desk:
    """Nobody is known there yet."""
    return Desk()


def test_an_admin_is_made_once(desk: Desk) -> None:
    """A name that is taken is refused, in either way of writing its accents, and the first admin stays as they were."""

    async def story() -> None:
        made = await desk.accounts.create("Zoé", PASSWORD, Role.NORMAL)
        assert (made.name, made.role, made.is_active, made.created_at) == ("Zoé", Role.NORMAL, True, desk.clock.now)
        with pytest.raises(AdminExists, match="there is already an admin 'Zoé'"):
            await desk.accounts.create("Zoe\u0301", OTHER, Role.SUPER)
        assert (await desk.store.current()).access.admins == {"Zoé": made}

    run(story())


@pytest.mark.parametrize(
    ("password", "rule"), [("x" * 11, "12 to 128 characters, not 11"), ("x" * 129, "not 129"), ("twelve long \udcff", "text in UTF-8")]
)
def test_a_password_has_its_rules(desk: Desk, password: str, rule: str) -> None:
    """Making an admin and changing a password hold to them alike, and nothing is changed."""

    async def story() -> None:
        await with_ann(desk)
        before = await desk.store.current()
        for attempt in (desk.accounts.create("bob", password, Role.NORMAL), desk.accounts.change_password("ann", password)):
            with pytest.raises(RuleBroken, match=rule):
                await attempt
        assert await desk.store.current() == before

    run(story())


@pytest.mark.parametrize("password", ["x" * 12, "x" * 128, "            ", "گذرواژه‌ی بلند من"])
def test_a_password_may_be_anything_of_fit_length(desk: Desk, password: str) -> None:
    """Blanks and other scripts count as characters like any other."""

    async def story() -> None:
        await desk.accounts.create("ann", password, Role.NORMAL)
        await desk.accounts.sign_in("ann", password)

    run(story())


def test_signing_in_gives_a_session_that_tells_who_it_is(desk: Desk) -> None:
    """Until twelve hours have passed."""

    async def story() -> None:
        signed_in = await with_ann(desk)
        identity = await desk.accounts.identify(signed_in.session_id)
        assert identity == signed_in.identity
        assert identity.admin.name == identity.session.admin == "ann"
        assert identity.session.created_at == desk.clock.now
        assert timedelta(hours=12) == SESSION_LIFETIME == identity.session.expires_at - desk.clock.now

    run(story())


def test_only_the_digest_of_a_session_is_kept(desk: Desk) -> None:
    """Whoever reads the database cannot use what stands there."""

    async def story() -> None:
        signed_in = await with_ann(desk)
        digest = hashlib.sha256(signed_in.session_id.encode()).hexdigest()
        assert list((await desk.store.current()).access.sessions) == [digest]
        assert signed_in.session_id not in repr(desk.store.contents)
        assert await desk.accounts.identify(digest) is None

    run(story())


def test_each_sign_in_is_a_new_session(desk: Desk) -> None:
    """Ids and tokens are never used twice, and are long enough not to be guessed."""

    async def story() -> None:
        await with_ann(desk)
        several = [await desk.accounts.sign_in("ann", PASSWORD) for _ in range(5)]
        secrets = {entry.session_id for entry in several} | {entry.identity.session.csrf_token for entry in several}
        assert len(secrets) == 10
        assert min(len(secret) for secret in secrets) == 43

    run(story())


def test_unknown_disabled_and_wrong_are_one_answer(desk: Desk) -> None:
    """Who asks does not learn which names exist."""

    async def story() -> None:
        await with_ann(desk)
        await desk.accounts.create("off", PASSWORD, Role.NORMAL)
        await desk.accounts.set_active("off", False)
        before = await desk.store.current()
        answers = []
        for name, password in (("nobody", PASSWORD), ("off", PASSWORD), ("ann", OTHER), ("ann", ""), ("Ann", PASSWORD), ("", PASSWORD)):
            with pytest.raises(SignInRefused) as refusal:
                await desk.accounts.sign_in(name, password)
            answers.append((str(refusal.value), refusal.value.code, refusal.value.args))
        assert len(set(answers)) == 1
        assert await desk.store.current() == before

    run(story())


def test_the_accent_may_come_as_a_character_of_its_own(desk: Desk) -> None:
    """One keyboard sends é as one character, another as two: name and password are the same."""

    async def story() -> None:
        await desk.accounts.create("Zoe\u0301", "un mot de passe tre\u0300s long", Role.NORMAL)
        assert (await desk.accounts.sign_in("Zo\u00e9", "un mot de passe tr\u00e8s long")).identity.admin.name == "Zo\u00e9"
        await desk.accounts.sign_in("Zoe\u0301", "un mot de passe tre\u0300s long")
        await desk.accounts.change_password("Zoe\u0301", "e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301")
        await desk.accounts.sign_in("Zo\u00e9", "\u00e9" * 6)
        assert await desk.accounts.set_active("Zoe\u0301", False)

    run(story())


def test_signing_out_ends_this_session_and_no_other(desk: Desk) -> None:
    """For good: the same id never comes back to life."""

    async def story() -> None:
        first = await with_ann(desk)
        second = await desk.accounts.sign_in("ann", PASSWORD)
        await desk.accounts.sign_out(first.identity)
        assert await desk.accounts.identify(first.session_id) is None
        assert await desk.accounts.identify(second.session_id) is not None
        await desk.accounts.sign_out(first.identity)

    run(story())


def test_a_session_ends_at_its_hour(desk: Desk) -> None:
    """Whatever happened in it: one moment before it lives, at the moment it does not. The next sign-in forgets it."""

    async def story() -> None:
        signed_in = await with_ann(desk)
        desk.clock.forward(SESSION_LIFETIME - timedelta(microseconds=1))
        assert await desk.accounts.identify(signed_in.session_id) is not None
        desk.clock.forward(timedelta(microseconds=1))
        assert await desk.accounts.identify(signed_in.session_id) is None
        again = await desk.accounts.sign_in("ann", PASSWORD)
        assert list((await desk.store.current()).access.sessions) == [again.identity.session.digest]

    run(story())


def test_a_changed_password_ends_every_session_of_that_admin(desk: Desk) -> None:
    """The old password is wrong from now on, the new one right; others stay signed in."""

    async def story() -> None:
        anns = [await with_ann(desk), await desk.accounts.sign_in("ann", PASSWORD)]
        await desk.accounts.create("bob", PASSWORD, Role.NORMAL)
        bob = await desk.accounts.sign_in("bob", PASSWORD)
        await desk.accounts.change_password("ann", OTHER)
        assert [await desk.accounts.identify(entry.session_id) for entry in anns] == [None, None]
        assert await desk.accounts.identify(bob.session_id) == bob.identity
        with pytest.raises(SignInRefused):
            await desk.accounts.sign_in("ann", PASSWORD)
        assert (await desk.accounts.sign_in("ann", OTHER)).identity.admin.role is Role.SUPER

    run(story())


def test_a_disabled_admin_is_out_at_once(desk: Desk) -> None:
    """Their sessions end and stay ended, even when they may sign in again."""

    async def story() -> None:
        signed_in = await with_ann(desk)
        await desk.accounts.create("bob", PASSWORD, Role.NORMAL)
        bob = await desk.accounts.sign_in("bob", PASSWORD)
        assert [await desk.accounts.set_active("ann", is_active) for is_active in (True, False, False)] == [False, True, False]
        assert await desk.accounts.identify(signed_in.session_id) is None
        assert await desk.accounts.set_active("ann", True)
        assert await desk.accounts.identify(signed_in.session_id) is None
        assert await desk.accounts.identify(bob.session_id) is not None
        await desk.accounts.sign_in("ann", PASSWORD)

    run(story())


def test_letting_an_admin_in_again_ends_no_session(desk: Desk) -> None:
    """Only disabling does: a session that a store brought back from elsewhere lives."""

    async def story() -> None:
        signed_in = await with_ann(desk)
        await desk.accounts.set_active("ann", False)
        async with desk.store.unit_of_work() as work:
            await work.accounts.begin(signed_in.identity.session)
            await work.commit()
        assert await desk.accounts.identify(signed_in.session_id) is None, "a disabled admin has no session that counts"
        await desk.accounts.set_active("ann", True)
        assert await desk.accounts.identify(signed_in.session_id) is not None

    run(story())


@frozen
class Interrupted:
    """Checks a password as `inner` does, and lets something happen before it answers."""

    inner: PasswordHasher
    meanwhile: Callable[[], Awaitable[object]]

    async def hash(self, password: str) -> str:
        return await self.inner.hash(password)

    async def verify(self, password_hash: str | None, password: str) -> bool:
        matches = await self.inner.verify(password_hash, password)
        await self.meanwhile()
        return matches


@pytest.mark.parametrize("change", ["password", "disable"])
def test_a_change_that_comes_while_the_password_is_checked_wins(desk: Desk, change: str) -> None:
    """A sign-in whose password was right a moment ago is refused where it is so no more."""

    async def story() -> None:
        accounts = desk.accounts
        await accounts.create("ann", PASSWORD, Role.SUPER)
        change_of = {"password": lambda: accounts.change_password("ann", OTHER), "disable": lambda: accounts.set_active("ann", False)}
        desk.hasher = Interrupted(desk.hasher, change_of[change])
        with pytest.raises(SignInRefused):
            await desk.accounts.sign_in("ann", PASSWORD)
        assert not (await desk.store.current()).access.sessions

    run(story())


def test_an_admin_that_is_not_there_cannot_be_changed(desk: Desk) -> None:
    """The operator is told the name."""

    async def story() -> None:
        for attempt in (desk.accounts.change_password("nobody", PASSWORD), desk.accounts.set_active("nobody", True)):
            with pytest.raises(AdminNotFound, match="there is no admin 'nobody'"):
                await attempt

    run(story())


@pytest.mark.parametrize("session_id", ["", "x", "\ud800", "\udcff", "é" * 10_000])  # noqa: PT014 - two halves, which ruff takes for one
def test_whatever_is_sent_for_a_session_id_is_nobody(desk: Desk, session_id: str) -> None:
    """Made-up ids, empty ones and broken texts are answered, not failed at."""

    async def story() -> None:
        await with_ann(desk)
        assert await desk.accounts.identify(session_id) is None

    run(story())
    assert len(session_digest(session_id)) == 64


def test_no_secret_stands_in_a_repr(desk: Desk) -> None:
    """Logs and tracebacks show who, never a hash, a token or an id."""

    async def story() -> None:
        signed_in = await with_ann(desk)
        admin, session = signed_in.identity.admin, signed_in.identity.session
        shown = repr([signed_in, signed_in.identity, admin, session, desk.store.contents])
        assert not any(secret in shown for secret in (signed_in.session_id, session.csrf_token, admin.password_hash))
        assert "ann" in repr(signed_in)
        assert "ann" in repr(session)
        assert repr(admin) == "Admin('ann', super)"

    run(story())
