"""What a text may be."""

import unicodedata

import pytest

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.values import texts

PERSIAN = "بهترین برای کدنویسی"
ZWNJ, ZWJ, LRM, RLM = "\u200c", "\u200d", "\u200e", "\u200f"
BIDI = ["\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069"]


@pytest.mark.parametrize("text", ["a", "7", "openai", "x-1", "a-b-c", "a" * 64])
def test_a_slug_is_parts_joined_by_single_hyphens(text: str) -> None:
    """Letters a-z, digits and single hyphens between them make a slug, up to 64 characters."""
    assert texts.slug(text) == text
    assert texts.capability_name(text) == text


@pytest.mark.parametrize("text", ["", "-a", "a-", "a--b", "A", "a_b", "a b", "é", "a\n", "٣", "a.b", "ａ"])
def test_anything_else_is_no_slug(text: str) -> None:
    """Capitals, underscores, doubled or outer hyphens, other scripts' digits and a newline at the end are refused."""
    with pytest.raises(InvalidValue, match="slug-malformed"):
        texts.slug(text)
    with pytest.raises(InvalidValue, match="capability-malformed"):
        texts.capability_name(text)


def test_a_slug_has_at_most_64_characters() -> None:
    """The limit and the length that came are facts."""
    with pytest.raises(InvalidValue, match="slug-too-long: most=64, count=65"):
        texts.slug("a" * 65)


@pytest.mark.parametrize("text", ["OpenAI", PERSIAN, f"می{ZWNJ}شود", f"A{LRM}B{RLM}", f"👩{ZWJ}💻", "٤", "=1+1", "  two  blanks "])
def test_names_may_be_in_any_language(text: str) -> None:
    """ZWNJ, ZWJ and the two marks of direction are ordinary in Persian and emoji, and stay where they are."""
    assert texts.single_line_text(text) == text
    assert texts.multiline_text(text) == text


@pytest.mark.parametrize("text", ["", " ", "   ", "\u00a0", "\u3000", ZWNJ, f" {ZWNJ}{RLM}", "\ufeff"])
def test_a_name_must_show(text: str) -> None:
    """Nothing, blanks of any width, and marks that only act on their neighbours are no name."""
    with pytest.raises(InvalidValue, match="blank"):
        texts.single_line_text(text)


HALVES = ["\ud800", "\udfff"]


@pytest.mark.parametrize(
    "character", [*BIDI, *HALVES, "\x00", "\t", "\n", "\r", "\x1b", "\x1f", "\x7f", "\x80", "\x9f", "\u2028", "\u2029"]
)
def test_a_name_holds_nothing_that_reorders_or_ends_a_line(character: str) -> None:
    """Bidi overrides, embeddings and isolates, control characters, separators and lone surrogates are refused with their place."""
    with pytest.raises(InvalidValue, match=rf"forbidden-character: character='U\+{ord(character):04X}', position=3"):
        texts.single_line_text(f"ab{character}c")


@pytest.mark.parametrize("character", [*BIDI, "\t", "\n", "\u2028"])
def test_a_description_may_hold_lines_and_tabs(character: str) -> None:
    """Prose is laid out by its writer."""
    assert texts.multiline_text(f"ab{character}c") == f"ab{character}c"


@pytest.mark.parametrize("character", ["\x00", "\x08", "\x0b", "\x0c", "\r", "\x1b", "\x1f", "\x7f", "\x9f", *HALVES])
def test_a_description_holds_no_other_control_character(character: str) -> None:
    """A description too is refused where it holds what no text holds."""
    with pytest.raises(InvalidValue, match=rf"U\+{ord(character):04X}', position=3"):
        texts.multiline_text(f"ab{character}c")


def test_a_description_may_be_empty() -> None:
    """Nothing to say is fine in prose."""
    assert texts.multiline_text("") == ""


