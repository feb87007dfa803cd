"""A vendor's list as one capability sees it: what is filled in and from where, what is left out and why; and looking through thousands."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from modeldesk.domain.errors import Reason
from modeldesk.domain.model.catalogue.catalogue import (
    DECLARED,
    Catalogue,
    CatalogueModel,
    ExcludedModel,
    ModelFacts,
    declared_model,
    known_model,
    live_model,
)
from modeldesk.domain.model.catalogue.query import CatalogueQuery, search_catalogue, search_excluded, search_text, sort_name
from modeldesk.domain.model.catalogue.vendor_list import Modality, UnreadableRow, VendorList, VendorModel
from modeldesk.domain.model.providers.declared_model import DeclaredModel
from modeldesk.domain.model.values.pricing import Pricing
from modeldesk.domain.model.values.texts import CapabilityName, ModelId
from tests.support.samples import LIVE, NOON, SARA, Desk, browse, live_provider, price, slot
from tests.support.whole_catalogues import live_catalogue

CHAT = CapabilityName("chat")
TEXT, IMAGE = (Modality.TEXT,), (Modality.IMAGE,)
FACTS = ModelFacts("From elsewhere", price(prompt="1"), 128_000, TEXT, TEXT)
WHY = Reason("declared")


def entry(model_id: str = "m", **known: object) -> VendorModel:
    return VendorModel(ModelId(model_id), **known)  # type: ignore[arg-type] # fields of a test's choice


def test_the_metadata_fills_what_the_vendor_leaves_open() -> None:
    """And which fields those are is remembered."""
    assert live_model(entry(), FACTS, WHY) == CatalogueModel(
        ModelId("m"),
        "From elsewhere",
        is_free=False,
        pricing=price(prompt="1"),
        context_length=128_000,
        inputs=TEXT,
        outputs=TEXT,
        metadata_fields=("name", "pricing", "context_length", "inputs", "outputs"),
        reason=WHY,
    )


def test_what_the_vendor_says_wins() -> None:
    """Each of its own values; nothing is filled then. Its dates go along."""
    dates = {"created_on": date(2026, 1, 2), "deprecated_on": date(2027, 1, 2), "retires_on": date(2028, 1, 2)}
    said = VendorModel(ModelId("m"), "Mine", price(prompt="0"), 5, IMAGE, IMAGE, **dates)
    assert live_model(said, FACTS, WHY) == CatalogueModel(
        ModelId("m"), "Mine", True, price(prompt="0"), 5, IMAGE, IMAGE, **dates, metadata_fields=(), reason=WHY
    )


@pytest.mark.parametrize(
    ("said", "filled"),
    [
        ({"name": "Mine"}, ("pricing", "context_length", "inputs", "outputs")),
        ({"pricing": price(prompt="2")}, ("name", "context_length", "inputs", "outputs")),
        ({"context_length": 1}, ("name", "pricing", "inputs", "outputs")),
        ({"inputs": TEXT, "outputs": TEXT}, ("name", "pricing", "context_length")),
    ],
)
def test_only_what_was_filled_is_said_to_be(said: dict[str, object], filled: tuple[str, ...]) -> None:
    """Field by field."""
    assert live_model(VendorModel(ModelId("m"), **said), FACTS, WHY).metadata_fields == filled  # type: ignore[arg-type] # fields of a test's choice


def test_what_nobody_knows_stays_unknown() -> None:
    """No price is no free model, and the name is the id."""
    assert live_model(entry(), ModelFacts(), WHY) == CatalogueModel(ModelId("m"), "m", reason=WHY)
    assert live_model(entry(pricing=Pricing()), ModelFacts(), WHY).is_free is None


def ids(listed: VendorList, capability: str = "chat", at: datetime = NOON) -> tuple[list[str], dict[str, Reason]]:
    catalogue = live_catalogue(CapabilityName(capability), listed, {}, at)
    return [model.id for model in catalogue.models], {model.id: model.reason for model in catalogue.excluded}


def test_models_are_offered_or_left_out_each_with_its_reason() -> None:
    """In the vendor's order, and none is lost."""
    listed = VendorList((entry("b"), entry("tts-1"), entry("a", outputs=TEXT), entry("c", outputs=IMAGE)))
    offered, left_out = ids(listed)
    assert offered == ["b", "a"]
    assert left_out == {
        "tts-1": Reason("other-purpose", purposes=["speech"], reason=Reason("known-by-name", said="tts")),
        "c": Reason("other-purpose", purposes=["image"], reason=Reason("known-by-vendor-modalities", inputs=(), outputs=("image",))),
    }
    assert ids(listed, "audio")[0] == ["tts-1"]
    catalogue = live_catalogue(CHAT, listed, {}, NOON)
    assert {model.id: model.reason for model in catalogue.models} == {
        "b": Reason("purpose-unknown"),
        "a": Reason("known-by-vendor-modalities", inputs=(), outputs=("text",)),
    }
    assert catalogue.fetched_at == NOON


