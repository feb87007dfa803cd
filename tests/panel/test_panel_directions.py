"""Numbers, names and lists in a language that is written from right to left."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from modeldesk.domain.model.values.pricing import Pricing
from modeldesk.entrypoints.panel.formatting import price_text, template_functions
from modeldesk.entrypoints.panel.languages import Language, languages
from tests.support.app import App
from tests.support.panel_client import PanelClient, text_of


def language(code: str) -> Language:
    found = languages().named(code)
    assert found is not None
    return found


def function(code: str, name: str) -> Callable[..., Any]:
    return template_functions(language(code))[name]


@pytest.mark.parametrize(("code", "expected"), [("en", "$0.25"), ("fa", "$۰٫۲۵")])
def test_a_price_has_the_digits_of_its_page(code: str, expected: str) -> None:
    """And its decimal sign; it is left to right in both, and a difference of prices is alike."""
    assert price_text(language(code), Decimal("0.25"), "USD") == f'<bdi dir="ltr">{expected}</bdi>'
    assert function(code, "price")(Pricing(amounts={"prompt": Decimal("0.25")}), "prompt") == f'<bdi dir="ltr">{expected}</bdi>'
    assert function(code, "signed_dollars")(Decimal("-0.25")) == f'<bdi dir="ltr">−{expected}</bdi>'


def test_all_numbers_of_a_table_have_one_kind_of_digits(app: App, sara: PanelClient) -> None:
    """Prices as well as contexts; ids keep theirs."""
    sara.language = "fa"
    rows = text_of(sara.get("/admin/providers/acme/chat")).partition("<tbody")[2].partition("</tbody>")[0]
    assert "$۲٫۵۰" in rows
    assert "۲۰۰٬۰۰۰" in rows
    assert "$2.5" not in rows


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Claude بهترین برای کدنویسی و تحلیل", '<bdi dir="rtl">Claude بهترین برای کدنویسی و تحلیل</bdi>'),
        ("GPT-6 و GPT-5", '<bdi dir="rtl">GPT-6 و GPT-5</bdi>'),
        ("Claude Opus، Sonnet و Haiku 5.5 و نسل‌های پیشین", '<bdi dir="rtl">Claude Opus، Sonnet و Haiku 5.5 و نسل‌های پیشین</bdi>'),
        ("Claude 3.5 Sonnet", "<bdi>Claude 3.5 Sonnet</bdi>"),
        ("an answer with the word سلام inside it", "<bdi>an answer with the word سلام inside it</bdi>"),
    ],
)
def test_a_sentence_that_begins_with_a_latin_name_keeps_its_direction(text: str, expected: str) -> None:
    """Its words decide, not the first letter."""
    assert function("fa", "named")(text) == expected


def test_lists_are_separated_as_the_language_does() -> None:
    """Each code is isolated for itself."""
    one, two = '<code dir="ltr">a-b</code>', '<code dir="ltr">c</code>'
    assert function("en", "codes")(["a-b", "c"]) == f"{one}, {two}"
    assert function("fa", "codes")(["a-b", "c"]) == f"{one}، {two}"
