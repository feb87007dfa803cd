"""How values are written in pages: prices, sizes, moments. Ids and prices stay left to right in every language."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from markupsafe import Markup

from modeldesk.domain.catalogue import CatalogueModel
from modeldesk.domain.prices import PriceUnit, Pricing, amount_text
from modeldesk.entrypoints.panel.languages import N_, Language

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
}
"""The usual ones; any other is shown by its own name."""


def writing_in(language: Language) -> Mapping[str, Callable[..., object]]:
    """Functions for templates, by the names under which they stand there."""

    def number(value: int) -> Markup:
        return Markup("<bdi>{}</bdi>").format(language.number(value))

    def moment(at: datetime) -> Markup:
        iso = at.astimezone(UTC).isoformat(timespec="seconds")
        return Markup('<time datetime="{}">{}</time>').format(
            iso, language.gettext("%(moment)s UTC", moment=Markup("<bdi>{}</bdi>").format(language.moment(at)))
        )

    def ago(at: datetime) -> Markup:
        """In words, as things stand now."""
        age = max(timedelta(seconds=1), datetime.now(UTC) - at)
        iso = at.astimezone(UTC).isoformat(timespec="seconds")
        return Markup('<time datetime="{}" title="{}">{}</time>').format(iso, language.moment(at), language.ago(age))

    def code(text: str) -> Markup:
        """An id, an address, a name of the program's own: as it is, left to right."""
        return Markup('<code dir="ltr">{}</code>').format(text)

    def name(text: str) -> Markup:
        """Words of somebody else's, in whatever direction they run."""
        return Markup("<bdi>{}</bdi>").format(text)

    def capability(slug: str) -> Markup:
        known = CAPABILITIES.get(slug)
        return language.gettext(known) if known else code(slug)

    def price(pricing: Pricing | None, amount: str) -> Markup | None:
        """One amount in US dollars; None where it is unknown."""
        value = pricing.amounts.get(amount) if pricing is not None else None
        return None if value is None else Markup('<bdi dir="ltr">${}</bdi>').format(amount_text(value))

    def unit(pricing: Pricing) -> Markup:
        return language.gettext(UNITS[pricing.unit])

    def costs(model: CatalogueModel) -> str:
        """`free`, `paid` or `unknown`."""
        return "unknown" if model.is_free is None else "free" if model.is_free else "paid"

    return {
        "number": number,
        "moment": moment,
        "ago": ago,
        "code": code,
        "named": name,
        "use": capability,
        "price": price,
        "unit": unit,
        "costs": costs,
    }
