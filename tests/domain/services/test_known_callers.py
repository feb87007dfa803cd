"""A caller is certain while identifying them anew would find the same, and write nothing."""

from datetime import timedelta

import pytest
from attrs import evolve

from modeldesk.adapters.memory.unit_of_work import InMemoryStore
from modeldesk.domain.model.access.admin import Admin, Role
from modeldesk.domain.model.access.api_token import ApiToken, Caller, TokenIdentity
from modeldesk.domain.model.access.permissions import Scope
from modeldesk.domain.model.access.session import USE_WRITTEN_EVERY, Identity, Session
from modeldesk.domain.model.snapshot import Access
from modeldesk.domain.model.values.texts import SingleLineText
from modeldesk.domain.services.known_callers import KnownCallers
from modeldesk.domain.services.last_use import LastUsedCache
from tests.support.manual_clock import NOON

SARA = Admin(SingleLineText("sara"), Role.SUPER, "", True, NOON)
END = NOON + timedelta(hours=12)
SESSION = Session("digest of a session", SARA.name, "", NOON, END)
TOKEN = ApiToken("digest of a token", SingleLineText("t"), SARA.name, frozenset({Scope.READ}), NOON, END, "")
BOTH = pytest.mark.parametrize("caller", [Identity(SARA, SESSION), TokenIdentity(SARA, TOKEN)], ids=["session", "token"])
MOMENT = timedelta(microseconds=1)


class Nobody:
    def run(self, _: object) -> None:
        raise AssertionError("nothing is written")


@pytest.fixture
def uses() -> LastUsedCache:
    return LastUsedCache(InMemoryStore().unit_of_work, lambda work: work.sessions, Nobody())  # type: ignore[arg-type]


@pytest.fixture
def known(uses: LastUsedCache) -> KnownCallers:
    return KnownCallers(uses, uses)


def used(caller: Caller) -> Session | ApiToken:
    return caller.token if isinstance(caller, TokenIdentity) else caller.session


@BOTH
@pytest.mark.parametrize(
    ("later", "is_certain"),
    [
        (timedelta(0), True),
        (USE_WRITTEN_EVERY - MOMENT, True),
        (USE_WRITTEN_EVERY, False),
        (-MOMENT, False),
    ],
)
def test_a_use_within_a_minute_is_certain(
    known: KnownCallers, uses: LastUsedCache, caller: Caller, later: timedelta, is_certain: bool
) -> None:
    """Later it must be written, and before it the clock was set back."""
    uses.record(used(caller), NOON)
    assert known.is_certain(caller, NOON + later) is is_certain


@BOTH
def test_what_has_expired_is_not(known: KnownCallers, uses: LastUsedCache, caller: Caller) -> None:
    """At the very moment."""
    uses.record(used(caller), END - MOMENT)
    assert known.is_certain(caller, END - MOMENT)
    assert not known.is_certain(caller, END)


@BOTH
def test_what_this_process_saw_end_is_not(known: KnownCallers, uses: LastUsedCache, caller: Caller) -> None:
    """Whatever the clock says later."""
    uses.record(used(caller), NOON)
    uses.record_end(used(caller))
    assert not known.is_certain(caller, NOON)


def test_a_new_session_is_certain_and_an_unused_token_is_not(known: KnownCallers) -> None:
    """A session counts as used when it begins; the first use of a token is written."""
    assert known.is_certain(Identity(SARA, SESSION), NOON)
    assert not known.is_certain(TokenIdentity(SARA, TOKEN), NOON)


@BOTH
def test_a_caller_whom_access_still_has_is_the_same(known: KnownCallers, uses: LastUsedCache, caller: Caller) -> None:
    """The very same admin and credential, and certain: else they are identified anew."""
    uses.record(used(caller), NOON)
    access = Access({SARA.name: SARA}, {SESSION.digest: SESSION}, {TOKEN.digest: TOKEN})
    assert known.is_same(caller, access, NOON)
    assert not known.is_same(caller, access, NOON + USE_WRITTEN_EVERY)
    changed = (
        evolve(access, admins={SARA.name: evolve(SARA, is_active=False)}),
        evolve(access, admins={}),
        evolve(access, sessions={}, tokens={}),
        evolve(access, sessions={SESSION.digest: evolve(SESSION)}, tokens={TOKEN.digest: evolve(TOKEN, ended_at=NOON)}),
    )
    assert [known.is_same(caller, other, NOON) for other in changed] == [False] * 4


def test_a_token_whose_end_was_recorded_is_not(known: KnownCallers, uses: LastUsedCache) -> None:
    """By any process."""
    uses.record(TOKEN, NOON)
    assert not known.is_certain(TokenIdentity(SARA, evolve(TOKEN, ended_at=NOON)), NOON)
