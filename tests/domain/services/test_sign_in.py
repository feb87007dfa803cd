"""Sessions: how they begin, how they are used, and how they end, for good."""

import hashlib
from datetime import timedelta

import pytest

from modeldesk.domain.errors import SessionNotFound, SignInRefused
from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.access.credential_digest import credential_digest
from modeldesk.domain.model.access.session import CLOCK_SLACK, LONGEST_IDLE, SESSION_LIFETIME, USE_WRITTEN_EVERY, SignedIn
from modeldesk.domain.model.audit import Action
from modeldesk.domain.services.sign_in import SignIn
from tests.support.samples import NOON, Desk, settled

PASSWORD = "correct horse battery"
OTHER = "another long password"
MOMENT = timedelta(microseconds=1)


async def with_ann(desk: Desk) -> SignedIn:
    await desk.accounts.create("ann", PASSWORD, Role.SUPER)
    return await desk.sessions.sign_in("ann", PASSWORD)


async def used(sessions: SignIn, session_id: str) -> bool:
    """Whether it lives; what is written down behind the answer is waited for."""
    lives = await sessions.identify(session_id) is not None
    await settled()
    return lives


async def test_signing_in_gives_a_session_that_tells_who_it_is(desk: Desk) -> None:
    """Until twelve hours have passed."""
    signed_in = await with_ann(desk)
    identity = await desk.sessions.identify(signed_in.session_id)
    assert identity == signed_in.identity
    assert identity.admin.name == identity.session.admin == "ann"
    assert identity.session.created_at == desk.clock.now
    assert timedelta(hours=12) == SESSION_LIFETIME == identity.session.expires_at - desk.clock.now


async def test_only_the_digest_of_a_session_is_kept(desk: Desk) -> None:
    """Whoever reads the database cannot use what stands there."""
    signed_in = await with_ann(desk)
    digest = hashlib.sha256(signed_in.session_id.encode()).hexdigest()
    assert list((await desk.store.current()).access.sessions) == [digest]
    assert signed_in.session_id not in repr(desk.store.contents)
    assert await desk.sessions.identify(digest) is None


async def test_each_sign_in_is_a_new_session(desk: Desk) -> None:
    """Ids and tokens are never used twice, and are long enough not to be guessed."""
    await with_ann(desk)
    several = [await desk.sessions.sign_in("ann", PASSWORD) for _ in range(5)]
    secrets = {entry.session_id for entry in several} | {entry.identity.session.csrf_token for entry in several}
    assert len(secrets) == 10
    assert min(len(secret) for secret in secrets) == 43


async def test_the_previous_session_of_a_browser_ends(desk: Desk) -> None:
    """Whoever's it was, in the same unit of work, and as a sign-out in the audit log; one that has ended already ends once."""
    first = await with_ann(desk)
    await desk.accounts.create("omid", OTHER, Role.NORMAL)
    for _ in range(2):
        signed_in = await desk.sessions.sign_in("omid", OTHER, "192.0.2.7", previous=first.identity.session)
        assert await desk.sessions.identify(first.session_id) is None
        assert await desk.sessions.identify(signed_in.session_id) is not None
    ended = [(entry.by, entry.subject, entry.address) for entry in desk.store.contents.audit if entry.action is Action.SIGNED_OUT]
    assert ended == [("ann", "ann", "192.0.2.7")]


async def test_unknown_disabled_and_wrong_are_one_answer(desk: Desk) -> None:
    """Who asks does not learn which names exist."""
    await with_ann(desk)
    await desk.accounts.create("off", PASSWORD, Role.NORMAL)
    await desk.accounts.set_active("off", False)
    before = await desk.store.current()
    answers = []
    for name, password in (("nobody", PASSWORD), ("off", PASSWORD), ("ann", OTHER), ("ann", ""), ("Ann", PASSWORD), ("", PASSWORD)):
        with pytest.raises(SignInRefused) as refusal:
            await desk.sessions.sign_in(name, password)
        answers.append((str(refusal.value), refusal.value.code, refusal.value.args))
    assert len(set(answers)) == 1
    assert await desk.store.current() == before


async def test_the_accent_may_come_as_a_character_of_its_own(desk: Desk) -> None:
    """One keyboard sends é as one character, another as two: name and password are the same."""
    await desk.accounts.create("Zoe\u0301", "un mot de passe tre\u0300s long", Role.NORMAL)
    assert (await desk.sessions.sign_in("Zo\u00e9", "un mot de passe tr\u00e8s long")).identity.admin.name == "Zo\u00e9"
    await desk.sessions.sign_in("Zoe\u0301", "un mot de passe tre\u0300s long")
    await desk.accounts.change_password("Zoe\u0301", "e\u0301a long secre\u0301")
    await desk.sessions.sign_in("Zo\u00e9", "\u00e9a long secr\u00e9")
    assert await desk.accounts.set_active("Zoe\u0301", False)


