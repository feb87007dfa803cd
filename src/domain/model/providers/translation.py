"""A provider's texts in further languages, beside the plain ones of its declaration."""

import re
from collections.abc import Mapping
from typing import NewType

from attrs import field

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.values.texts import CapabilityName, MultilineText, SingleLineText
from modeldesk.domain.records import frozen

LanguageTag = NewType("LanguageTag", str)
"""The tag of a language, as in `fa` or `pt-BR` (RFC 5646, without extensions)."""

_TAG = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")


def language_tag(text: str) -> LanguageTag:
    """Raises InvalidValue."""
    if not _TAG.fullmatch(text):
        raise InvalidValue("language-malformed")
    return LanguageTag(text)


@frozen
class Translation:
    """The texts in one language. None, and a capability that is missing, means that the plain text is shown."""

    display_name: SingleLineText | None = None
    description: MultilineText | None = None
    capabilities: Mapping[CapabilityName, MultilineText] = field(factory=dict)


Translations = Mapping[LanguageTag, Translation]
NO_TRANSLATION = Translation()


def translation_for(translations: Translations, language: str) -> Translation:
    """The translation into this language, else into the language without its region; empty where there is none."""
    for tag in (language, language.partition("-")[0]):
        if (found := translations.get(LanguageTag(tag))) is not None:
            return found
    return NO_TRANSLATION
