"""A session as a value: how long it lives, and which ones a new one ends."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from modeldesk.domain.model.access.session import (
    CLOCK_SLACK,
    LONGEST_IDLE,
    MOST_SESSIONS,
    SESSION_LIFETIME,
    Session,
    has_ended,
    sessions_to_evict,
)
from modeldesk.domain.model.values.texts import SingleLineText
from tests.support.samples import NOON

SECONDS = st.integers(-100_000, 100_000).map(lambda seconds: timedelta(seconds=seconds))


def session(number: int = 0, created_at: datetime = NOON) -> Session:
    return Session(f"{number:064}", SingleLineText("ann"), "token", created_at, created_at + SESSION_LIFETIME)


@given(SECONDS, SECONDS)
def test_a_session_lives_within_its_bounds(seen: timedelta, now: timedelta) -> None:
    """Wherever the clock stands: never past its hour, never half an hour after its last use, and never before it by more than the slack."""
    lives = not has_ended(session(), NOON + seen, NOON + now)
    assert lives is (now < SESSION_LIFETIME and seen - CLOCK_SLACK <= now < seen + LONGEST_IDLE)


@given(st.lists(SECONDS, max_size=9))
def test_room_is_made_by_the_oldest(created: list[timedelta]) -> None:
    """So that with the new one there are at most five, and nothing that stays is older than what goes."""
    sessions = [session(number, NOON + at) for number, at in enumerate(created)]
    ending = sessions_to_evict(sessions)
    staying = [one for one in sessions if one not in ending]
    assert len(staying) == min(len(sessions), MOST_SESSIONS - 1)
    assert all(old.created_at <= kept.created_at for old in ending for kept in staying)
