"""Keys and secrets as values: what can be a key, what is shown of it, and the origin that it is bound to."""

import copy
import json
import logging
import pickle

import pytest
from attrs import asdict, frozen

from modeldesk.domain.errors import (
    InvalidValue,
)
from modeldesk.domain.model.keys.provider_key import KeyBinding, Secret, StoredKey, api_key, key_hint, origin_of
from modeldesk.domain.model.values.texts import Slug
from tests.support.samples import NOON

VENDOR = Slug("vendor")


@pytest.mark.parametrize(
    ("text", "hint"), [("x" * 12 + "A1b2", "A1b2"), ("x" * 11 + "A1b2", ""), ("12345678", ""), ("sk-" + "y" * 90 + "Zz9_", "Zz9_")]
)
def test_a_hint_is_the_end_of_a_key_that_is_long_enough(text: str, hint: str) -> None:
    """Four characters of sixteen or more."""
    assert key_hint(Secret(text)) == hint


@pytest.mark.parametrize(
    "text", ["", " \n\ufeff", "x" * 4_097, "with blank inside", "new\nline-in-it", "tab\tin-it-1234", "schlüssel-lang-genug", "کلید-محرمانه", "nul\0in-the-middle"]
)  # fmt: skip
def test_what_cannot_be_a_key(text: str) -> None:
    """Too short, too long, or what a header cannot carry; the refusal does not quote it."""
    with pytest.raises(InvalidValue) as caught:
        api_key(text)
    assert not text or text not in str(caught.value)


def test_what_can_be_a_key() -> None:
    """The shortest, the longest, and every printable character; blanks, line ends and a byte order mark around it are left out."""
    everything = "".join(map(chr, range(33, 127)))
    for text in ("x", "EMPTY", "x" * 4_096, everything):
        assert api_key(text).reveal() == api_key(f"\ufeff \t{text}\r\n\u200b").reveal() == text


@frozen
class Holder:
    """Whoever has a secret."""

    secret: Secret


def test_a_secret_never_prints() -> None:
    """Not by str, repr, format, f-string, percent, log, traceback of attrs holders, JSON, pickling or copying."""
    text = "sk-never-to-be-seen"
    secret = Secret(text)
    key = StoredKey(KeyBinding(VENDOR, None, "https://vendor.example"), text.encode(), "seen", "f", NOON, "sara")
    record = logging.LogRecord("x", logging.INFO, "x", 1, "%s %r", (secret, secret), None)
    for written in (str(secret), repr(secret), f"{secret}", f"{secret!r:>40}", f"{secret:>40}", repr([secret]),
                    repr({"key": secret}), record.getMessage(), repr(key), str(asdict(Holder(secret)))):  # fmt: skip
        assert text not in written
        assert "never" not in written
    for refused in (lambda: pickle.dumps(secret), lambda: json.dumps(secret), lambda: copy.deepcopy(secret), lambda: vars(secret)):
        with pytest.raises(TypeError):
            refused()
    with pytest.raises(TypeError):
        pickle.dumps({"key": [secret]})


@pytest.mark.parametrize(("one", "other", "same"), [("a", "a", True), ("a", "b", False)])
def test_secrets_compare_by_what_they_hide(one: str, other: str, same: bool) -> None:
    """And are never equal to a plain text."""
    assert (Secret(one) == Secret(other)) is same
    assert (hash(Secret(one)) == hash(Secret(other))) is same
    assert Secret(one) != one


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://api.example/v1", "https://api.example"),
        ("https://API.Example:443/v1?x#y", "https://api.example"),
        ("http://api.example:80", "http://api.example"),
        ("http://api.example:443/", "http://api.example:443"),
        ("https://api.example:8443", "https://api.example:8443"),
        ("http://[::1]:11434/v1", "http://[::1]:11434"),
        ("http://[FE80::1]/", "http://[fe80::1]"),
        ("", ""),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, origin: str) -> None:
    """In one spelling, whatever the address's; none of no address."""
    assert origin_of(url) == origin
