"""Editing one provider: texts, API address, sort order and flags."""

from collections.abc import Mapping

from attrs import frozen
from litestar import Response, get, post
from litestar.params import FromPath

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.providers.provider import Provider, ProviderChange
from modeldesk.domain.model.values.numbers import sort_order
from modeldesk.domain.model.values.texts import Slug, http_url, line, prose
from modeldesk.entrypoints.panel.forms import Form, GivenForm
from modeldesk.entrypoints.panel.languages import N_
from modeldesk.entrypoints.panel.services import GivenPanel, SignedIn
from modeldesk.entrypoints.rights import RIGHT

FLAGS: Mapping[str, str] = {
    "is_active": N_("Enabled"),
    "is_recommended": N_("Recommended"),
    "allow_personal_keys": N_("Personal keys allowed"),
    "allow_shared_for_normal_admins": N_("Shared key for normal admins"),
}
TEXTS = ("name", "display_name", "description", "api_base_url", "website", "documentation_url", "sort_order")
LONGEST_NUMBER = 11


@frozen
class FormValues:
    """The values of the form: texts by field, and the ticked flags."""

    texts: Mapping[str, str]
    ticked: frozenset[str]


@get("/edit/{slug:str}", opt={RIGHT: Right.ADMINISTER})
async def edit_page(request: SignedIn, panel: GivenPanel, slug: FromPath[str]) -> Response[bytes]:
    provider = (await panel.container.store().current()).provider(Slug(slug))
    return panel.page(request, "edit.html", provider=provider, typed=_current_values(provider), flags=FLAGS)


@post("/edit/{slug:str}", opt={RIGHT: Right.ADMINISTER})
async def edit(request: SignedIn, panel: GivenPanel, slug: FromPath[str], form: GivenForm) -> Response[bytes]:
    """Saves the changes. As with an import, keys are suspended if the API address changes to another origin."""
    provider = (await panel.container.store().current()).provider(Slug(slug))
    try:
        update = await panel.container.registration().change(provider.slug, _change(form), panel.actor(request))
    except InvalidValue as error:
        typed = FormValues({name: form.text(name) for name in TEXTS}, frozenset(flag for flag in FLAGS if form.has(flag)))
        return panel.page(request, "edit.html", refusal=error, provider=provider, typed=typed, flags=FLAGS)
    message = "keys-suspended" if update.suspends_keys else "provider-updated" if update.changes else "nothing-changed"
    return panel.redirect(f"/admin/providers/{provider.slug}", message)


def _change(form: Form) -> ProviderChange:
    """Raises InvalidValue for an invalid text or number."""
    return ProviderChange(
        name=line(form.line("name")),
        display_name=line(form.line("display_name")),
        description=prose(form.text("description")),
        api_base_url=http_url(form.line("api_base_url")),
        website=http_url(form.line("website")),
        documentation_url=http_url(form.line("documentation_url")),
        sort_order=sort_order(_number(form.line("sort_order"))),
        is_active=form.has("is_active"),
        is_recommended=form.has("is_recommended"),
        allow_personal_keys=form.has("allow_personal_keys"),
        allow_shared_for_normal_admins=form.has("allow_shared_for_normal_admins"),
    )


def _number(text: str) -> int:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < LONGEST_NUMBER):
        raise InvalidValue("sort-order-out-of-range")
    return int(text)


def _current_values(provider: Provider) -> FormValues:
    return FormValues({name: str(getattr(provider, name)) for name in TEXTS}, frozenset(flag for flag in FLAGS if getattr(provider, flag)))


ROUTES = [edit_page, edit]
