"""Uses: the names that products ask for, what each runs on, and pointing one elsewhere."""

import re
from collections.abc import Mapping
from http import HTTPStatus

from litestar import Response, get, post
from litestar.params import FromPath
from msgspec import Struct

from modeldesk.domain.errors import (
    CapabilityNotOffered,
    Conflict,
    InvalidValue,
    ModeldeskError,
    NotFound,
    Problem,
    ProviderNotFound,
    UseVersionConflict,
)
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.use import Use, UseName, use_name
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.services.resolution import Outcome
from modeldesk.entrypoints.commands.uses import UseBody
from modeldesk.entrypoints.panel.dependents import summaries, summary_of
from modeldesk.entrypoints.panel.form_problems import FormInvalid, checked_fields, checked_text
from modeldesk.entrypoints.panel.form_refusal import NO_REFUSAL, FormRefusal
from modeldesk.entrypoints.panel.formatting import CAPABILITIES
from modeldesk.entrypoints.panel.forms import Form, GivenForm
from modeldesk.entrypoints.panel.latest_changes import OUTDATED, LatestChange, latest_of_use, version_in
from modeldesk.entrypoints.panel.paging import page_of
from modeldesk.entrypoints.panel.services import GivenPanel, Panel, SignedIn
from modeldesk.entrypoints.rights import RIGHT

URL = "/admin/uses"
FIELDS = ("provider", "capability", "fallbacks", "description")
COMMAS = re.compile("[,،]")
"""The Latin comma and the Persian one."""


class UseForm(Struct, frozen=True):
    """The form of a use: `name` None for a new one, `texts` by field, the version that the page shows."""

    name: str | None
    texts: Mapping[str, str]
    version: int = 0

    @classmethod
    def of(cls, use: Use) -> "UseForm":
        texts = {
            "provider": use.provider,
            "capability": use.capability,
            "fallbacks": ", ".join(use.fallbacks),
            "description": use.description,
        }
        return cls(use.name, texts, use.version)

    @classmethod
    def sent(cls, form: Form, name: str | None) -> "UseForm":
        texts = {field: form.text(field) if field == "description" else form.line(field) for field in FIELDS}
        return cls(name, {**texts, "name": form.line("name")}, version_in(form))


class Repointing(Struct, frozen=True):
    """What products get now, and what they get after the change."""

    current: Outcome
    new: Outcome
    providers: Mapping[Slug, Provider]


@get("/uses", opt={RIGHT: Right.READ})
async def list_page(request: SignedIn, panel: GivenPanel) -> Response[bytes]:
    """All uses with the model that each runs on."""
    snapshot = await panel.container.store().current()
    page = page_of(request, URL, list(snapshot.uses.values()))
    outcomes = {use.name: await panel.container.resolver().of_use(use.name) for use in page.entries}
    asked = summaries(await panel.container.dependents().all(), outcomes)
    return panel.page(request, "uses.html", page=page, outcomes=outcomes, providers=snapshot.providers, asked=asked)


@get("/new-use", opt={RIGHT: Right.ADMINISTER})
async def new_page(request: SignedIn, panel: GivenPanel) -> Response[bytes]:
    """The form of a new use."""
    return await _form(panel, request, UseForm(None, dict.fromkeys((*FIELDS, "name"), "")))


@post("/new-use", opt={RIGHT: Right.ADMINISTER})
async def create(request: SignedIn, panel: GivenPanel, form: GivenForm) -> Response[bytes]:
    """Creates a use. One of the same name is not overwritten."""
    sent = UseForm.sent(form, None)
    try:
        use = _command(panel, sent).named(checked_text("name", sent.texts["name"], use_name))
        await panel.container.uses().put(use, panel.actor(request), expected=0)
    except FormInvalid as error:
        return await _form(panel, request, sent, refused=FormRefusal.of_fields(error.problems, form))
    except (InvalidValue, Conflict, NotFound, UseVersionConflict) as error:
        return await _refused(panel, request, form, sent, error)
    return panel.redirect(URL, "use-created")


@get("/uses/{name:str}", opt={RIGHT: Right.ADMINISTER})
async def edit_page(request: SignedIn, panel: GivenPanel, name: FromPath[str]) -> Response[bytes]:
    """The form of a use."""
    return await _form(panel, request, UseForm.of((await panel.container.store().current()).use(UseName(name))))


@post("/uses/{name:str}", opt={RIGHT: Right.ADMINISTER})
async def edit(request: SignedIn, panel: GivenPanel, name: FromPath[str], form: GivenForm) -> Response[bytes]:
    """Changes a use. Pointing it elsewhere changes what products get, so that a page with both models asks first."""
    sent, current = UseForm.sent(form, name), (await panel.container.store().current()).use(UseName(name))
    try:
        use = _command(panel, sent).named(current.name)
        if use.slot != current.slot and not form.has("confirmed"):
            return await _confirmation(panel, request, sent, current, use)
        result = await panel.container.uses().put(use, panel.actor(request), sent.version)
    except FormInvalid as error:
        return await _form(panel, request, sent, refused=FormRefusal.of_fields(error.problems, form))
    except (InvalidValue, Conflict, NotFound) as error:
        return await _refused(panel, request, form, sent, error)
    except UseVersionConflict:
        return await _outdated(panel, request, current.name)
    return panel.redirect(URL, "use-updated" if result.current != result.previous else "nothing-changed")


