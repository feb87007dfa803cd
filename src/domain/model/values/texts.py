"""Validated texts: slugs, names, descriptions, URLs and model ids.

Each function takes any string and returns it as its own type, or raises `InvalidValue` with the rule. A value of such a type is valid
everywhere, so no code checks it again.
"""

import re
import unicodedata
from typing import NewType
from urllib.parse import urlsplit

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.values.normalization import NFC_SHRINKS_BY, nfc

Slug = NewType("Slug", str)
"""The identifier of a provider: `[a-z0-9]+(-[a-z0-9]+)*`, at most 64 characters."""

CapabilityName = NewType("CapabilityName", str)
"""A slug for what a model is used for: chat, content, image, audio …"""

SingleLineText = NewType("SingleLineText", str)
"""A name for people: one line, in NFC, not blank."""

MultilineText = NewType("MultilineText", str)
"""A description for people, in NFC. Tabs and newlines are allowed; it may be empty."""

HttpUrl = NewType("HttpUrl", str)
"""An absolute http or https URL without credentials, or empty for none."""

ModelId = NewType("ModelId", str)
"""A vendor's identifier of a model, at most 200 characters."""

ModelPattern = NewType("ModelPattern", str)
"""A shell pattern over model ids (`gpt-*`, `*-preview`), at most 200 characters."""

FileText = NewType("FileText", str)
"""The text of a file, as it is. The reader of its format checks it, and the reader of the file bounds it."""

LONGEST_TEXT = 10_000
LONGEST_SLUG = 64
LONGEST_MODEL_ID = 200
LONGEST_URL = 2_048

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# Overrides, embeddings and isolates reorder the text around them, so that one name could look like another. LRM, RLM, ZWNJ and ZWJ affect
# only their neighbours, and Persian and emoji need them. Line and paragraph separators end a line as a newline does.
_UNFIT_FOR_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_INVISIBLE = ("Zs", "Cf")  # spaces and format characters: a name of nothing else is invisible
_UNFIT_FOR_LINES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def slug(text: str) -> Slug:
    """The identifier of a provider, as in URLs and on the command line. Raises InvalidValue."""
    if len(text) > LONGEST_SLUG:
        raise InvalidValue("slug-too-long", most=LONGEST_SLUG, count=len(text))
    if not _SLUG.fullmatch(text):
        raise InvalidValue("slug-malformed")
    return Slug(text)


def capability_name(text: str) -> CapabilityName:
    """The name of a capability; any slug is valid. Raises InvalidValue."""
    if len(text) > LONGEST_SLUG:
        raise InvalidValue("capability-too-long", most=LONGEST_SLUG, count=len(text))
    if not _SLUG.fullmatch(text):
        raise InvalidValue("capability-malformed")
    return CapabilityName(text)


def single_line_text(text: str) -> SingleLineText:
    """A name for people: one line, not blank. Raises InvalidValue."""
    clean = _clean(text, _UNFIT_FOR_LINE)
    if not clean.strip() or (not clean.isascii() and all(unicodedata.category(character) in _INVISIBLE for character in clean)):
        raise InvalidValue("blank")
    return SingleLineText(clean)


def addressed_name(text: str, longest: int) -> SingleLineText:
    """A name for people that also appears in URLs, of at most `longest` characters. Raises InvalidValue."""
    if len(text) > NFC_SHRINKS_BY * longest:
        raise InvalidValue("name-too-long", most=longest, count=len(text))
    if text != text.strip():
        raise InvalidValue("name-blank-ends")
    name = single_line_text(text)
    if len(name) > longest:
        raise InvalidValue("name-too-long", most=longest, count=len(name))
    if "/" in name or "\\" in name or not name.strip("."):
        raise InvalidValue("name-not-addressable")
    return name


def multiline_text(text: str) -> MultilineText:
    """A description for people; may be empty. Raises InvalidValue."""
    return MultilineText(_clean(text, _UNFIT_FOR_LINES))


def model_id(text: str) -> ModelId:
    """A vendor's id of a model: the characters of a name, without blanks at either end. Raises InvalidValue."""
    if len(text) > NFC_SHRINKS_BY * LONGEST_MODEL_ID:
        raise InvalidValue("model-id-too-long", most=LONGEST_MODEL_ID, count=len(text))
    if text != text.strip():
        raise InvalidValue("model-id-blank-ends")
    clean = single_line_text(text)
    if len(clean) > LONGEST_MODEL_ID:
        raise InvalidValue("model-id-too-long", most=LONGEST_MODEL_ID, count=len(clean))
    return ModelId(clean)


def model_pattern(text: str) -> ModelPattern:
    """A shell pattern over model ids, of the characters of an id. Raises InvalidValue."""
    return ModelPattern(model_id(text))


def http_url(text: str) -> HttpUrl:
    """An absolute http(s) URL, or empty for none. Raises InvalidValue, also for credentials: they would end up in logs and responses."""
    if not text:
        return HttpUrl("")
    if len(text) > LONGEST_URL:
        raise InvalidValue("url-too-long", most=LONGEST_URL, count=len(text))
    if " " in text or not text.isprintable():
        raise InvalidValue("url-with-blanks")
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - reading it raises for an invalid port
    except ValueError as error:
        raise InvalidValue("url-unreadable", said=str(error)) from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidValue("url-not-http")
    if parts.username is not None or parts.password is not None:
        raise InvalidValue("url-with-credentials")
    return HttpUrl(_clean(text, _UNFIT_FOR_LINE))


def _clean(text: str, unfit: re.Pattern[str]) -> str:
    if text.isascii() and text.isprintable() and len(text) <= LONGEST_TEXT:
        return text
    _check_length(text)
    if found := unfit.search(text):
        raise InvalidValue("forbidden-character", character=f"U+{ord(found[0]):04X}", position=found.start() + 1)
    composed = nfc(text, LONGEST_TEXT)
    # A few characters are longer in NFC, and an exported text must be valid when it is imported.
    _check_length(composed)
    return composed


def _check_length(text: str) -> None:
    if len(text) > LONGEST_TEXT:
        raise InvalidValue("text-too-long", most=LONGEST_TEXT, count=len(text))
