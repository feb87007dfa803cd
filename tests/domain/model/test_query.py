"""Searching, filtering, sorting and cutting a catalogue."""

from decimal import Decimal

import pytest

from modeldesk.domain.errors import (
    InvalidValue,
)
from modeldesk.domain.model.catalogue.catalogue import Catalogue, CatalogueModel
from modeldesk.domain.model.catalogue.query import CatalogueQuery, search_catalogue, search_text, sort_name
from modeldesk.domain.model.catalogue.search import search_key
from modeldesk.domain.model.values.pricing import PriceUnit, Pricing
from modeldesk.domain.model.values.texts import ModelId

EVERYTHING = CatalogueQuery()


def model(model_id: str, **known: object) -> CatalogueModel:
    return CatalogueModel(ModelId(model_id), **{"name": model_id, **known})  # type: ignore[arg-type]


def found(query: CatalogueQuery, *models: CatalogueModel) -> list[str]:
    return [entry.id for entry in search_catalogue(Catalogue(models), query).models]


RESUME, TRADE, GREEK = model("resume-1", name="Résumé Writer"), model("tm", name="Super™ Größe"), model("Ω-9", name="ℌeavy")


@pytest.mark.parametrize(
    ("search", "ids"),
    [
        ("resume", ["resume-1"]),
        ("RÉSUMÉ", ["resume-1"]),
        ("re\u0301sume\u0301", ["resume-1"]),
        ("writer resume", ["resume-1"]),
        ("-1 wri", ["resume-1"]),
        ("writer super", []),
        ("supertm", ["tm"]),
        ("GRÖSSE", ["tm"]),
        ("ω", ["Ω-9"]),
        ("heavy", ["Ω-9"]),
        ("e", ["resume-1", "tm", "Ω-9"]),
        ("  ", ["resume-1", "tm", "Ω-9"]),
        ("", ["resume-1", "tm", "Ω-9"]),
        ("nothing", []),
    ],
)
def test_searching_sees_ids_and_names_without_case_and_accents(search: str, ids: list[str]) -> None:
    """Every word must be found, in either; blanks alone ask for nothing."""
    assert found(CatalogueQuery(search=search), RESUME, TRADE, GREEK) == ids


PERSIAN = model("gpt-4", name="مدل هوش‌مصنوعی کوچک ۴")


@pytest.mark.parametrize(
    "search",
    ["هوش مصنوعي", "هوش‌مصنوعی", "هوشمصنوعي", "كوچك", "کوچک", "مدل 4", "مدل ٤", "مدل ۴", "GPT-۴", "gpt-٤", "مـدل", "هوش\u200f"],
)
def test_persian_is_found_however_it_is_typed(search: str) -> None:
    """Arabic and Persian letters and digits are one on both sides, and half-spaces are ignored."""
    assert found(CatalogueQuery(search=search), PERSIAN, RESUME) == ["gpt-4"]
    typed_so = model("typed", name=search)
    assert found(CatalogueQuery(search=search.replace("ي", "ی").replace("ك", "ک")), typed_so) == ["typed"]


@pytest.mark.parametrize("text", ["plain", "PLAIN", "Résumé", "𝐀™ℌ", "İstanbul", "ŉ", "آمریکا", "Straße", "كي٤‌ۀ"])
def test_folding_twice_is_folding_once(text: str) -> None:
    """What is searched for and what is searched through meet, however often they were folded."""
    assert search_key(search_key(text)) == search_key(text)
    assert search_key(text) == search_key(text.upper())


def test_free_asks_for_what_is_known() -> None:
    """Unknown is neither free nor not free."""
    models = (model("free", is_free=True), model("unknown"), model("paid", is_free=False))
    assert found(CatalogueQuery(free=True), *models) == ["free"]
    assert found(CatalogueQuery(free=False), *models) == ["paid"]
    assert found(EVERYTHING, *models) == ["free", "unknown", "paid"]


def cost(*, prompt: str | None = None, completion: str | None = None, unit: PriceUnit = PriceUnit.MILLION_TOKENS, **more: str) -> Pricing:
    amounts = {"prompt": prompt, "completion": completion, **more}
    return Pricing(unit, {name: Decimal(text) for name, text in amounts.items() if text is not None})


SOME = (
    model("b", name="beta", pricing=cost(prompt="1", completion="2"), context_length=8),
    model("u", name="Unpriced"),
    model("a", name="Älpha", pricing=cost(prompt="4"), context_length=16),
    model("i", name="image", pricing=cost(prompt="0.01", unit=PriceUnit.IMAGE)),
    model("f", name="free", pricing=cost(prompt="0", completion="0"), context_length=4),
    model("r", name="cached", pricing=cost(cache_read="9")),
)


@pytest.mark.parametrize(
    ("sort", "ids"),
    [
        ("id", "abfiru"),
        ("-id", "urifba"),
        ("name", "abrfiu"),
        ("-name", "uifrba"),
        ("price", "fba" + "uir"),
        ("-price", "abf" + "uir"),
        ("context", "fba" + "uir"),
        ("-context", "abf" + "uir"),
    ],
)
def test_sorting_puts_the_unknown_last_either_way(sort: str, ids: str) -> None:
    """A price is prompt and completion together, for a million tokens; prices of another unit cannot be compared. The unknown keep their order."""
    assert found(CatalogueQuery(sort=sort_name(sort)), *SOME) == list(ids)


def test_equals_keep_their_order_either_way() -> None:
    """Descending turns the order of what differs, not of what is the same."""
    models = (model("x", context_length=1), model("a", context_length=1), model("big", context_length=2))
    assert found(CatalogueQuery(sort=sort_name("context")), *models) == ["x", "a", "big"]
    assert found(CatalogueQuery(sort=sort_name("-context")), *models) == ["big", "x", "a"]


@pytest.mark.parametrize("sort", ["size", "Name", "--name", "name-", "-"])
def test_an_unknown_sort_is_refused_with_the_known_ones(sort: str) -> None:
    """One minus, one known word."""
    with pytest.raises(InvalidValue, match="sort-unknown: found="):
        sort_name(sort)


@pytest.mark.parametrize(
    ("limit", "offset", "ids"),
    [(None, 0, "abfiru"), (2, 0, "ab"), (2, 3, "ir"), (9, 4, "ru"), (None, 5, "u"), (0, 0, ""), (3, 6, ""), (3, 99, "")],
)
def test_a_page_is_cut_after_sorting_and_counts_them_all(limit: int | None, offset: int, ids: str) -> None:
    """`total` is what fits the query, whatever part of it is shown."""
    page = search_catalogue(Catalogue(SOME), CatalogueQuery(sort=sort_name("id"), limit=limit, offset=offset))
    assert ("".join(entry.id for entry in page.models), page.total) == (ids, 6)


def test_a_search_has_a_length() -> None:
    """Words are compared with every model, so the text of a search is measured."""
    assert search_text("a " * 100) == "a " * 100
    with pytest.raises(InvalidValue, match="text-too-long: most=200, count=201"):
        search_text("a" * 201)


def test_the_total_is_of_what_was_searched_for() -> None:
    """Models that do not fit are not counted."""
    page = search_catalogue(Catalogue(SOME), CatalogueQuery(search="e", limit=1))
    assert (len(page.models), page.total) == (1, 5)