@get("/uses/{name:str}/delete", opt={RIGHT: Right.ADMINISTER})
async def delete_page(request: SignedIn, panel: GivenPanel, name: FromPath[str]) -> Response[bytes]:
    """Asks for confirmation."""
    deleted, dependents = (await panel.container.store().current()).use(UseName(name)), panel.container.dependents()
    return panel.page(request, "delete_use.html", deleted=deleted, dependents=summary_of(await dependents.of_use(deleted.name)))


@post("/uses/{name:str}/delete", opt={RIGHT: Right.ADMINISTER})
async def delete(request: SignedIn, panel: GivenPanel, name: FromPath[str], form: GivenForm) -> Response[bytes]:
    """Deletes the use that the page showed."""
    try:
        await panel.container.uses().delete(UseName(name), panel.actor(request), version_in(form))
    except UseVersionConflict:
        return await _outdated(panel, request, UseName(name))
    return panel.redirect(URL, "use-deleted")


@post("/uses/{name:str}/roll-back", opt={RIGHT: Right.ADMINISTER})
async def roll_back(request: SignedIn, panel: GivenPanel, name: FromPath[str], form: GivenForm) -> Response[bytes]:
    """Restores what the use was before its last change."""
    try:
        await panel.container.uses().roll_back(UseName(name), panel.actor(request), version_in(form))
    except UseVersionConflict:
        return await _outdated(panel, request, UseName(name))
    return panel.redirect(URL, "use-rolled-back")


def _command(panel: Panel, sent: UseForm) -> UseBody:
    """Raises FormInvalid."""
    fallbacks = tuple(part.strip() for part in COMMAS.split(sent.texts["fallbacks"]) if part.strip())
    texts = {field: sent.texts[field] for field in ("provider", "capability", "description")}
    return checked_fields(panel, UseBody, {**texts, "fallbacks": fallbacks}, {})


async def _confirmation(panel: Panel, request: SignedIn, sent: UseForm, current: Use, new: Use) -> Response[bytes]:
    snapshot, resolver = await panel.container.store().current(), panel.container.resolver()
    new.require_valid(snapshot.providers)
    change = Repointing(await resolver.of_slot(current.slot), await resolver.of_slot(new.slot), snapshot.providers)
    dependents = summary_of(await panel.container.dependents().of_use(current.name))
    return panel.page(request, "repoint_use.html", form=sent, change=change, dependents=dependents)


async def _form(
    panel: Panel,
    request: SignedIn,
    form: UseForm,
    *,
    refusal: ModeldeskError | None = None,
    refused: FormRefusal = NO_REFUSAL,
    latest: LatestChange | None = None,
    status: HTTPStatus | None = None,
) -> Response[bytes]:
    """The form; with `OUTDATED` as its status it says who was faster."""
    snapshot = await panel.container.store().current()
    providers = list(snapshot.providers.values())
    existing = UseName(form.name) if form.name is not None and form.name in snapshot.uses else None
    declared = {name for provider in providers for name in provider.capabilities}
    offered = [*CAPABILITIES, *sorted(declared - set(CAPABILITIES))]
    return panel.page(
        request,
        "use.html",
        status=status or refused.status,
        refusal=refusal,
        refused=refused,
        form=form,
        providers=providers,
        capabilities=offered,
        latest=latest,
        is_outdated=status is OUTDATED,
        dependents=await panel.container.dependents().of_use(existing) if existing is not None else None,
    )


async def _refused(panel: Panel, request: SignedIn, form: Form, sent: UseForm, error: ModeldeskError) -> Response[bytes]:
    """The form, with the refusal beside the field that it is about, else at the top."""
    if (field := _field_of(error, sent)) is None:
        return await _form(panel, request, sent, refusal=error)
    reason = error.reason if isinstance(error, InvalidValue) else error.as_reason()
    return await _form(panel, request, sent, refused=FormRefusal.of_fields({field: Problem(field, reason)}, form))


def _field_of(error: ModeldeskError, sent: UseForm) -> str | None:
    match error:
        case InvalidValue() if error.reason.code in ("too-many-fallbacks", "fallback-twice"):
            return "fallbacks"
        case ProviderNotFound():
            return "provider" if error.provider == sent.texts["provider"] else "fallbacks"
        case CapabilityNotOffered():
            return "capability" if error.provider == sent.texts["provider"] else "fallbacks"
    return None


async def _outdated(panel: Panel, request: SignedIn, name: UseName) -> Response[bytes]:
    """The form with the current values, and who was faster."""
    use = (await panel.container.store().current()).use(name)
    return await _form(panel, request, UseForm.of(use), latest=await latest_of_use(panel, request, name), status=OUTDATED)


ROUTES = [list_page, new_page, create, edit_page, edit, delete_page, delete, roll_back]
