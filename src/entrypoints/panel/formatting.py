"""Formats values in pages: prices, sizes, times. Ids and prices are left to right in every language; numbers have its digits."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial

from markupsafe import Markup
from msgspec import Struct

from modeldesk.domain.model.catalogue.catalogue import CatalogueModel
from modeldesk.domain.model.providers.provider import Capability, Provider
from modeldesk.domain.model.values.pricing import DOLLARS, PriceUnit, Pricing, amount_text
from modeldesk.domain.model.values.texts import CapabilityName
from modeldesk.entrypoints.panel.languages import N_, Language
from modeldesk.entrypoints.responses.providers import field_json

UNITS: Mapping[PriceUnit, str] = {
    PriceUnit.MILLION_TOKENS: N_("per 1M tokens"),
    PriceUnit.IMAGE: N_("per image"),
    PriceUnit.MINUTE: N_("per minute"),
    PriceUnit.MILLION_CHARACTERS: N_("per 1M characters"),
    PriceUnit.REQUEST: N_("per request"),
}
CAPABILITIES: Mapping[str, str] = {
    "chat": N_("Chat"),
    "content": N_("Content"),
    "image": N_("Image"),
    "audio": N_("Audio"),
    "video": N_("Video"),
    "embedding": N_("Embedding"),
    "speech": N_("Speech"),
    "transcription": N_("Transcription"),
    "rerank": N_("Reranking"),
    "moderation": N_("Moderation"),
    "ocr": N_("Text recognition"),
}
"""The labels of the usual capabilities; others are shown by their names."""

PERSIAN = "fa"
ONLY_PERSIAN = re.compile("[پچژگکی]")
"""Letters of Persian that Arabic lacks: a declaration does not name the language of its texts."""


JOINTS, LONGEST_WHOLE = re.compile(r"(?<=[./=?&])(?=.)"), 20
"""Where a name from the code may break, if it has more characters than this."""

RIGHT_TO_LEFT, LEFT_TO_RIGHT = re.compile("[\u0590-\u08ff\u200c]+"), re.compile(r"[A-Za-z][\w.-]*", re.ASCII)
"""Words that are written from left to right, or from right to left."""

LONGEST_VALUE, MOST_WORDS = 400, 30
"""Characters of a value, and words of a list, that a table of changes shows."""

ADDRESS = re.compile(r"https?://\S+")


class Word(Struct, frozen=True):
    """A value for which the panel has a word."""

    message: str


def template_functions(language: Language) -> Mapping[str, Callable[..., object]]:
    """The functions that templates can call, by name."""
    of_the_language: Mapping[str, Callable[..., object]] = {
        "number": _number,
        "moment": _moment,
        "day": _day,
        "ago": _ago,
        "named": _named,
        "use": _capability,
        "use_text": _capability_text,
        "unit": _unit,
        "signed": _signed,
        "signed_dollars": _signed_dollars,
        "price": _price,
        "amount": _amount,
        "codes": _codes,
        "title": _title,
        "about": _about,
        "about_use": _about_use,
        "device": _device,
        "field_value": _field_value,
    }
    bound = {name: partial(function, language) for name, function in of_the_language.items()}
    return {**bound, "code": _code, "costs": _costs}


def _number(language: Language, value: int) -> Markup:
    return Markup("<bdi>{}</bdi>").format(language.number(value))


def _moment(language: Language, at: datetime) -> Markup:
    iso = at.astimezone(UTC).isoformat(timespec="seconds")
    return Markup('<time datetime="{}">{}</time>').format(
        iso, language.gettext("%(moment)s UTC", moment=Markup("<bdi>{}</bdi>").format(language.moment(at)))
    )


def _ago(language: Language, at: datetime) -> Markup:
    """In words, relative to the present time."""
    age = max(timedelta(seconds=1), datetime.now(UTC) - at)
    iso = at.astimezone(UTC).isoformat(timespec="seconds")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(iso, language.moment(at), language.ago(age))


def _field_value(language: Language, value: object) -> Markup:
    """The value of a field; nothing where it is empty."""
    match value:
        case None | "" | []:
            return Markup()
        case bool() | Word() | Capability():
            return _in_words(language, value)
        case datetime():
            return _moment(language, value)
        case int() | float() | Decimal():
            return Markup("<bdi>{}</bdi>").format(language.number(value) if isinstance(value, int) else language.amount(str(value)))
        case str() if not ADDRESS.fullmatch(value):
            return _named(language, _cut(value))
    return _codes(language, map(_cut, _texts(value)))


def _texts(value: object) -> Iterable[str]:
    """An address, the first of several ids, or the JSON of anything else."""
    match value:
        case str():
            return [value]
        case [*parts] if all(isinstance(part, str) for part in parts):
            return [*map(str, parts[:MOST_WORDS]), *(["…"] if len(parts) > MOST_WORDS else [])]
    return [json.dumps(field_json(value), ensure_ascii=False)]


def _in_words(language: Language, value: bool | Word | Capability) -> Markup:
    match value:
        case bool():
            return language.gettext(N_("yes") if value else N_("no"))
        case Word():
            return language.gettext(value.message)
    return _offer(language, value)


def _offer(language: Language, part: Capability) -> Markup:
    """How a capability is offered."""
    if not part.supported:
        return language.gettext(N_("not offered"))
    return (
        language.gettext(N_("live")) if part.has_dynamic_models else language.ngettext("%(num)s model", "%(num)s models", len(part.models))
    )


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _code(text: str) -> Markup:
    """An id, a URL or a name from the code: unchanged, left to right. A long one may break between its parts."""
    return Markup('<code dir="ltr">{}</code>').format(breakable(text))


def breakable(text: str) -> Markup:
    """A long name or address, with the places where it may break."""
    return Markup("<wbr>").join(JOINTS.split(text) if len(text) > LONGEST_WHOLE else [text])


def _codes(language: Language, texts: Iterable[str]) -> Markup:
    """Several of them, with the separator of the language."""
    return language.gettext(", ").join(map(_code, texts))


def _capability(language: Language, slug: str) -> Markup:
    known = CAPABILITIES.get(slug)
    return language.gettext(known) if known else _code(slug)


def _capability_text(language: Language, slug: str) -> str:
    """Without markup, for an attribute or an option. The filter `striptags` reads Python's table of two thousand names for that."""
    known = CAPABILITIES.get(slug)
    return language.gettext(known) if known else slug