async def test_signing_out_ends_this_session_and_no_other(desk: Desk) -> None:
    """For good: the same id never comes back to life."""
    first = await with_ann(desk)
    second = await desk.sessions.sign_in("ann", PASSWORD)
    await desk.sessions.sign_out(first.identity)
    assert await desk.sessions.identify(first.session_id) is None
    assert await desk.sessions.identify(second.session_id) is not None
    await desk.sessions.sign_out(first.identity)


async def test_a_session_ends_at_its_hour(desk: Desk) -> None:
    """However busy it was: one moment before it lives, at the moment it does not. The next sign-in forgets it."""
    signed_in, sessions = await with_ann(desk), desk.sessions
    for _ in range(47):
        desk.clock.forward(timedelta(minutes=15))
        assert await used(sessions, signed_in.session_id)
    desk.clock.forward(timedelta(minutes=15) - MOMENT)
    assert await used(sessions, signed_in.session_id)
    desk.clock.forward(MOMENT)
    assert not await used(sessions, signed_in.session_id)
    again = await desk.sessions.sign_in("ann", PASSWORD)
    assert list((await desk.store.current()).access.sessions) == [again.identity.session.digest]


async def test_a_session_that_nobody_uses_ends(desk: Desk) -> None:
    """After half an hour, not a moment before; the next sign-in forgets it."""
    signed_in = await with_ann(desk)
    desk.clock.forward(LONGEST_IDLE - MOMENT)
    assert await used(desk.sessions, signed_in.session_id)
    desk.clock.forward(LONGEST_IDLE)
    assert not await used(desk.sessions, signed_in.session_id)
    again = await desk.sessions.sign_in("ann", PASSWORD)
    assert list((await desk.store.current()).access.sessions) == [again.identity.session.digest]


async def test_a_use_is_written_once_a_minute(desk: Desk) -> None:
    """Behind the answer, by the process that saw it, and without a number: nobody reads anything anew for it."""
    signed_in, sessions = await with_ann(desk), desk.sessions
    digest, before, written = signed_in.identity.session.digest, (await desk.store.current()).generation, set()
    for _ in range(20):
        desk.clock.forward(timedelta(seconds=10))
        assert await used(sessions, signed_in.session_id)
        written |= set((await desk.store.last_uses([digest])).values())
    assert sorted(written) == [NOON, *(NOON + number * USE_WRITTEN_EVERY for number in (1, 2, 3))]
    assert (await desk.store.current()).generation == before


async def test_uses_elsewhere_count(desk: Desk) -> None:
    """A worker that has not seen a session for an hour looks at its row before it sends anybody away."""
    signed_in = await with_ann(desk)
    here, there = desk.sessions, desk.sessions
    assert await used(here, signed_in.session_id)
    for _ in range(3):
        desk.clock.forward(timedelta(minutes=20))
        assert await used(there, signed_in.session_id)
    assert await used(here, signed_in.session_id)
    desk.clock.forward(LONGEST_IDLE)
    assert not await used(here, signed_in.session_id)
    assert not await used(there, signed_in.session_id)


async def test_a_use_brings_nothing_back(desk: Desk) -> None:
    """Written down after the session has ended, it finds no row, and makes none."""
    signed_in, sessions = await with_ann(desk), desk.sessions
    desk.clock.forward(timedelta(minutes=5))
    assert await sessions.identify(signed_in.session_id) is not None
    await desk.sessions.sign_out(signed_in.identity)
    await settled()
    assert not await used(sessions, signed_in.session_id)
    assert (await desk.store.current()).access.sessions == {}
    assert await desk.store.last_uses([signed_in.identity.session.digest]) == {}


