"""Tables: fitted to a terminal, one unbroken line a row on a pipe, and every column where it belongs, whatever the letters."""

import json
import os
from collections.abc import Callable

import pytest

from modeldesk.entrypoints.cli.columns import Column
from modeldesk.entrypoints.cli.tables import fitted, table, unbroken
from tests.support.cli_folder import SHIPPED, Folder
from tests.support.terminal import STYLE, shown_at

# How many columns of a terminal each takes: letters one, emoji and Chinese two, joiners and marks above a letter none.
WIDTHS = {
    "plain": 5,
    "هوش مصنوعی": 10,
    "می\u200cشود": 5,
    "é\u0301\u0302": 1,
    "🚀 go": 5,
    "👩\u200d💻": 2,
    "模型": 4,
    "عَلَم": 3,
    "🇮🇷": 2,
    "❤\ufe0f": 2,
    "": 0,
}
COLUMNS = (Column("name"), Column("count", is_number=True), Column("id", is_whole=True))


@pytest.fixture
def shipped(folder: Folder, declare_and_import: Callable[..., None]) -> Folder:
    """A desk with the providers that ship."""
    declare_and_import(folder, *json.loads(SHIPPED)["providers"])
    return folder


def test_columns_stand_under_each_other_whatever_the_letters() -> None:
    """Every cell is filled up by what it lacks in width, not in characters."""
    lines = unbroken(COLUMNS, [(text, "7", "id") for text in WIDTHS]).splitlines()
    assert lines[0] == "name        count  id"
    for (text, width), line in zip(WIDTHS.items(), lines[1:], strict=True):
        assert line == text + " " * (10 - width) + "  " + "    7" + "  id"


def test_a_terminal_gets_the_same_columns() -> None:
    """As far as its width allows, which here it does."""
    lines = fitted(COLUMNS, [(text, "7", "id") for text in WIDTHS], width=60).splitlines()
    for (text, width), line in zip(WIDTHS.items(), lines[1:], strict=True):
        assert line.rstrip() == text + " " * (10 - width) + "  " + "    7" + "  id"


def test_a_narrow_terminal_breaks_texts_and_keeps_ids() -> None:
    """What a person copies stands whole in one line."""
    rows = [("a rather long name of several words " * 2, "1,000", "claude-3-5-sonnet-20241022")]
    lines = fitted(COLUMNS, rows, width=56).splitlines()
    assert all(len(line.rstrip()) <= 56 for line in lines)
    assert len(lines) > 2
    assert any("claude-3-5-sonnet-20241022" in line for line in lines)


WIDE = (Column("model", is_whole=True), Column("name", dropped=1), Column("price"), Column("by", dropped=2))
PRICED = [("claude-opus-4-5-20251101", "Claude Opus 4.5, the larger one", "5.00 / 25.00 per 1M tokens", "sara")]


def test_columns_are_left_out_by_priority() -> None:
    """Those that matter least first; what is left out is named; nothing is squeezed."""
    assert fitted(WIDE, PRICED, width=120).splitlines()[0].split() == ["model", "name", "price", "by"]
    for width, shown, left_out in ((72, ["model", "name", "price"], "by"), (52, ["model", "price"], "name, by")):
        lines = fitted(WIDE, PRICED, width=width).splitlines()
        assert lines[0].split() == shown
        assert " ".join(lines[2:]).endswith(f"not shown here: {left_out}; use a wider window, or --format json")


def test_a_row_becomes_lines_where_not_even_its_ids_fit() -> None:
    """A field in each, so that an id can still be copied; an empty one has none."""
    assert fitted(WIDE, [*PRICED, ("claude-haiku-4-5-20251001", "", "", "nima")], width=30).splitlines() == [
        "model: claude-opus-4-5-20251101",
        "name: Claude Opus 4.5, the larger one",
        "price: 5.00 / 25.00 per 1M tokens",
        "by: sara",
        "",
        "model: claude-haiku-4-5-20251001",
        "by: nima",
    ]


def test_moments_are_shown_to_the_minute_on_a_terminal() -> None:
    """On a pipe they are exact."""
    row = [("2026-11-29T01:22:22.464Z",)]
    assert fitted((Column("at", is_whole=True),), row, width=80).splitlines()[1] == "2026-11-29 01:22Z"
    assert unbroken((Column("at", is_whole=True),), row).splitlines()[1] == row[0][0]


