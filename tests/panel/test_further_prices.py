"""The prices beside those of input and output, in both languages."""

import re
from decimal import Decimal

import pytest
from dependency_injector import providers as injection

from modeldesk.domain.model.catalogue.catalogue import ModelFacts
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.values.pricing import PriceTier, PriceUnit, Pricing
from modeldesk.entrypoints.panel.further_prices import LABELS, further_prices
from modeldesk.entrypoints.panel.languages import languages
from tests.support.app import App
from tests.support.panel_client import PanelClient, text_of
from tests.support.samples import price

CHEAPER = PriceTier({"prompt": Decimal("0.3"), "completion": Decimal("1.2"), "cache_read": Decimal("0.006")}, start="01:00", end="04:00")
LONG = PriceTier({"prompt": Decimal(6)}, above_tokens=200_000)
EVERYTHING = Pricing(
    amounts={"prompt": Decimal(3), "cache_read": Decimal("0.3"), "web_search": Decimal("0.01")}, tiers=(LONG, CHEAPER), currency="USD"
)


def shown(language: str, pricing: Pricing | None) -> list[tuple[str, str]]:
    found = languages().named(language)
    assert found is not None
    return [(label, amounts.striptags()) for label, amounts in further_prices(found, pricing)]


def test_each_amount_and_each_tier() -> None:
    """With its unit, and with its condition."""
    assert shown("en", EVERYTHING) == [
        ("Cached input", "$0.30 per 1M tokens"),
        ("Each web search", "$0.01"),
        ("More than 200,000 input tokens", "Input: $6.00"),
        ("From 01:00 to 04:00 UTC", "Input: $0.30 · Output: $1.20 · Cached input: $0.006"),
    ]
    assert shown("fa", EVERYTHING)[2] == ("بیش از ۲۰۰٬۰۰۰ توکن ورودی", "ورودی: $۶٫۰۰")
    assert "۰۱:۰۰" in shown("fa", EVERYTHING)[3][0]


@pytest.mark.parametrize(
    ("amount", "english", "persian"),
    [
        ("999.5", "$999.50", "$۹۹۹٫۵۰"),
        ("1375", "$1,375.00", "$۱٬۳۷۵٫۰۰"),
        ("1234567.125", "$1,234,567.125", "$۱٬۲۳۴٬۵۶۷٫۱۲۵"),
    ],
)
def test_large_amounts_have_separators(amount: str, english: str, persian: str) -> None:
    """As all numbers have; the precision stays."""
    pricing = Pricing(PriceUnit.REQUEST, {"request": Decimal(amount)})
    assert [shown(language, pricing)[0][1] for language in ("en", "fa")] == [english, persian]


@pytest.mark.parametrize("pricing", [None, Pricing(), Pricing(PriceUnit.IMAGE, {"prompt": Decimal(1), "completion": Decimal(2)})])
def test_where_nothing_further_is_known_nothing_is_shown(pricing: Pricing | None) -> None:
    """Not even a heading."""
    assert shown("en", pricing) == []


def test_every_amount_has_a_label() -> None:
    """Of those that a price may have."""
    amounts = dict.fromkeys(LABELS, Decimal(1))
    assert [label for label, _ in shown("en", Pricing(amounts=amounts))] == [label for name, label in LABELS.items()][2:]


def test_the_page_before_a_selection_shows_them(app: App, sara: PanelClient) -> None:
    """And so do the reasons of a list; the list itself stays short."""
    pricing = {"prompt": 3, "completion": 15, "cache_read": "0.30"}
    models = [{"id": "large", "pricing": pricing}]
    app.put({"slug": "dear", "name": "Dear", "display_name": "Dear", "capabilities": {"chat": {"supported": True, "models": models}}})
    page = text_of(sara.get("/admin/providers/dear/chat/select?model=large"))
    assert "<dt>Cached input</dt>" in page
    assert "Cached input" in text_of(sara.get("/admin/providers/dear/chat?explain=true"))
    assert "Cached input" not in text_of(sara.get("/admin/providers/dear/chat"))


class KnowsOne:
    """Metadata of a model that no list holds."""

    async def facts(self, provider: Provider) -> dict[str, ModelFacts]:
        return {"unlisted": ModelFacts("New", price(prompt="3", completion="9"), 64_000)}


def test_what_metadata_knows_of_a_model_that_no_list_holds(app: App, sara: PanelClient) -> None:
    """Its price and its context size stand on the page before it is selected, which says that the list does not have it."""
    with app.container.metadata.override(injection.Object(KnowsOne())):
        page = text_of(sara.get("/admin/providers/acme/chat/select?model=unlisted"))
    assert "This model is not in the list." in page
    assert "$3.00" in page
    assert "64,000 tokens" in re.sub(r"<[^>]+>", "", page)