def test_the_metadata_tells_what_a_model_is_for() -> None:
    """Where the vendor does not, by id."""
    facts = {"m": ModelFacts("Draws", inputs=TEXT, outputs=IMAGE)}
    catalogue = live_catalogue(CHAT, VendorList((entry("m"), entry("n"))), facts, NOON)
    assert [model.id for model in catalogue.models] == ["n"]
    by_metadata = Reason("known-by-metadata-modalities", inputs=("text",), outputs=("image",))
    assert catalogue.excluded == (ExcludedModel(ModelId("m"), "Draws", Reason("other-purpose", purposes=["image"], reason=by_metadata)),)


def test_what_has_ended_is_left_out_from_the_day_after() -> None:
    """On its last day it is still there; one that is only deprecated is offered. The reason is the end, whatever it was for."""
    listed = VendorList(
        (entry("m", retires_on=date(2026, 11, 24)), entry("tts-1", retires_on=date(2020, 1, 1)), entry("d", deprecated_on=date(2020, 1, 1)))
    )
    assert ids(listed) == (["m", "d"], {"tts-1": Reason("ended-by-vendor", day=date(2020, 1, 1))})
    assert ids(listed, at=NOON + timedelta(days=1)) == (
        ["d"],
        {"tts-1": Reason("ended-by-vendor", day=date(2020, 1, 1)), "m": Reason("ended-by-vendor", day=date(2026, 11, 24))},
    )


def test_what_the_vendor_advises_against_is_left_out_in_its_words() -> None:
    """Its note is the reason."""
    assert ids(VendorList((entry("m", note="inactive"), entry("n")))) == (["n"], {"m": Reason("vendor-note", said="inactive")})


@pytest.mark.parametrize("pattern", ["*", "openai/*", "*-mini"])
def test_a_pattern_for_ids_is_no_model(pattern: str) -> None:
    """Gateways list them beside models."""
    assert ids(VendorList((entry(pattern), entry("n")))) == (["n"], {pattern: Reason("pattern-not-model")})


def test_a_model_of_which_nothing_is_known_is_unverified() -> None:
    """It is offered for chat, and says so itself; one that something vouches for, and a declared one, are not."""
    listed = live_catalogue(CHAT, VendorList((entry("b"), entry("a", outputs=TEXT), entry("gpt-5"))), {}, NOON)
    assert {model.id: model.is_unverified for model in listed.models} == {"b": True, "a": False, "gpt-5": False}
    assert not CatalogueModel(ModelId("m"), "m").is_unverified


def test_what_is_left_out_bears_the_best_name_that_is_known() -> None:
    """The vendor's, else the metadata's, else the id."""
    listed = VendorList((VendorModel(ModelId("a"), "Own", note="no"), entry("b", note="no"), entry("c", note="no")))
    catalogue = live_catalogue(CHAT, listed, {"a": FACTS, "b": FACTS}, NOON)
    assert [model.name for model in catalogue.excluded] == ["Own", "From elsewhere", "c"]


MANY = live_catalogue(
    CHAT,
    VendorList(
        tuple(
            VendorModel(
                ModelId(f"vendor-{number % 7}/modèle-{number}"),
                f"Größe {number} {'Écriture' if number % 3 else 'Lecture'}",
                Pricing(amounts={"prompt": Decimal(number % 5), "completion": Decimal(number % 5)}) if number % 2 else None,
                number,
                outputs=TEXT,
            )
            for number in range(5_000)
        )
    ),
    {},
    NOON,
)


@pytest.mark.parametrize(
    ("search", "fits"),
    [
        ("modele-4999", lambda number: number == 4_999),
        ("GROSSE 77 ecriture", lambda number: "77" in str(number) and number % 3 != 0),
        ("lecture vendor-3/", lambda number: number % 3 == 0 and number % 7 == 3),
        ("écriture lecture", lambda _: False),
        ("", lambda _: True),
    ],
)
def test_searching_thousands_is_looking_at_each(search: str, fits: Callable[[int], bool]) -> None:
    """All words, in id or name, without accents and case; as a plain look at every model finds them."""
    page = search_catalogue(MANY, CatalogueQuery(search=search, limit=50, offset=10))
    expected = [number for number in range(5_000) if fits(number)]
    assert page.total == len(expected)
    assert [int(model.context_length or 0) for model in page.models] == expected[10:60]


def test_thousands_are_narrowed_down_and_sorted_together() -> None:
    """Free only, by price and by context, cut to a page."""
    page = search_catalogue(MANY, CatalogueQuery(search="lecture", free=True, sort=sort_name("-context"), limit=3))
    expected = [number for number in range(4_999, -1, -1) if number % 3 == 0 and number % 2 and number % 5 == 0]
    assert ([model.context_length for model in page.models], page.total) == (expected[:3], len(expected))
    dearest = search_catalogue(MANY, CatalogueQuery(sort=sort_name("-price"), limit=1)).models[0]
    assert dearest.pricing is not None
    assert dearest.pricing.amounts["prompt"] == 4


