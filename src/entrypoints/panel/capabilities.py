"""Adding, editing and removing a capability of a provider."""

from collections.abc import Sequence

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from msgspec import Struct

from modeldesk.domain.errors import ProviderVersionConflict
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.catalogue.search import search_key
from modeldesk.domain.model.providers.declared_model import DeclaredModel
from modeldesk.domain.model.providers.provider import Capability, Provider, Slot
from modeldesk.domain.model.values.texts import CapabilityName, Slug
from modeldesk.entrypoints.panel.capability_changes import Edit, store_edit
from modeldesk.entrypoints.panel.capability_form import CapabilityForm
from modeldesk.entrypoints.panel.form_problems import FormInvalid
from modeldesk.entrypoints.panel.form_refusal import NO_REFUSAL, FormRefusal, outdated
from modeldesk.entrypoints.panel.formatting import CAPABILITIES
from modeldesk.entrypoints.panel.forms import GivenForm
from modeldesk.entrypoints.panel.overview import search_term, search_words
from modeldesk.entrypoints.panel.paging import page_of
from modeldesk.entrypoints.panel.services import GivenPanel, Panel, SignedIn
from modeldesk.entrypoints.rights import RIGHT


class DeclaredCapability(Struct, frozen=True):
    """A capability that a provider declares, offered or not."""

    provider: Provider
    name: CapabilityName
    part: Capability

    @property
    def url(self) -> str:
        """The page on which it is edited."""
        return edit_url(self.slot)

    @property
    def slot(self) -> Slot:
        return Slot(self.provider.slug, self.name)


@get("/new-capability/{slug:str}", opt={RIGHT: Right.ADMINISTER})
async def new_page(request: SignedIn, panel: GivenPanel, slug: FromPath[str]) -> Response[bytes]:
    """The form of a new capability."""
    provider = (await panel.container.store().current()).provider(Slug(slug))
    return _new_page(panel, request, provider, CapabilityForm.of(Capability(supported=True)))


@post("/new-capability/{slug:str}", opt={RIGHT: Right.ADMINISTER})
async def create(request: SignedIn, panel: GivenPanel, slug: FromPath[str], form: GivenForm) -> Response[bytes]:
    """Adds a capability, and leads to its page."""
    provider, sent = (await panel.container.store().current()).provider(Slug(slug)), CapabilityForm.sent(form)
    try:
        name = sent.new_name(provider)
        done = edit_url(Slot(provider.slug, name))
        return await store_edit(panel, request, form, Edit(provider, name, sent.capability(panel, None), new_url(provider), done))
    except FormInvalid as error:
        return _new_page(panel, request, provider, sent, FormRefusal.of_fields(error.problems, form))
    except ProviderVersionConflict:
        current = (await panel.container.store().current()).provider(provider.slug)
        return _new_page(panel, request, current, sent, await outdated(panel, request, provider.slug, {}, {}))


@get("/edit/{slug:str}/{capability:str}", opt={RIGHT: Right.ADMINISTER})
async def edit_page(request: SignedIn, panel: GivenPanel, slug: FromPath[str], capability: FromPath[str]) -> Response[bytes]:
    """The form of a capability, and its models."""
    declared = await declared_capability(panel, slug, capability)
    return await _page(panel, request, declared, CapabilityForm.of(declared.part))


@post("/edit/{slug:str}/{capability:str}", opt={RIGHT: Right.ADMINISTER})
async def edit(request: SignedIn, panel: GivenPanel, slug: FromPath[str], capability: FromPath[str], form: GivenForm) -> Response[bytes]:
    """Changes the capability, or with `act=remove` removes it."""
    declared, removes = await declared_capability(panel, slug, capability), form.text("act") == "remove"
    provider, sent = declared.provider, CapabilityForm.sent(form)
    try:
        new = None if removes else sent.capability(panel, declared.part)
        changed = Edit(provider, declared.name, new, declared.url, f"/admin/providers/{provider.slug}")
        return await store_edit(panel, request, form, changed)
    except FormInvalid as error:
        return await _page(panel, request, declared, sent, FormRefusal.of_fields(error.problems, form))
    except ProviderVersionConflict:
        current = await declared_capability(panel, slug, capability)
        held = CapabilityForm.of(current.part)
        typed = held if removes else sent
        return await _page(panel, request, current, typed, await outdated(panel, request, provider.slug, held.fields, typed.fields))


def edit_url(slot: Slot) -> str:
    """The page on which a capability is edited."""
    return f"/admin/edit/{slot.provider}/{slot.capability}"


def new_url(provider: Provider) -> str:
    """The page on which a capability is added."""
    return f"/admin/new-capability/{provider.slug}"


async def declared_capability(panel: Panel, slug: str, capability: str) -> DeclaredCapability:
    """Raises ProviderNotFound, and NotFoundException where the provider declares no such capability."""
    provider, name = (await panel.container.store().current()).provider(Slug(slug)), CapabilityName(capability)
    if (part := provider.capabilities.get(name)) is None:
        raise NotFoundException
    return DeclaredCapability(provider, name, part)


def _new_page(
    panel: Panel, request: SignedIn, provider: Provider, form: CapabilityForm, refusal: FormRefusal = NO_REFUSAL
) -> Response[bytes]:
    usual = [name for name in CAPABILITIES if name not in provider.capabilities]
    return panel.page(request, "new_capability.html", form=form, url=new_url(provider), usual=usual, **refusal.facts(provider))


async def _page(
    panel: Panel, request: SignedIn, declared: DeclaredCapability, form: CapabilityForm, refusal: FormRefusal = NO_REFUSAL
) -> Response[bytes]:
    search, known = search_term(request), await panel.container.discovery().peek(declared.slot)
    return panel.page(
        request,
        "capability.html",
        **refusal.facts(declared.provider),
        declared=declared,
        form=form,
        url=declared.url,
        search=search,
        page=page_of(request, declared.url, _matching(declared.part.models, search), search),
        known=known.by_id if known is not None else {},
        today=panel.container.clock()().date(),
    )


def _matching(models: Sequence[DeclaredModel], search: str) -> Sequence[DeclaredModel]:
    words = search_words(search)
    return [model for model in models if all(word in search_key(f"{model.id} {model.display_name}") for word in words)] if words else models


ROUTES = [new_page, create, edit_page, edit]
