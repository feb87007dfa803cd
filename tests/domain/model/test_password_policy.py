"""What a password must be, and what it may be."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.access.password_policy import WELL_KNOWN, checked_password

OWN = st.text(string.ascii_letters, min_size=4, max_size=40)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "گذرواژه‌ی بلند من",
        "another long password",
        "un mot de passe tre\u0300s long",
        "!!??##::;;,,--",
        "483920174628",
        "my password is a river",
        "Tr0ub4dor&3-and-more",
        "    blanks    ",
        "x" * 11 + "y" + "z" * 116,
    ],
)
def test_a_password_may_be_anything_of_ones_own(password: str) -> None:
    """Any script, blanks and signs; no kind of character is asked for."""
    checked_password(password, "sara")


@pytest.mark.parametrize("password", ["x" * 11, "x" * 129, "", "e\u0301" * 8])
def test_a_password_has_a_length(password: str) -> None:
    """12 to 128 characters, an accent counted with its letter."""
    with pytest.raises(InvalidValue, match="12 to 128 characters"):
        checked_password(password, "sara")


@pytest.mark.parametrize("password", ["\ud800" * 12, "twelve long \udcff"])
def test_a_password_is_text(password: str) -> None:
    """Half a character cannot be hashed."""
    with pytest.raises(InvalidValue, match="UTF-8"):
        checked_password(password, "sara")


@pytest.mark.parametrize(
    ("password", "weakness"),
    [
        ("x" * 12, "repeats itself"),
        (" " * 128, "repeats itself"),
        ("abababababab", "repeats itself"),
        ("Abc!Abc!Abc!", "repeats itself"),
        ("12-12-12-12-12", "repeats itself"),
        ("۱۱۱۱۱۱۱۱۱۱۱۱", "repeats itself"),
        ("123456789012", "plain sequence"),
        ("0987654321098", "plain sequence"),
        ("abcdefghijkl", "plain sequence"),
        ("Zyx-Wvu-Tsr-Qpo", "plain sequence"),
        ("qwertyuiopas", "plain sequence"),
        ("poiuytrewqpoiu", "plain sequence"),
        ("!@#$%^&*()_+", "plain sequence"),
        ("1qaz2wsx3edc", "lists of broken passwords"),
        ("Correct-Horse-Battery-Staple", "lists of broken passwords"),
        ("sara12345678", "own name"),
        ("Sara.Sara.2026", "own name"),
        ("S4ra-S@ra-Sara", "own name"),
        ("sara-password", "everybody knows"),
        ("modeldesk2026!", "everybody knows"),
        ("ModelDesk Admin", "everybody knows"),
        ("P@ssw0rd1234!", "everybody knows"),
        ("password password", "everybody knows"),
        ("letmein-letmein", "everybody knows"),
        ("welcome to 2026", "everybody knows"),
    ],
)
def test_what_anybody_tries_first_is_refused(password: str, weakness: str) -> None:
    """With the reason, and never with the password."""
    with pytest.raises(InvalidValue, match=weakness) as refusal:
        checked_password(password, "sara")
    assert password not in str(refusal.value)


@pytest.mark.parametrize("password", sorted(WELL_KNOWN))
def test_the_list_is_worth_its_place(password: str) -> None:
    """Every entry is long enough to pass otherwise, and is written as it is looked for."""
    assert len(password) >= 12
    assert password == "".join(character for character in password.casefold() if character.isalnum())
    for spelled in (password, password.upper(), "-".join(password)):
        with pytest.raises(InvalidValue):
            checked_password(spelled, "sara")


@given(st.text(st.characters(codec="utf-8"), max_size=140), st.text(max_size=20))
def test_whatever_is_given_is_judged(password: str, name: str) -> None:
    """A password comes back as it was, composed, or is refused; nothing else happens, whatever it is and whatever the admin is called."""
    try:
        checked = checked_password(password, name)
    except InvalidValue:
        return
    assert 12 <= len(checked) <= 128
    assert checked_password(checked, name) == checked


@given(st.text(string.ascii_lowercase, min_size=1, max_size=3), st.integers(12, 128))
def test_a_few_characters_again_and_again_are_refused(unit: str, length: int) -> None:
    """However long it is."""
    with pytest.raises(InvalidValue):
        checked_password((unit * length)[:length], "sara")


@given(st.text("abcdefghijkmnopqrstuvwxyz", min_size=3, max_size=30), st.text(string.digits, min_size=12, max_size=40))
def test_the_name_and_digits_are_refused(name: str, digits: str) -> None:
    """Before it, behind it, and with capital letters."""
    for password in (name + digits, digits + name, name.upper() + digits):
        with pytest.raises(InvalidValue):
            checked_password(password, name)
