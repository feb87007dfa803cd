"""Ids of vendors at a Tab: Bash writes each on the line as one word that says nothing but the id, and executes no part of it."""

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeldesk.entrypoints.cli.bash_completion import word_at_cursor
from tests.support.bash_terminal import bash_terminal
from tests.support.cli_folder import Folder
from tests.support.counts import IS_NIGHTLY, count

HOSTILE = {
    "a$(touch run)": ("a", "'a", '"a'),
    "b`touch run`": ("b", '"b'),
    "c;touch run": ("c",),
    "d two words": ("d", "d\\ ", "'d t", '"d two '),
    "e*": ("e",),
    "f'quote": ("f", "'f", '"f'),
    "h@1:3b": ("h", "h@", "h@1:"),
    "i=x,": ("i", "i="),
    "l!!": ("l", "'l"),
    "r:$(touch run)": ("r", "r:", "'r:"),
}
"""Ids, with what is typed before the Tab."""


def test_a_real_bash_executes_no_part_of_an_id(folder: Folder) -> None:
    """Whatever quotes its word began with, at night all of them; and no file is taken for a pattern."""
    folder.declare({"slug": "local", "name": "Local", "capabilities": {"chat": {"supported": True, "models": list(HOSTILE)}}})
    folder.type("import-providers")
    with bash_terminal(folder.path) as terminal:
        terminal.type(b'shopt -s failglob; modeldesk() { printf \'<%s>\\n\' "${@:5}"; }; echo se""t\n')
        terminal.read_until(b"set\r\n")
        for model, typed in HOSTILE.items():
            for keys in typed if IS_NIGHTLY else typed[-1:]:
                terminal.type(f"modeldesk models select local chat {keys}\t\n".encode())
                assert f"<{model}>\r\n".encode() in terminal.read_until(b">\r\n"), keys
    assert not (folder.path / "run").exists()


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash on PATH")
@pytest.mark.parametrize("quote", ["", "'", '"'])
@given(model=st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=20))
@settings(max_examples=count(20, 2_000))  # each is a process of Bash
def test_a_completed_word_is_the_id(quote: str, model: str) -> None:
    """In any quotes, as Bash itself reads it. An exclamation mark in double quotes, which no escape protects from the history, offers nothing."""
    completed = word_at_cursor(f"modeldesk models select local chat {quote}", " \t\n\"'@><=;|&(:").completed(model)
    if completed is None:
        assert quote == '"'
        assert "!" in model
        return
    read = subprocess.run(["bash", "-c", f"printf %s {quote}{completed}{quote}"], capture_output=True, check=True)
    assert read.stdout.decode() == model


def test_what_bash_replaces() -> None:
    """What stands after the last break of the word that has no quotes; a mark of a host stays part of it."""
    breaks = " \t\n\"'@><=;|&(:"
    for typed, done in (
        ("x a:b", "a:"),
        ("x a\\:b", ""),
        ("x --deselect=chat:b", "--deselect=chat:"),
        ("x a@b", "a"),
        ("x 'a:b", ""),
        ("x a:'b", "a:"),
    ):
        assert word_at_cursor(typed, breaks).done == done, typed
    assert word_at_cursor("x a:b", " ").done == ""
