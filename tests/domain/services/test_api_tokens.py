"""API tokens: how they are made, what is kept of them, how long they live, and that they are never more than who made them."""

import hashlib
from datetime import timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.domain.errors import InvalidValue, NotAllowed, TokenExists, TokenNotFound
from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.access.admin import Admin, AdminChange, Role
from modeldesk.domain.model.access.api_token import ApiToken, NewToken, TokenIdentity, token_name
from modeldesk.domain.model.access.permissions import Scope
from modeldesk.domain.model.keys.provider_key import KeyScope
from modeldesk.domain.model.values.numbers import TokenDays, token_days
from modeldesk.domain.model.values.texts import SingleLineText
from modeldesk.domain.services.api_tokens import ApiTokens
from tests.support.samples import NIMA, NOON, SARA, Desk, settled

READ = [Scope.READ]
MOMENT = timedelta(microseconds=1)


async def made(desk: Desk, name: str = "nightly", *scopes: Scope, days: int = 90) -> NewToken:
    return await desk.tokens.create(name, scopes or READ, SARA, TokenDays(days))


async def used(tokens: ApiTokens, text: str) -> TokenIdentity | None:
    """Who it stands for; what is written down behind the answer is waited for."""
    identity = await tokens.identify(text)
    await settled()
    return identity


async def test_a_token_is_told_once_and_kept_by_its_digest(desk: Desk) -> None:
    """256 bits behind a prefix that everybody knows; the desk holds SHA-256 and the last four characters, and no text of ours shows more."""
    new = await made(desk, "nightly", Scope.SELECT, Scope.READ)
    assert new.text.startswith("mdk_")
    assert len(new.text) == len("mdk_") + 43
    assert (await made(desk, "other")).text != new.text
    kept = desk.store.contents.tokens[hashlib.sha256(new.text.encode()).hexdigest()]
    assert kept == new.token
    assert (kept.name, kept.owner, kept.scopes, kept.hint) == ("nightly", "sara", {Scope.READ, Scope.SELECT}, new.text[-4:])
    assert new.text not in repr(desk.store.contents)
    assert new.text not in repr(new)
    assert kept.digest not in repr(new)
    assert await used(desk.tokens, new.text) == TokenIdentity(desk.store.contents.admins["sara"], kept)


@pytest.mark.parametrize("days", [1, 90, 366])
async def test_a_token_ends_at_its_hour(desk: Desk, days: int) -> None:
    """And stays in the list, so that somebody sees that it is to be renewed."""
    new = await made(desk, days=days)
    assert new.token.expires_at == NOON + timedelta(days=days)
    desk.clock.forward(timedelta(days=days) - MOMENT)
    assert await used(desk.tokens, new.text) is not None
    desk.clock.forward(MOMENT)
    assert await used(desk.tokens, new.text) is None
    assert [one.token.name for one in (await desk.tokens.page(SARA, 10)).tokens] == ["nightly"]


async def test_a_clock_that_is_set_back_revives_no_token(desk: Desk) -> None:
    """Neither for the process that saw it expire nor for another one; the one beside it, which had time left, is as it was."""
    new, other = await made(desk, days=1), await made(desk, "other", days=9)
    known = desk.tokens
    desk.clock.forward(timedelta(days=2))
    assert await used(known, new.text) is None
    desk.clock.forward(-timedelta(days=2))
    for tokens in (known, desk.tokens):
        assert await used(tokens, new.text) is None
        assert await used(tokens, other.text) is not None


