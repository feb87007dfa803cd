"""What a population script may be, before anything of it is looked at."""

import pytest

from modeldesk.domain.errors import DeclarationInvalid
from tests.support.declarations import READER

LIST = b"providers_data = [{'name': 'Acme', 'slug': 'acme'}]\n"
LONGEST = 2**20


def refused(source: bytes) -> str:
    """The code of the one problem that the script has."""
    with pytest.raises(DeclarationInvalid) as caught:
        READER.read_population(source)
    (problem,) = caught.value.problems
    return problem.reason.code


def test_a_script_is_read_up_to_its_limit() -> None:
    """A mebibyte: its syntax tree takes a hundred times the memory."""
    longest = LIST + b"#" * (LONGEST - len(LIST))
    assert [declared.slug for declared in READER.read_population(longest)] == ["acme"]
    assert refused(longest + b"#") == "script-too-large"


@pytest.mark.parametrize(
    ("before", "code"),
    [
        (b"# coding: latin-1\n", "script-declares-encoding"),
        (b"#!/usr/bin/python\n# -*- coding: rot13 -*-\n", "script-declares-encoding"),
        (b"# coding: somebodys_codec\n", "script-declares-encoding"),
        (b"text = '\0'\n", "script-with-nul"),
        (b"'\xff'\n", "script-not-utf8"),
        (b"x = " + b"-" * 50_000 + b"1\n", "script-too-deep"),
    ],
)
def test_what_python_would_do_more_with(before: bytes, code: str) -> None:
    """No codec is looked up, which would import a module; and what is nested too deep for Python is too deep for us."""
    assert refused(before + LIST) == code


@pytest.mark.parametrize(
    "before", [b"", b"\xef\xbb\xbf", b"# coding: utf-8\n", b"# vim: set fileencoding=UTF_8 :\n", b"x = 1\n# coding: latin-1\n"]
)
def test_utf_8_in_its_names(before: bytes) -> None:
    """Also where a later comment speaks of another encoding: Python heeds the first two lines, and the second only behind a comment."""
    assert [declared.slug for declared in READER.read_population(before + LIST)] == ["acme"]


def test_another_encoding_is_named() -> None:
    assert refused(LIST.decode().encode("utf-16")) == "text-other-encoding"
