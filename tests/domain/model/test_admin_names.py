"""Names of admins: what a new one may be called, and which names are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.access.admin_names import admin_name, admin_name_key, stored_admin_name

ZWNJ, ZWSP, LRM = "\u200c", "\u200b", "\u200e"


@pytest.mark.parametrize(
    "text",
    [
        "sara",
        "Zoé",
        "سارا",
        f"می{ZWNJ}نا",
        "山田 太郎",
        "ヤマダ さくら",
        "김민수",
        "Мария-Анна",
        "a.b+c@example.com",
        "x_1",
        "नेहा",
        "sara ۲",
    ],
)
def test_names_of_people_in_their_own_script(text: str) -> None:
    """Letters with their accents, digits of any script, blanks inside, and a few signs."""
    assert admin_name(text) == text


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (f"cli{ZWSP}", r"name-character: character='U\+200B', position=4"),
        (f"root{LRM}", r"U\+200E"),
        (f"sa{ZWNJ}ra", r"U\+200C"),
        (f"سارا{ZWNJ}", r"U\+200C"),
        ("a\u00a0b", r"U\+00A0"),
        ("a|b", r"U\+007C"),
        ("ⅽli", r"U\+217D"),
        ("a①", r"U\+2460"),
        ("\u0301ann", r"U\+0301"),
        ("сara", "name-of-scripts: scripts=\\('Cyrillic', 'Latin'\\)"),
        ("αnn", "name-of-scripts: scripts=\\('Greek', 'Latin'\\)"),
        ("сӏі", "name-reserved"),
        ("ⅭLI".casefold(), "name-character"),
        ("ｃｌｉ", "name-reserved"),
        ("cl1", "name-reserved"),
        ("CIi", "name-reserved"),
        ("ᏟᏞᎥ", "name-reserved"),
        ("clí", "name-reserved"),
    ],
)
def test_what_would_look_like_somebody_else(text: str, rule: str) -> None:
    """Invisible characters, mixed scripts, and whatever reads as the name of the command line."""
    with pytest.raises(InvalidValue, match=rule):
        admin_name(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sara", "Sara"),
        ("sara", "ｓａｒａ"),
        ("root", f"root{LRM}"),
        ("cli", f"cli{ZWSP}"),
        ("Zoé", "ZOE\u0301"),
        ("STRASSE", "straße"),
        ("می نا", f"می {ZWNJ}نا"),
        ("علی", "علي"),
        ("sara1", "sara۱"),
        ("a\u034fb", "ab"),
        ("ﬁn", "fin"),
    ],
)
def test_names_that_are_the_same(one: str, other: str) -> None:
    """But for letter case, width, digits, and what nobody sees."""
    assert admin_name_key(one) == admin_name_key(other)


@pytest.mark.parametrize(("one", "other"), [("sara", "sarah"), ("zoe", "zoé"), ("a.b", "ab"), ("سارا", "sara")])
def test_names_that_differ(one: str, other: str) -> None:
    """What people can see keeps them apart."""
    assert admin_name_key(one) != admin_name_key(other)


def test_admins_of_older_versions_can_still_be_named() -> None:
    """They are disabled and changed by the names that they have; nobody is called as the command line."""
    assert stored_admin_name(f"root{LRM}") == f"root{LRM}"
    with pytest.raises(InvalidValue, match="name-reserved"):
        stored_admin_name("CLI")


@given(st.text(max_size=64))
def test_every_name_has_one_key(text: str) -> None:
    """It is its own key, and spelling it in capitals changes nothing where that can be taken back."""
    key = admin_name_key(text)
    assert len(key) > 256 or admin_name_key(key) == key