async def test_an_end_that_cannot_be_recorded_holds_for_this_process(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store is busy: the answer is the same."""
    new = await made(desk, days=1)
    known = desk.tokens
    desk.clock.forward(timedelta(days=2))
    with monkeypatch.context() as patched:
        patched.setattr(known, "_unit_of_work", desk.use_writer)
        desk.writes_no_uses = True
        assert await used(known, new.text) is None
    desk.clock.forward(-timedelta(days=2))
    assert await used(known, new.text) is None


@pytest.mark.parametrize("days", [-1, 0, 367, 10**9])
def test_no_token_lives_for_ever(days: int) -> None:
    with pytest.raises(InvalidValue, match="token-days-out-of-range: most=366"):
        token_days(days)


@pytest.mark.parametrize("text", ["", "mdk_", "mdk_" + "x" * 43, "\ud800", "🙂", "' OR 1=1"])
async def test_a_text_that_we_did_not_make_is_nobody(desk: Desk, text: str) -> None:

    new = await made(desk)
    assert await used(desk.tokens, text) is None
    assert await used(desk.tokens, new.text[:-1]) is None
    assert await used(desk.tokens, new.token.digest) is None


async def test_a_token_dies_with_the_rights_of_who_made_it(desk: Desk) -> None:
    """Demoted or disabled, whatever its scopes; a process that knew it learns of it at the next use."""
    known = desk.tokens
    texts = [(await made(desk, scope.value, scope)).text for scope in Scope]
    await desk.accounts.change("nima", AdminChange(role=Role.SUPER))
    for change in (AdminChange(role=Role.NORMAL), AdminChange(is_active=False), AdminChange(role=Role.SUPER)):
        opened = {await used(tokens, text) is not None for tokens in (known, desk.tokens) for text in texts}
        assert opened == {change.role is Role.NORMAL}
        await desk.accounts.change("sara", change)
    assert await used(known, texts[0]) is None, "super again, and switched off"


async def test_a_token_that_is_revoked_opens_nothing(desk: Desk) -> None:
    """Also in a process that knew it; any super admin may revoke it, by its name in whatever letter case."""
    known, new = desk.tokens, await made(desk, "Nightly")
    assert await used(known, new.text) is not None
    await desk.accounts.change("nima", AdminChange(role=Role.SUPER))
    await desk.tokens.revoke("NIGHTLY", evolve(NIMA, role=Role.SUPER))
    assert await used(known, new.text) is None
    assert (await desk.tokens.page(SARA, 10)).tokens == []
    for name in ("nightly", "", " ", "a/b", "..", "\x00", "x" * 65):
        with pytest.raises(TokenNotFound):
            await desk.tokens.revoke(name, SARA)


async def test_there_is_one_token_of_a_name(desk: Desk) -> None:
    """Whoever made it, in whatever letter case, alive or expired; nothing changes where another is wanted."""
    await made(desk, "Straße", days=1)
    desk.clock.forward(timedelta(days=2))
    before = desk.store.contents
    for name in ("Straße", "STRASSE"):
        with pytest.raises(TokenExists) as refused:
            await made(desk, name)
        assert refused.value.name == "Straße"
    assert desk.store.contents == before
    await desk.tokens.revoke("strasse", SARA)
    assert (await made(desk, "STRASSE")).token.name == "STRASSE"


@pytest.mark.parametrize("name", ["a", "x" * 64, "ci: nightly (main)", "سازنده", "..a", "🙂"])
def test_a_name_for_a_token(name: str) -> None:
    assert token_name(name) == name


@pytest.mark.parametrize("name", ["", " ", " a", "a ", "x" * 65, "a\nb", "a\x00", "\u202ea", "a/b", "a\\b", ".", "..", "\ud800"])
async def test_no_name_for_a_token(desk: Desk, name: str) -> None:
    """One line of 1 to 64 characters that can stand in an address."""
    with pytest.raises(InvalidValue):
        await made(desk, name)
    assert desk.store.contents.tokens == {}


async def test_a_token_needs_a_scope(desk: Desk) -> None:
    with pytest.raises(InvalidValue, match="token-without-scope"):
        await desk.tokens.create("idle", [], SARA)


A_TOKEN = TokenIdentity(
    Admin(SingleLineText("sara"), Role.SUPER, "h", True, NOON),
    ApiToken("d", SingleLineText("nightly"), SingleLineText("sara"), frozenset(Scope), NOON, NOON + timedelta(days=1), "abcd"),
)


@pytest.mark.parametrize("actor", [NIMA, A_TOKEN.actor("")], ids=["a normal admin", "a token of every scope"])
async def test_who_makes_no_tokens_and_no_admins(desk: Desk, actor: Actor) -> None:
    """The services refuse it themselves, whatever stood before them."""
    await made(desk)
    before = desk.store.contents
    for refused in (
        desk.tokens.create("more", READ, actor),
        desk.tokens.revoke("nightly", actor),
        desk.tokens.page(actor, 10),
        desk.accounts.create("omid", "correct horse battery", Role.SUPER, actor),
        desk.accounts.change("nima", AdminChange(role=Role.SUPER), actor),
    ):
        with pytest.raises(NotAllowed):
            await refused
    assert desk.store.contents == before


async def test_who_is_demoted_in_the_middle_makes_none(desk: Desk) -> None:
    """The role is read again in the unit of work."""
    await made(desk)
    await desk.accounts.change("nima", AdminChange(role=Role.SUPER))
    await desk.accounts.change("sara", AdminChange(role=Role.NORMAL))
    for refused in (desk.tokens.create("more", READ, SARA), desk.tokens.revoke("nightly", SARA)):
        with pytest.raises(NotAllowed):
            await refused
    assert len(desk.store.contents.tokens) == 1


async def test_a_use_is_written_once_a_minute(desk: Desk) -> None:
    """From the first one on, raising no number; the list has the last one."""
    tokens, new = desk.tokens, await made(desk)
    before, digest, written = desk.store.contents, new.token.digest, list[timedelta]()
    assert [one.used_at for one in (await tokens.page(SARA, 10)).tokens] == [None]
    for _ in range(13):
        await used(tokens, new.text)
        written.append(desk.store.contents.token_uses[digest] - NOON)
        desk.clock.forward(timedelta(seconds=10))
    assert [at.total_seconds() for at in written] == [0] * 6 + [60] * 6 + [120]
    assert evolve(desk.store.contents, token_uses={}) == before
    assert [one.used_at for one in (await desk.tokens.page(SARA, 10)).tokens] == [NOON + timedelta(minutes=2)]


async def test_a_use_that_could_not_be_written_is_tried_again(desk: Desk) -> None:
    """Nobody is refused for it."""
    tokens, new = desk.tokens, await made(desk)
    desk.writes_no_uses = True
    assert await used(tokens, new.text) is not None
    assert desk.store.contents.token_uses == {}
    desk.writes_no_uses = False
    assert await used(tokens, new.text) is not None
    assert desk.store.contents.token_uses == {new.token.digest: NOON}


async def test_a_use_brings_no_token_back(desk: Desk) -> None:
    """Written down after it was revoked."""
    tokens, new = desk.tokens, await made(desk)
    assert await tokens.identify(new.text) is not None
    await desk.tokens.revoke("nightly", SARA)
    await settled()
    assert (desk.store.contents.tokens, desk.store.contents.token_uses) == ({}, {})


@given(st.frozensets(st.sampled_from(Scope)), st.sampled_from(Role), st.booleans())
def test_a_token_acts_as_less_than_its_admin(scopes: frozenset[Scope], role: Role, is_active: bool) -> None:
    """Super with the scope admin alone, on shared keys alone; read again later it has gained nothing, and nothing is left of it once its admin is less."""
    token = evolve(A_TOKEN.token, scopes=scopes)
    actor = TokenIdentity(A_TOKEN.admin, token).actor("192.0.2.7")
    assert actor == Actor(
        "sara",
        Role.SUPER if Scope.ADMIN in scopes else Role.NORMAL,
        scopes=(KeyScope.SHARED,),
        address="192.0.2.7",
        token="nightly",
        token_scopes=scopes,
        credential_digest="d",
    )
    known = actor.with_current_role(evolve(A_TOKEN.admin, role=role, is_active=is_active))
    assert known == evolve(actor, is_active=is_active and role is Role.SUPER)
    assert actor.with_current_role(None) == evolve(actor, is_active=False)
