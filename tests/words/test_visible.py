"""Characters that act on a terminal or reorder a page reach no reader as they are."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.domain.errors import AdminNotFound
from modeldesk.entrypoints.panel.error_messages import refusal_message
from modeldesk.entrypoints.panel.languages import languages
from modeldesk.entrypoints.words.english import English
from modeldesk.entrypoints.words.visible import LONGEST_FACT, visible, visible_in_json, visible_in_page

BIDI = ["\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069"]


@pytest.mark.parametrize("character", [*BIDI, "\x00", "\x07", "\x1b", "\x7f", "\x9b", "\x85"])
def test_it_is_shown_as_what_it_is(character: str) -> None:
    """By its number, for readers of terminals and of pages alike."""
    assert visible(f"a{character}b") == visible_in_page(f"a{character}b") == f"a\\u{ord(character):04x}b"


@pytest.mark.parametrize("text", ["plain", "a\tb\nc", "می\u200cشود", "A\u200eB\u200f", "👩\u200d💻 ❤\ufe0f", "é", ""])
def test_everything_else_stays(text: str) -> None:
    """Letters, line feeds, tabs, joiners and marks of direction."""
    assert visible(text) == visible_in_page(text) == text


def test_a_terminal_gets_no_carriage_return() -> None:
    """It would write over the line; in a field of a form it ends one."""
    assert visible("a\rb\u2028") == "a\\u000db\\u2028"
    assert visible_in_page("a\r\nb") == "a\r\nb"


def test_a_refusal_quotes_a_part() -> None:
    """At each edge: a name of a megabyte is not sent back."""
    error = AdminNotFound("x" * 1_000_000)
    english, page = English().refusal(error), refusal_message(error, languages().all[0])
    assert len(english) < LONGEST_FACT + 200
    assert len(page) < LONGEST_FACT + 300
    assert f"{'x' * LONGEST_FACT}…" in english
    assert f"{'x' * LONGEST_FACT}…" in page


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_json_means_the_same(value: object) -> None:
    """Whoever reads it gets the character back."""
    document = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
    assert json.loads(visible_in_json(document)) == json.loads(document)
    assert not any(character in visible_in_json(document).decode() for character in BIDI)