def _price(language: Language, pricing: Pricing | None, amount: str) -> Markup | None:
    """One amount in its currency; None where it is unknown."""
    value = pricing.amounts.get(amount) if pricing is not None else None
    return price_text(language, value, pricing.currency) if pricing is not None and value is not None else None


def price_text(language: Language, value: Decimal, currency: str) -> Markup:
    """An amount in the digits of the language with the sign of its currency, left to right."""
    sign = "$" if currency == DOLLARS else f"{currency}\N{NO-BREAK SPACE}"
    return Markup('<bdi dir="ltr">{}{}</bdi>').format(sign, language.amount(amount_text(value)))


def _amount(language: Language, found: object) -> str:
    """An amount of money that is kept as text, in the digits of the language."""
    return language.amount(str(found))


def _signed(language: Language, change: int) -> Markup:
    """A difference, with its sign."""
    return Markup('<bdi dir="ltr">{}{}</bdi>').format("−" if change < 0 else "+", language.number(abs(change)))


def _signed_dollars(language: Language, change: Decimal) -> Markup:
    return Markup('<bdi dir="ltr">{}${}</bdi>').format("−" if change < 0 else "+", language.amount(amount_text(abs(change))))


def _device(language: Language, device: str) -> Markup:
    """`Firefox on Windows` in the words of the language."""
    browser, system = (Markup('<bdi lang="en">{}</bdi>').format(part) for part in device.partition(" on ")[::2])
    return language.gettext("%(browser)s on %(system)s", browser=browser, system=system) if " on " in device else browser


def _unit(language: Language, pricing: Pricing) -> Markup:
    return language.gettext(UNITS[pricing.unit])


def _title(language: Language, provider: Provider) -> str:
    """The provider's display name, in the language where it is translated."""
    return provider.display_name_in(language.code)


def _about(language: Language, provider: Provider) -> str:
    return provider.description_in(language.code)


def _about_use(language: Language, provider: Provider, name: CapabilityName) -> str:
    return provider.capability_text_in(language.code, name)


def _costs(model: CatalogueModel) -> str:
    """`free`, `paid` or `unknown`."""
    return "unknown" if model.is_free is None else "free" if model.is_free else "paid"


def _day(language: Language, of: date) -> Markup:
    return Markup('<time datetime="{}"><bdi>{}</bdi></time>').format(of.isoformat(), language.day(of))


def _is_misread(text: str) -> bool:
    """Whether a browser would take a text of right to left for one of left to right, by the letter that it begins with."""
    right, left = RIGHT_TO_LEFT.search(text), LEFT_TO_RIGHT.search(text)
    if right is None or left is None or right.start() < left.start():
        return False
    return 2 * len(RIGHT_TO_LEFT.findall(text)) >= len(LEFT_TO_RIGHT.findall(text))


def _named(language: Language, text: str) -> Markup:
    """Text from data, isolated in its own direction, and marked as Persian if its letters show that.

    A sentence that begins with a Latin name is of right to left nevertheless: its words decide, not its first letter. One in three suffices, since
    a list of Latin names has few words between them.
    """
    attributes = Markup(' lang="{}"').format(PERSIAN) if language.code != PERSIAN and ONLY_PERSIAN.search(text) else Markup()
    if _is_misread(text):
        attributes = Markup(' dir="rtl"') + attributes
    return Markup("<bdi{}>{}</bdi>").format(attributes, text)
