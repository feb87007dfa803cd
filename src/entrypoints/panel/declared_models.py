"""Adding, editing and removing a model of a fixed list, or one that is joined to a live list."""

from collections.abc import Mapping
from typing import Any

from attrs import evolve
from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from msgspec import Struct

from modeldesk.domain.errors import InvalidValue, Problem, ProviderVersionConflict, Reason
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.providers.declared_model import DeclaredModel
from modeldesk.domain.model.providers.provider import Capability
from modeldesk.domain.model.values.pricing import AMOUNTS, PriceUnit, Pricing, amount_text
from modeldesk.domain.model.values.texts import ModelId
from modeldesk.entrypoints.commands.providers import MOST_MODELS
from modeldesk.entrypoints.panel.capabilities import DeclaredCapability, declared_capability
from modeldesk.entrypoints.panel.capability_changes import Edit, store_edit
from modeldesk.entrypoints.panel.form_problems import FormInvalid, checked_fields, checked_text, plain_number
from modeldesk.entrypoints.panel.form_refusal import NO_REFUSAL, FormRefusal, outdated
from modeldesk.entrypoints.panel.formatting import UNITS
from modeldesk.entrypoints.panel.forms import Form, GivenForm
from modeldesk.entrypoints.panel.further_prices import LABELS, PLAIN
from modeldesk.entrypoints.panel.services import GivenPanel, Panel, SignedIn
from modeldesk.entrypoints.rights import RIGHT

LINES = ("id", "name", "is_free", "unit", "context_length", "position")
MOST_DIGITS = 9
COSTS: Mapping[str, bool] = {"true": True, "false": False}


class ModelForm(Struct, frozen=True):
    """The fields of a model as typed. `position` counts from 1; empty means the current position, or the end for a new model."""

    texts: Mapping[str, str]

    @classmethod
    def of(cls, model: DeclaredModel | None, held: Capability) -> "ModelForm":
        if model is None:
            return cls({**dict.fromkeys((*LINES, *AMOUNTS), ""), "unit": PriceUnit.MILLION_TOKENS.value})
        pricing = model.pricing or Pricing()
        texts = {
            "id": model.id,
            "name": model.name or "",
            "is_free": "" if model.is_free is None else str(model.is_free).lower(),
            "unit": pricing.unit.value,
            "context_length": str(model.context_length or ""),
            "position": str(held.models.index(model) + 1),
        }
        return cls({**texts, **{name: amount_text(pricing.amounts[name]) if name in pricing.amounts else "" for name in AMOUNTS}})

    @classmethod
    def sent(cls, form: Form) -> "ModelForm":
        return cls({name: form.line(name) for name in (*LINES, *AMOUNTS)})

    def index(self) -> int | None:
        """Where the model stands in the list, from 0; None where no position is given. Raises FormInvalid."""
        text = plain_number(self.texts["position"])
        return checked_text("position", text, _position) - 1 if text else None

    def model(self, panel: Panel, existing: DeclaredModel | None) -> DeclaredModel:
        """The model. A field that is left empty is unknown, and metadata may fill it. Raises FormInvalid."""
        amounts = {name: plain_number(self.texts[name]) for name in AMOUNTS if self.texts[name]}
        values: dict[str, Any] = {
            "id": self.texts["id"],
            "name": self.texts["name"] or None,
            "is_free": COSTS.get(self.texts["is_free"]),
            "pricing": {"unit": self.texts["unit"], **amounts} if amounts else None,
            "context_length": plain_number(self.texts["context_length"]) or None,
        }
        model = checked_fields(panel, DeclaredModel, values, {})
        is_unknown_on_purpose = existing is not None and existing.pricing is not None and not existing.pricing.amounts
        return evolve(model, pricing=existing.pricing) if existing is not None and is_unknown_on_purpose and not amounts else model


