"""A provider's texts in further languages."""

import pytest
from attrs import evolve

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.providers.provider import Capability
from modeldesk.domain.model.providers.translation import Translation, language_tag
from modeldesk.domain.model.values.texts import CapabilityName, MultilineText, SingleLineText
from tests.support.samples import provider

CHAT, IMAGE = CapabilityName("chat"), CapabilityName("image")
PLAIN = provider(
    display_name=SingleLineText("Acme"),
    description=MultilineText("Models"),
    capabilities={CHAT: Capability(True, description=MultilineText("To chat"))},
)
PERSIAN = Translation(SingleLineText("آکمی"), MultilineText("مدل‌ها"), {CHAT: MultilineText("گفتگو")})


@pytest.mark.parametrize("tag", ["fa", "pt-BR", "zh-Hant-TW", "deu"])
def test_tags_of_languages(tag: str) -> None:
    """As browsers and files of messages write them."""
    assert language_tag(tag) == tag


@pytest.mark.parametrize("tag", ["", "Persian", "f", "fa_IR", "fa-", "FA", "fa ir"])
def test_what_is_no_tag(tag: str) -> None:
    """A slip would hide the texts."""
    with pytest.raises(InvalidValue):
        language_tag(tag)


def test_texts_are_those_of_the_language() -> None:
    """A region falls back to its language; another language to the plain texts."""
    known = evolve(PLAIN, translations={language_tag("fa"): PERSIAN})
    for language in ("fa", "fa-IR"):
        assert (known.display_name_in(language), known.description_in(language)) == ("آکمی", "مدل‌ها")
        assert known.capability_text_in(language, CHAT) == "گفتگو"
    assert (known.display_name_in("en"), known.description_in("en"), known.capability_text_in("en", CHAT)) == ("Acme", "Models", "To chat")


def test_what_is_not_translated_is_shown_plainly() -> None:
    """Text by text; an empty description is one."""
    known = evolve(PLAIN, translations={language_tag("fa"): Translation(description=MultilineText(""))})
    assert (known.display_name_in("fa"), known.description_in("fa"), known.capability_text_in("fa", CHAT)) == ("Acme", "", "To chat")
    assert known.capability_text_in("fa", IMAGE) == ""