async def test_a_live_list_is_built_once_for_each_capability(desk: Desk) -> None:
    """For as long as it is the same list, whoever looks; each capability has its own part."""
    await desk.put(live_provider(capabilities=dict.fromkeys(("chat", "image"), LIVE)))
    desk.vendors.lists["vendor"] = VendorList((entry("talks"), entry("draws", outputs=IMAGE)))
    chat = (await browse(desk)).catalogue
    image = (await desk.discovery.listing(slot("vendor", "image"), SARA)).catalogue
    assert ([model.id for model in chat.models], [model.id for model in image.models]) == (["talks"], ["draws"])
    assert (await browse(desk)).catalogue is chat
    assert (await desk.discovery.listing(slot("vendor", "image"), SARA)).catalogue is image
    assert len(desk.vendors.asked) == 1, "one list serves both"
    desk.clock.forward(timedelta(hours=1))
    assert (await browse(desk)).catalogue is chat, "also where it has grown old"


def test_rows_that_could_not_be_read_are_left_out_with_their_reasons() -> None:
    """By what can be read of their id, else by their number; all are counted, also those that are not named."""
    rows = (UnreadableRow(2, Reason("row-without-id")), UnreadableRow(5, Reason("row-without-id"), "odd"))
    built = live_catalogue(CapabilityName("chat"), VendorList((), 0, 7, rows), {}, NOON)
    assert built.excluded == (
        ExcludedModel(ModelId("#2"), "#2", Reason("row-unreadable", row=2, reason=Reason("row-without-id"))),
        ExcludedModel(ModelId("odd"), "odd", Reason("row-unreadable", row=5, reason=Reason("row-without-id"))),
    )
    assert built.unreadable == 7


def test_a_declared_model_has_the_modalities_of_the_metadata_and_a_live_one_the_note_of_its_vendor() -> None:
    """The declaration knows no modalities."""
    facts = ModelFacts(inputs=(Modality.TEXT, Modality.IMAGE), outputs=(Modality.TEXT,))
    declared = declared_model(DeclaredModel(ModelId("m")), facts)
    assert (declared.inputs, declared.outputs, declared.reason) == (facts.inputs, facts.outputs, DECLARED)
    assert live_model(entry(note="legacy"), ModelFacts(), DECLARED).note == "legacy"


def test_models_are_sorted_by_prompt_and_completion_together() -> None:
    """Either alone counts as it is; other amounts do not."""
    prices = {
        "a": price(prompt="1", completion="5"),
        "b": price(prompt="2", completion="3"),
        "c": price(completion="4"),
        "d": price(prompt="7"),
    }
    models = VendorList(tuple(entry(model, pricing=pricing, outputs=(Modality.TEXT,)) for model, pricing in prices.items()))
    built = live_catalogue(CapabilityName("chat"), models, {}, NOON)
    page = search_catalogue(built, CatalogueQuery(sort=sort_name("price")))
    assert [model.id for model in page.models] == ["c", "b", "a", "d"]


def test_excluded_models_are_searched_and_limited_like_the_others() -> None:
    """By all words, in ids and names; without a search all are told."""
    reason = Reason("vendor-excludes")
    catalogue = Catalogue(
        (),
        None,
        tuple(ExcludedModel(ModelId(model), name, reason) for model, name in (("a-1", "Alpha"), ("a-2", "Alpha two"), ("b", "Beta"))),
    )
    assert [model.id for model in search_excluded(catalogue, CatalogueQuery())] == ["a-1", "a-2", "b"]
    assert [model.id for model in search_excluded(catalogue, CatalogueQuery(search=search_text("alpha")))] == ["a-1", "a-2"]
    assert [model.id for model in search_excluded(catalogue, CatalogueQuery(search=search_text("ALPHA two")))] == ["a-2"]
    assert [model.id for model in search_excluded(catalogue, CatalogueQuery(search=search_text("alpha"), limit=1))] == ["a-1"]


def test_a_model_that_no_list_holds_is_known_by_metadata() -> None:
    """Its price and sizes with their sources, under the name that it was selected with; nothing proves that it is free."""
    facts = ModelFacts("Large", price(prompt="0", completion="0"), 8_000, (Modality.TEXT,), sources={"pricing": "genai-prices"})
    found = known_model(ModelId("large"), "My model", {"large": facts})
    assert found == CatalogueModel(
        ModelId("large"),
        "My model",
        pricing=facts.pricing,
        context_length=8_000,
        inputs=(Modality.TEXT,),
        metadata_fields=("pricing", "context_length", "inputs"),
        metadata_sources={"pricing": "genai-prices"},
    )
    assert known_model(ModelId("other"), "Other", {"large": facts}) is None