def test_a_character_that_commands_a_terminal_takes_the_room_of_what_is_shown() -> None:
    """So that the columns behind it stand under each other."""
    rows = [("a\x1bb", "7", "id"), ("a", "7", "id")]
    assert table(COLUMNS, rows, otherwise="").splitlines()[1:] == [r"a\u001bb      7  id", "a             7  id"]


def test_markup_in_a_cell_is_text() -> None:
    """A vendor called `[bold]` is called so."""
    assert "[bold]x[/bold] :rocket:" in fitted((Column("name"),), [("[bold]x[/bold] :rocket:",)], width=60)


@pytest.mark.parametrize(
    "words", [["providers", "list"], ["models", "browse", "openai", "chat"], ["overview"], ["providers", "show", "google"]], ids=" ".join
)
def test_on_a_pipe_no_colours_and_no_wrapping(shipped: Folder, words: list[str]) -> None:
    """Whatever the environment says of colours and columns: rows are lines."""
    forced = {"FORCE_COLOR": "1", "CLICOLOR_FORCE": "1", "COLUMNS": "20", "TTY_COMPATIBLE": "1", "TERM": "xterm-256color"}
    done = shipped.process(*words, env={**os.environ, **forced})
    assert done.stdout == shipped.type(*words).out
    assert "\x1b" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) > 60


def test_persian_and_emoji_in_a_real_table(empty_desk: Folder) -> None:
    """The column behind the names begins at the same place of every line."""
    names = ["هوش مصنوعی", "می\u200cشود", "🚀 go", "模型", "plain"]
    empty_desk.write("providers.json", "")
    empty_desk.declare(*({"slug": f"p{number}", "name": name} for number, name in enumerate(names)))
    empty_desk.type("import-providers")
    for name, line in zip(names, empty_desk.type("providers", "list").lines[1:], strict=True):
        assert line.partition("any")[0] == f"p{line[1]}        {name}{' ' * (10 - WIDTHS[name])}  "


@pytest.mark.usefixtures("shipped")
def test_a_terminal_is_fitted() -> None:
    """A real one, of 60 columns: no line is longer, and its heading is bold."""
    lines = shown_at(60, "providers", "list").splitlines()
    assert lines[0].startswith("\x1b[1m")
    assert max(len(STYLE.sub("", line)) for line in lines) <= 60
    assert len(lines) > 9


NARROW = (
    Column("id", is_whole=True),
    Column("state"),
    Column("price", is_whole=True, short="US$", shorten=lambda text: text[:4]),
    Column("reason", is_below=True),
)
LONG_ID = "a-model-of-a-vendor-with-a-long-name"


def test_cells_are_shortened_before_a_column_is_left_out() -> None:
    """And only where the table does not fit as it is."""
    rows = [("gpt-5", "ok", "4.00 per 1M tokens", "fine")]
    assert fitted(NARROW, rows, width=80).splitlines() == [
        "id     state  price               reason",
        "gpt-5  ok     4.00 per 1M tokens  fine",
    ]
    assert fitted(NARROW, rows, width=36).splitlines() == ["id     state  US$   reason", "gpt-5  ok     4.00  fine"]


def test_a_sentence_stands_below_its_row_where_it_has_no_room_beside_it() -> None:
    """Behind the title of its column, over as many lines as it needs; a row without one has no such line."""
    sentence = "nobody has ever said what this model costs, nor what it is for"
    rows = [("gpt-5", "ok", "4.00 per 1M tokens", sentence), ("gpt-6", "ok", "5.00 per 1M tokens", "")]
    assert fitted(NARROW, rows, width=50).splitlines() == [
        "id     state  price",
        "gpt-5  ok     4.00 per 1M tokens",
        "  reason: nobody has ever said what this model",
        "    costs, nor what it is for",
        "gpt-6  ok     5.00 per 1M tokens",
    ]


def test_an_id_that_is_too_long_stands_whole_below_its_row() -> None:
    """The others stay in their column, so that one long id does not undo the table."""
    rows = [(LONG_ID, "ok", "4.00 per 1M tokens", ""), ("gpt-5", "unknown", "5.00 per 1M tokens", "")]
    assert fitted(NARROW, rows, width=30).splitlines() == [
        "id               state    US$",
        "                 ok       4.00",
        f"  id: {LONG_ID}",
        "gpt-5            unknown  5.00",
    ]
