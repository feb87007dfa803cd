"""Tickets for event streams: signed with a token, for ten minutes, for nothing else."""

from datetime import timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.domain.model.access.credential_digest import credential_digest
from modeldesk.domain.model.access.stream_ticket import TICKET_LIFETIME, stream_ticket, token_of_ticket
from tests.support.stores import NOON, api_token

TOKEN, OTHER = api_token(credential_digest("one"), "one"), api_token(credential_digest("two"), "two")
TICKET = stream_ticket(TOKEN, NOON)


def test_a_ticket_finds_its_token() -> None:
    """Among others, until its end, which is a whole second."""
    assert token_of_ticket(TICKET, [OTHER, TOKEN], NOON) == TOKEN
    assert token_of_ticket(TICKET, [OTHER, TOKEN], NOON + TICKET_LIFETIME - timedelta(seconds=1)) == TOKEN
    assert token_of_ticket(TICKET, [OTHER, TOKEN], NOON + TICKET_LIFETIME) is None


def test_a_revoked_token_takes_its_tickets_along() -> None:
    assert token_of_ticket(TICKET, [OTHER], NOON) is None


def test_a_ticket_tells_nothing_of_its_token() -> None:
    """Neither its text nor the digest that a database holds."""
    assert TOKEN.digest not in TICKET
    assert TOKEN.digest[16:] not in TICKET


@pytest.mark.parametrize("place", range(len(TICKET)))
def test_no_sign_of_it_may_be_changed(place: int) -> None:
    """Not the token, not the end, not the signature."""
    changed = TICKET[:place] + ("1" if TICKET[place] != "1" else "2") + TICKET[place + 1 :]
    assert token_of_ticket(changed, [OTHER, TOKEN], NOON) is None


def test_another_token_of_the_same_beginning_is_another() -> None:
    """The signature needs the whole digest."""
    alike = evolve(OTHER, digest=TOKEN.digest[:16] + OTHER.digest[16:])
    assert token_of_ticket(TICKET, [alike], NOON) is None


@given(st.text(max_size=200))
def test_no_text_is_a_ticket(text: str) -> None:
    """And none breaks the reading."""
    assert token_of_ticket(text, [OTHER, TOKEN], NOON) is None


@pytest.mark.parametrize("ends_at", ["0", "999999999999", "253402300800"])
def test_a_moment_that_is_none_is_no_ticket(ends_at: str) -> None:
    """Also one that no calendar has."""
    handle, _, signature = TICKET.split(".")
    assert token_of_ticket(f"{handle}.{ends_at}.{signature}", [OTHER, TOKEN], NOON) is None


def test_a_clock_that_is_set_back_revives_no_ticket() -> None:
    """A ticket never has more time left than it was given, but for the difference between two clocks."""
    assert token_of_ticket(TICKET, [OTHER, TOKEN], NOON - timedelta(seconds=59)) == TOKEN
    assert token_of_ticket(TICKET, [OTHER, TOKEN], NOON - timedelta(seconds=61)) is None
