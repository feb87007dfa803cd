"""A secret is not printed, pickled or formatted by accident, and no trace of it is left in a line."""

import base64
import pickle
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.domain.model.values.secret import Secret

TEXT = "sk-Proj/9f8e7d+6c5b=4a3Z2y"
SECRET = Secret(TEXT)
BYTES = TEXT.encode()


def test_it_shows_itself_to_nobody() -> None:
    """Neither by printing nor by formatting nor by pickling; asked for, it is given."""
    assert str(SECRET) == repr(SECRET) == f"{SECRET}" == f"{SECRET:>40}" == "Secret(****)"
    with pytest.raises(TypeError, match=r"^a secret is not pickled$"):
        pickle.dumps(SECRET)
    assert SECRET.reveal() == TEXT


def test_equal_texts_are_equal_secrets() -> None:
    """And found as such; the text itself is another thing."""
    assert Secret(TEXT) == SECRET
    assert len({SECRET, Secret(TEXT), Secret("another")}) == 2
    assert SECRET != TEXT


@pytest.mark.parametrize(
    "trace",
    [
        TEXT,
        TEXT.upper(),
        TEXT[:8],
        TEXT[-8:],
        TEXT[5:13],
        TEXT[::-1],
        quote(TEXT, safe=""),
        quote(TEXT, safe="").lower(),
        BYTES.hex(),
        BYTES.hex().upper(),
        base64.b64encode(BYTES).decode(),
        base64.urlsafe_b64encode(BYTES).decode(),
        base64.b64encode(b"x" + BYTES).decode()[2:-2],
        base64.b64encode(b"xy" + BYTES).decode()[4:-4],
        base64.urlsafe_b64encode(b"xy" + BYTES).decode()[4:-4],
    ],
)
def test_every_form_of_it_is_taken_out_of_a_line(trace: str) -> None:
    """One mark for each stretch, and everything else to the letter."""
    assert SECRET.redact(f"a {trace} z") == "a **** z"
    assert SECRET.redact(f"{trace}, {trace}") == "****, ****"


@pytest.mark.parametrize("line", ["", "plain", "a line of nothing but ordinary words", TEXT[:7], f"{TEXT[:7]} {TEXT[-7:]}", "İ" * 9])
def test_lines_without_it_stay(line: str) -> None:
    """Seven characters of it are no trace."""
    assert SECRET.redact(line) == line


def test_a_letter_that_grows_in_lower_case_moves_nothing() -> None:
    """The positions are those of the line, and the other letters are folded all the same."""
    assert SECRET.redact(f"İİ {TEXT} z") == "İİ **** z"


def test_a_short_one_is_looked_for_whole() -> None:
    """It has no part of eight characters."""
    assert Secret("abc").redact("xabcx abx") == "x****x abx"


@given(st.text(st.characters(codec="ascii"), min_size=8, max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_nothing_of_any_secret_stays(text: str, before: str, after: str) -> None:
    """Wherever it stands."""
    assert text not in Secret(text).redact(f"{before}{text}{after}") or text in "****"
