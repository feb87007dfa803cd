"""One verb for one deed: the messages use the terms of the panel's table, and Persian is written as Persian is."""

import re
from collections.abc import Iterable
from io import BytesIO

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from modeldesk.entrypoints.panel.languages import CATALOGUES

KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
ERRORS = ("wording.py", "sentences.py", "error_messages.py")
"""The messages of errors have tests of their own."""

OUTDATED = re.compile(
    r"\b(undo|undone|take[ns]? back|took .* back|step back|switch(ed)? (\S+ )?(on|off)|choos(e|es|ing) (\S+ )?models?|chosen?|set aside"
    r"|nobody known|nowhere|anew|cannot be meant|dearer|used last|once more|made|make)\b",
    re.IGNORECASE,
)
MISWRITTEN = {
    "a half-space after the prefix": re.compile(r"(^|\s)ن?می\s"),
    "a half-space before the plural": re.compile(r"\s(های?|هایی|هایش)(\s|$)"),
    "Persian letters": re.compile("[يكۀة]"),
    "Persian punctuation": re.compile(r"[؀-ۿ]\s?[,;?]"),
    "the ezafe as a hamza": re.compile("ه‌ی( |$)"),
    "no space before punctuation": re.compile(r"\s[،؛؟.!:](\s|$)"),
    "single spaces": re.compile("  "),
    "dates in their own direction": re.compile(r"(?<![\u200e0-9-])[0-9]+-[0-9]"),
    "digits of Persian": re.compile(r"[؀-ۿ] [0-9]+( [؀-ۿ]|$)"),
}


def own_messages() -> list[str]:
    """Every message of the panel but those of errors; of plurals both forms."""
    found = extract_from_dir(str(CATALOGUES.parent), [("**.py", "python"), ("templates/**.html", "jinja2")], keywords=KEYWORDS)
    messages = [message for file, _, message, _, _ in found if file not in ERRORS]
    return [text for message in messages for text in ([message] if isinstance(message, str) else message)]


def persian() -> dict[str, str]:
    """Every translation, those of errors too, by message; of plurals by their first form."""
    catalogue = read_po(BytesIO((CATALOGUES / "fa" / "LC_MESSAGES" / "panel.po").read_bytes()))
    return {
        message.id if isinstance(message.id, str) else message.id[0]: message.string
        if isinstance(message.string, str)
        else " ".join(message.string)
        for message in catalogue
        if message.id
    }


def avoided() -> Iterable[str]:
    """The last column of the table of terms."""
    for row in (CATALOGUES / "README.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        if row.startswith("| ") and len(cells) == 3 and cells[2] != "not":
            yield from filter(None, (word.strip() for word in cells[2].split("،")))


def test_english_uses_the_verbs_of_the_table() -> None:
    """Select, deselect, roll back, enable, disable, create: no older word for the same deed."""
    messages = own_messages()
    assert len(messages) > 250
    assert [message for message in messages if OUTDATED.search(message)] == []


def test_persian_uses_the_terms_of_the_table() -> None:
    """None of the words that the table rules out."""
    words = list(avoided())
    assert len(words) > 8
    ruled_out = re.compile(rf"(?<![\w\u200c])({'|'.join(words)})")
    assert {source: text for source, text in persian().items() if ruled_out.search(text)} == {}


@pytest.mark.parametrize("rule", MISWRITTEN)
def test_persian_is_written_with_its_own_signs(rule: str) -> None:
    """Half-spaces, letters, digits and punctuation; placeholders and commands aside."""
    texts = {source: re.sub(r"%\(\w+\)s", "x", text) for source, text in persian().items()}
    assert {source: text for source, text in texts.items() if MISWRITTEN[rule].search(text)} == {}


def test_a_latin_word_and_the_data_behind_it_are_read_from_left_to_right() -> None:
    """`GET /v1/models` is one thing: without a mark the word and the data stand in reverse order."""
    unmarked = re.compile(r"(?<![\u200e\w)])[A-Za-z]+ %\(\w+\)s|(?<![\w)])[A-Za-z]+ %\(\w+\)s(?!\u200e)")
    assert {source: text for source, text in persian().items() if unmarked.search(text)} == {}


def test_no_translation_is_a_fragment() -> None:
    """A merge can leave a single letter of one."""
    assert {source: text for source, text in persian().items() if len(text) < len(source) // 4} == {}