@get("/edit/{slug:str}/{capability:str}/model", opt={RIGHT: Right.ADMINISTER})
async def model_page(request: SignedIn, panel: GivenPanel, slug: FromPath[str], capability: FromPath[str]) -> Response[bytes]:
    """The form of the model that `id` names, or of a new one."""
    declared = await declared_capability(panel, slug, capability)
    model = _named_model(declared.part, str(request.query_params.get("id", "")))
    return _page(panel, request, declared, ModelForm.of(model, declared.part), model=model)


@post("/edit/{slug:str}/{capability:str}/model", opt={RIGHT: Right.ADMINISTER})
async def save_model(
    request: SignedIn, panel: GivenPanel, slug: FromPath[str], capability: FromPath[str], form: GivenForm
) -> Response[bytes]:
    """Adds the model or replaces the one that `model` names; with `act=remove` removes it."""
    declared = await declared_capability(panel, slug, capability)
    model, removes = _named_model(declared.part, form.text("model")), form.text("act") == "remove"
    sent = ModelForm.of(model, declared.part) if removes else ModelForm.sent(form)
    try:
        return await store_edit(panel, request, form, _edit(panel, declared, model, sent, removes=removes))
    except FormInvalid as error:
        return _page(panel, request, declared, sent, FormRefusal.of_fields(error.problems, form), model=model)
    except ProviderVersionConflict:
        current = await declared_capability(panel, slug, capability)
        held = _named_model(current.part, form.text("model"))
        present = ModelForm.of(held, current.part)
        typed = present if removes else sent
        refusal = await outdated(panel, request, current.provider.slug, present.texts, typed.texts)
        return _page(panel, request, current, typed, refusal, model=held)


def _edit(panel: Panel, declared: DeclaredCapability, model: DeclaredModel | None, sent: ModelForm, *, removes: bool) -> Edit:
    """Raises FormInvalid."""
    held, here = declared.part, f"{declared.url}/model"
    if removes and model is not None:
        kept = evolve(held, models=tuple(one for one in held.models if one.id != model.id))
        return Edit(declared.provider, declared.name, kept, here, declared.url, model)
    return Edit(declared.provider, declared.name, with_model(held, model, sent.model(panel, model), sent.index()), here, declared.url)


def with_model(held: Capability, old: DeclaredModel | None, new: DeclaredModel, index: int | None = None) -> Capability:
    """The capability with the new model at this index, by default that of the old one, or the end. An index past the end is the end.

    Raises FormInvalid for an id that another model has.
    """
    if (old is None or new.id != old.id) and held.models.find(new.id) is not None:
        raise FormInvalid({"id": Problem("id", Reason("model-declared", model=new.id))})
    if old is None and len(held.models) >= MOST_MODELS:
        raise FormInvalid({"id": Problem("id", Reason("models-too-many", most=MOST_MODELS))})
    others = list(held.models)
    place = len(others)
    if old is not None:
        place = others.index(old)
        del others[place]
    others.insert(place if index is None else index, new)
    return evolve(held, models=tuple(others))


def _position(text: str) -> int:
    """Raises InvalidValue."""
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS and int(text) > 0):
        raise InvalidValue("position-malformed")
    return int(text)


def _named_model(held: Capability, text: str) -> DeclaredModel | None:
    """The first model of this id; None without one. Raises NotFoundException where the list lacks it."""
    if not text:
        return None
    if (found := held.models.find(ModelId(text))) is None:
        raise NotFoundException
    return found


def _page(
    panel: Panel,
    request: SignedIn,
    declared: DeclaredCapability,
    form: ModelForm,
    refusal: FormRefusal = NO_REFUSAL,
    *,
    model: DeclaredModel | None,
) -> Response[bytes]:
    return panel.page(
        request,
        "declared_model.html",
        **refusal.facts(declared.provider),
        declared=declared,
        model=model,
        form=form,
        url=declared.url,
        units={unit.value: label for unit, label in UNITS.items()},
        plain={amount: LABELS[amount] for amount in PLAIN},
        further={amount: label for amount, label in LABELS.items() if amount not in PLAIN},
    )


ROUTES = [model_page, save_model]
