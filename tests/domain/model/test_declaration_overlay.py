"""What a declaration adds to a vendor's list, and what it takes out."""

from datetime import date
from decimal import Decimal

from modeldesk.domain.errors import Reason
from modeldesk.domain.model.catalogue.catalogue import Catalogue, ModelFacts, declared_catalogue
from modeldesk.domain.model.catalogue.declaration_overlay import declared_count, narrowed, with_declared
from modeldesk.domain.model.catalogue.vendor_list import Modality, VendorList, VendorModel
from modeldesk.domain.model.providers.declared_model import DeclaredModel
from modeldesk.domain.model.providers.provider import Capability
from modeldesk.domain.model.values.numbers import Tokens
from modeldesk.domain.model.values.pricing import Pricing
from modeldesk.domain.model.values.texts import CapabilityName, ModelId, ModelPattern, SingleLineText
from tests.support.samples import NOON
from tests.support.whole_catalogues import live_catalogue, result_of

CHAT = CapabilityName("chat")
OWN_PRICE, VENDORS_PRICE = (Pricing(amounts={"prompt": Decimal(amount), "completion": Decimal(amount)}) for amount in ("0", "2"))
LISTED = VendorList(
    (
        VendorModel(ModelId("b"), "Vendor's B", VENDORS_PRICE, 8_000),
        VendorModel(ModelId("a"), "Vendor's A"),
        VendorModel(ModelId("draws"), "Draws", VENDORS_PRICE, outputs=(Modality.IMAGE,)),
        VendorModel(ModelId("gone"), retires_on=date(2020, 1, 1)),
    )
)
FACTS = {"extra": ModelFacts("Extra, by metadata", context_length=4_000)}


def declared(*models: DeclaredModel, include: tuple[str, ...] = (), exclude: tuple[str, ...] = ()) -> Capability:
    return Capability(True, True, models=models, include=tuple(map(ModelPattern, include)), exclude=tuple(map(ModelPattern, exclude)))


def joined(capability: Capability) -> Catalogue:
    return result_of(with_declared(capability, live_catalogue(CHAT, LISTED, FACTS, NOON), LISTED, FACTS))


def ids(catalogue: Catalogue) -> list[str]:
    return [model.id for model in catalogue.models]


def test_declared_models_join_the_vendors_list() -> None:
    """At the vendor's place, or behind; each once."""
    assert ids(joined(declared(DeclaredModel(ModelId("extra")), DeclaredModel(ModelId("a")), DeclaredModel(ModelId("extra"))))) == [
        "b",
        "a",
        "extra",
    ]
    assert ids(joined(declared())) == ["b", "a"]


def test_the_declarations_own_values_win() -> None:
    """Field by field; the others are the vendor's, and which is which is told."""
    own = DeclaredModel(ModelId("b"), SingleLineText("Own B"), pricing=OWN_PRICE)
    model = joined(declared(own)).by_id[ModelId("b")]
    assert (model.name, model.pricing, model.is_free, model.context_length) == ("Own B", OWN_PRICE, True, 8_000)
    assert (model.declared_fields, model.reason) == (("name", "pricing"), Reason("declared"))
    sized = joined(declared(DeclaredModel(ModelId("b"), is_free=True, context_length=Tokens(1)))).by_id[ModelId("b")]
    assert (sized.name, sized.pricing, sized.is_free, sized.context_length) == ("Vendor's B", VENDORS_PRICE, True, 1)
    behind = joined(declared(DeclaredModel(ModelId("extra")))).by_id[ModelId("extra")]
    assert (behind.name, behind.context_length, behind.metadata_fields) == ("Extra, by metadata", 4_000, ("name", "context_length"))


def test_a_declaration_knows_better_what_a_model_is_for() -> None:
    """It is offered with what the vendor says of it; one that the vendor has ended stays out."""
    catalogue = joined(declared(DeclaredModel(ModelId("draws")), DeclaredModel(ModelId("gone"))))
    assert ids(catalogue) == ["b", "a", "draws"]
    assert catalogue.by_id[ModelId("draws")].pricing == VENDORS_PRICE
    assert {model.id: model.reason.code for model in catalogue.excluded} == {"gone": "ended-by-vendor"}


def test_patterns_leave_models_out_with_the_reason() -> None:
    """Shell patterns over ids, as they are written; declared models are no exception."""
    catalogue = joined(declared(DeclaredModel(ModelId("extra")), include=("?", "e*"), exclude=("b", "e[xy]*")))
    assert ids(catalogue) == ["a"]
    assert {model.id: model.reason for model in catalogue.excluded if model.id in ("b", "extra")} == dict.fromkeys(
        ("b", "extra"), Reason("excluded-by-pattern", patterns=["b", "e[xy]*"])
    )
    only = joined(declared(include=("B",)))
    assert ids(only) == []
    assert only.excluded[-1].reason == Reason("not-included", patterns=["B"])


def test_patterns_hold_for_a_declared_list_too() -> None:
    """Also where models are only counted."""
    static = Capability(True, models=(DeclaredModel(ModelId("a-1")), DeclaredModel(ModelId("b-1"))), exclude=(ModelPattern("b-*"),))
    assert ids(result_of(narrowed(static, result_of(declared_catalogue(static, {}))))) == ["a-1"]
    assert declared_count(static) == 1
    assert declared_count(Capability(True, models=(DeclaredModel(ModelId("a")), DeclaredModel(ModelId("a"))))) == 1