@pytest.mark.parametrize("rule", [texts.single_line_text, texts.multiline_text, texts.model_id])
def test_texts_are_kept_composed(rule: "type[texts.single_line_text]") -> None:
    """A letter and its accent sent as two characters are stored as one (NFC)."""
    assert rule("Re\u0301sume\u0301") == "R\u00e9sum\u00e9"
    assert unicodedata.is_normalized("NFC", rule(PERSIAN))


def test_a_text_has_at_most_ten_thousand_characters() -> None:
    """Exactly as many pass."""
    assert len(texts.multiline_text("x" * 10_000)) == 10_000
    with pytest.raises(InvalidValue, match="text-too-long: most=10000, count=10001"):
        texts.multiline_text("x" * 10_001)
    with pytest.raises(InvalidValue, match="text-too-long: most=10000"):
        texts.single_line_text("x" * 10_001)


def test_a_text_that_grows_when_composed_is_measured_as_it_is_kept() -> None:
    """Some letters are two characters in NFC: what is kept must be allowed to come back in."""
    grows = "\u0958"
    assert texts.multiline_text(grows * 5_000) == "\u0915\u093c" * 5_000
    with pytest.raises(InvalidValue, match="count=10002"):
        texts.multiline_text(grows * 5_001)
    with pytest.raises(InvalidValue, match="model-id-too-long: most=200, count=202"):
        texts.model_id(grows * 101)


@pytest.mark.parametrize("text", ["gpt-4o", "meta-llama/Llama-3.3-70B:free", "@cf/meta/llama", "مدل", "a b", "x" * 200])
def test_a_model_id_is_the_vendors(text: str) -> None:
    """Slashes, colons, capitals and blanks inside belong to vendors' names."""
    assert texts.model_id(text) == text


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "blank"),
        (" gpt", "model-id-blank-ends"),
        ("gpt\u00a0", "model-id-blank-ends"),
        ("x" * 201, "model-id-too-long: most=200, count=201"),
        ("gpt\u202e4", r"U\+202E"),
        ("gpt\n4", r"U\+000A"),
    ],
)
def test_what_a_model_id_must_not_be(text: str, rule: str) -> None:
    """A model id keeps to the rules of a name, has no blanks at its ends and 200 characters at most."""
    with pytest.raises(InvalidValue, match=rule):
        texts.model_id(text)


ADDRESSES = [
    "",
    "https://api.openai.com/v1",
    "http://127.0.0.1:11434",
    "http://[::1]:80/",
    "HTTPS://Example.COM",
    "https://مثال.ایران/راه?q=۱#x",
]


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address_is_absolute_http(text: str) -> None:
    """http and https in any letter case, any host and port; empty stands for none."""
    assert texts.http_url(text) == text


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("api.openai.com", "url-not-http"),
        ("//api.openai.com", "url-not-http"),
        ("ftp://example.com", "url-not-http"),
        ("javascript:alert(1)", "url-not-http"),
        ("https://", "url-not-http"),
        ("https://:443/", "url-not-http"),
        ("https://example.com:99999", "url-unreadable"),
        ("https://example.com:x", "url-unreadable"),
        ("https://[::1", "url-unreadable"),
        ("https://example.com\uff0fevil", "url-unreadable"),
        ("https://user@example.com", "url-with-credentials"),
        ("https://:secret@example.com", "url-with-credentials"),
        ("https://exa mple.com", "url-with-blanks"),
        ("https://example.com/\u202e", "url-with-blanks"),
        ("https://example.com/\n", "url-with-blanks"),
        ("https://example.com/" + "x" * 2_029, "url-too-long: most=2048, count=2049"),
    ],
)
def test_what_an_address_must_not_be(text: str, rule: str) -> None:
    """Relative, foreign, broken, overlong addresses and those with credentials or unseen characters are refused."""
    with pytest.raises(InvalidValue, match=rule):
        texts.http_url(text)


def test_the_longest_address() -> None:
    """An address of exactly the limit passes."""
    longest = "https://example.com/" + "x" * 2_028
    assert texts.http_url(longest) == longest