async def test_a_use_that_cannot_be_written_is_tried_again(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """A busy database signs nobody out; the next use is written instead."""
    signed_in, sessions = await with_ann(desk), desk.sessions
    desk.writes_no_uses = True
    desk.clock.forward(timedelta(minutes=20))
    assert await used(sessions, signed_in.session_id)
    assert "a last use was not written" in caplog.text
    desk.writes_no_uses = False
    assert await used(sessions, signed_in.session_id)
    assert await desk.store.last_uses([signed_in.identity.session.digest]) == {signed_in.identity.session.digest: desk.clock.now}


async def test_what_has_ended_stays_so_though_the_clock_goes_back(desk: Desk) -> None:
    """And where it goes back behind a session's last use, nobody can tell how old that is: it ends too, but for a minute's slack."""
    signed_in, sessions = await with_ann(desk), desk.sessions
    desk.clock.forward(LONGEST_IDLE)
    assert not await used(sessions, signed_in.session_id)
    desk.clock.forward(-LONGEST_IDLE)
    assert not await used(sessions, signed_in.session_id)
    again = await desk.sessions.sign_in("ann", PASSWORD)
    desk.clock.forward(-CLOCK_SLACK)
    assert await used(desk.sessions, again.session_id)
    desk.clock.forward(-MOMENT)
    assert not await used(desk.sessions, again.session_id)


async def test_at_most_five_sessions(desk: Desk) -> None:
    """The sixth sign-in ends the first one; other admins' are not counted."""
    several = [await with_ann(desk)]
    await desk.accounts.create("bob", PASSWORD, Role.NORMAL)
    bob = await desk.sessions.sign_in("bob", PASSWORD)
    for _ in range(5):
        desk.clock.forward(timedelta(seconds=1))
        several.append(await desk.sessions.sign_in("ann", PASSWORD))
    assert [await desk.sessions.identify(entry.session_id) is not None for entry in several] == [False, *[True] * 5]
    assert await desk.sessions.identify(bob.session_id) is not None


async def test_own_sessions_are_listed(desk: Desk) -> None:
    """The newest first, with their last uses and addresses; not those of others, nor those that are over."""
    first = await with_ann(desk)
    await desk.accounts.create("bob", PASSWORD, Role.NORMAL)
    await desk.sessions.sign_in("bob", PASSWORD)
    desk.clock.forward(timedelta(minutes=20))
    second = await desk.sessions.sign_in("ann", PASSWORD, "192.0.2.7")
    shown = await desk.sessions.own(second.identity)
    assert [(one.session.address, one.seen_at, one.is_current) for one in shown] == [
        ("192.0.2.7", NOON + timedelta(minutes=20), True),
        ("", NOON, False),
    ]
    assert [one.session.handle for one in shown] == [signed_in.identity.session.digest[:16] for signed_in in (second, first)]
    desk.clock.forward(timedelta(minutes=10))
    assert [one.session for one in await desk.sessions.own(second.identity)] == [second.identity.session]


async def test_own_sessions_are_ended(desk: Desk) -> None:
    """By their handle, or all others at once; somebody else's is not there."""
    anns = [await with_ann(desk), *[await desk.sessions.sign_in("ann", PASSWORD) for _ in range(3)]]
    await desk.accounts.create("bob", PASSWORD, Role.NORMAL)
    bob = await desk.sessions.sign_in("bob", PASSWORD)
    me = anns[0].identity
    for handle in (bob.identity.session.handle, "", "0" * 16, me.session.digest):
        with pytest.raises(SessionNotFound):
            await desk.sessions.end_own(me, handle)
    await desk.sessions.end_own(me, anns[1].identity.session.handle)
    assert [await desk.sessions.identify(one.session_id) is not None for one in anns] == [True, False, True, True]
    assert await desk.sessions.end_others(me) == 2
    assert [await desk.sessions.identify(one.session_id) is not None for one in [*anns, bob]] == [True, False, False, False, True]


@pytest.mark.parametrize("session_id", ["", "x", "\ud800", "\udcff", "é" * 10_000])  # noqa: PT014 - two halves, which ruff takes for one
async def test_whatever_is_sent_for_a_session_id_is_nobody(desk: Desk, session_id: str) -> None:
    """Made-up ids, empty ones and broken texts are answered, not failed at."""
    await with_ann(desk)
    assert await desk.sessions.identify(session_id) is None
    assert len(credential_digest(session_id)) == 64


async def test_no_secret_stands_in_a_repr(desk: Desk) -> None:
    """Logs and tracebacks show who, never a hash, a token or an id."""
    signed_in = await with_ann(desk)
    admin, session = signed_in.identity.admin, signed_in.identity.session
    shown = repr([signed_in, signed_in.identity, admin, session, desk.store.contents])
    assert not any(secret in shown for secret in (signed_in.session_id, session.csrf_token, admin.password_hash))
    assert "ann" in repr(signed_in)
    assert "ann" in repr(session)
    assert "ann" in repr(admin)
